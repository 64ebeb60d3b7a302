import type { SimulatorClock } from '../time/clock.ts';

/** What a job may be permitted in its `permissions`, as far as a route here asks for it. */
export type Permission = 'actions' | 'deployments' | 'pull-requests';

/** A request as it came, whatever became of it. */
export interface GitHubRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Of the header Authorization, without its scheme; empty when there is none. */
  readonly token: string;
  /** Parsed JSON; undefined when there is no body. */
  readonly body: unknown;
}

export interface GitHubReply {
  readonly status: number;
  readonly body: unknown;
}

/** An attempt of a workflow run. */
export interface WorkflowRun {
  readonly status: 'queued' | 'in_progress' | 'completed';
  /** Null until it has completed. */
  readonly conclusion: string | null;
  readonly htmlUrl: string;
}

/** A deployment, with the statuses it was given, the last one last. */
export interface GitHubDeployment {
  readonly id: number;
  readonly ref: string;
  readonly environment: string;
  readonly task: string;
  readonly payload: unknown;
  readonly statuses: {
    readonly state: string;
    readonly description: string;
    readonly logUrl: string;
  }[];
}

/** A pull request, with its comments. */
export interface PullRequest {
  readonly number: number;
  /** The commits that it brought. */
  readonly commits: readonly string[];
  readonly comments: {
    readonly id: number;
    body: string;
    readonly user: { readonly login: string };
  }[];
}

/** What the routes work on. */
export interface GitHubState {
  readonly clock: SimulatorClock;
  /** By `owner/repository/id/attempt`. */
  readonly runs: Map<string, WorkflowRun>;
  readonly deployments: GitHubDeployment[];
  readonly pulls: PullRequest[];
}

export interface GitHubCall {
  readonly state: GitHubState;
  /** The named groups of the route's path. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface GitHubRoute {
  readonly method: string;
  readonly path: RegExp;
  /** Whose token it takes: the one for the API, or the one with which a runner asks for ID tokens. */
  readonly token: 'api' | 'id-token-request';
  readonly permission?: Permission;
  reply(call: GitHubCall): GitHubReply;
}

/** Whom the token of the API speaks for. */
export const APP_LOGIN = 'github-actions[bot]';

export const NOT_FOUND: GitHubReply = { status: 404, body: { message: 'Not Found' } };
