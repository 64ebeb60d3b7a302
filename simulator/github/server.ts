import { realClock, type SimulatorClock } from '../time/clock.ts';
import type { SharedTime } from '../time/shared-time.ts';
import { machineTime } from '../time/server-time.ts';
import { OIDC_ROUTES } from './oidc.ts';
import {
  NOT_FOUND,
  type GitHubDeployment,
  type GitHubReply,
  type GitHubRequest,
  type GitHubRoute,
  type GitHubState,
  type Permission,
  type PullRequest,
  type WorkflowRun,
} from './route.ts';
import { RUN_ROUTES } from './runs.ts';
import { DEPLOYMENT_ROUTES } from './deployments.ts';
import { PULL_ROUTES } from './pulls.ts';
import { bodyOf, listen } from '../loopback.ts';

const ROUTES: readonly GitHubRoute[] = [
  ...RUN_ROUTES,
  ...DEPLOYMENT_ROUTES,
  ...PULL_ROUTES,
  ...OIDC_ROUTES,
];

const AUTHORIZATION = /^(?<scheme>token|bearer) (?<token>.+)$/i;
const ID_TOKEN_REQUEST_TOKEN = 'id-token-request-token';
const BAD_CREDENTIALS: GitHubReply = { status: 401, body: { message: 'Bad credentials' } };
const NOT_PERMITTED: GitHubReply = {
  status: 403,
  body: { message: 'Resource not accessible by integration' },
};

/** What goes wrong with a request: another reply, a broken connection, or none at all. */
export type GitHubFault = GitHubReply | 'reset' | 'hang';
export type GitHubFaultRule = (request: GitHubRequest) => GitHubFault | undefined;

export interface GitHubOptions {
  /** The only token that the API accepts. */
  readonly token?: string;
  /** All of them when left out. */
  readonly permissions?: readonly Permission[];
  /** Dates the ID tokens. */
  readonly clock?: SimulatorClock;
  /** Given instead of a clock when processes share the time. */
  readonly time?: SharedTime;
}

/** GitHub's API and OIDC provider over HTTP, as far as the action uses them. */
export interface GitHub {
  readonly url: string;
  /** What a runner would set to lead a job here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly requests: readonly GitHubRequest[];
  /** The attempts of workflow runs it knows, by `owner/repository/id/attempt`. */
  readonly runs: Map<string, WorkflowRun>;
  readonly deployments: GitHubDeployment[];
  readonly pulls: PullRequest[];
  readonly faults: {
    /** Of several rules that answer, the first one added decides. @returns a function that removes it */
    add(rule: GitHubFaultRule): () => void;
  };
  close(): Promise<void>;
}

export async function startGitHub({
  token = 'github-token',
  permissions = ['actions', 'deployments', 'pull-requests'],
  time,
  clock = time?.clock ?? realClock,
}: GitHubOptions = {}): Promise<GitHub> {
  const state: GitHubState = { clock, runs: new Map(), deployments: [], pulls: [] };
  const requests: GitHubRequest[] = [];
  const rules = new Set<GitHubFaultRule>();

  function faultFor(request: GitHubRequest): GitHubFault | undefined {
    for (const rule of rules) {
      const fault = rule(request);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  function accepts(route: GitHubRoute, scheme: string, given: string): boolean {
    return route.token === 'api'
      ? given === token
      : given === ID_TOKEN_REQUEST_TOKEN && scheme.toLowerCase() === 'bearer';
  }

  function answer({ method, path, token: given, body }: GitHubRequest, scheme: string) {
    const { pathname, searchParams: query } = new URL(path, 'http://github');
    for (const route of ROUTES) {
      const match = route.method === method ? route.path.exec(pathname) : null;
      if (match === null) continue;
      if (!accepts(route, scheme, given)) return BAD_CREDENTIALS;
      const { permission } = route;
      if (permission !== undefined && !permissions.includes(permission)) return NOT_PERMITTED;
      return route.reply({ state, parameters: match.groups ?? {}, query, body });
    }
    return NOT_FOUND;
  }

  const server = await listen(
    async (incoming, response) => {
      const { method = 'GET', url: path = '/', headers } = incoming;
      const { scheme = '', token: given = '' } =
        AUTHORIZATION.exec(headers.authorization ?? '')?.groups ?? {};
      const text = await bodyOf(incoming);
      const parsed = text === '' ? undefined : (JSON.parse(text) as unknown);
      const request = { method, path, token: given, body: parsed };
      requests.push(request);
      const fault = faultFor(request);
      if (fault === 'hang') return;
      if (fault === 'reset') {
        incoming.socket.destroy();
        return;
      }
      const { status, body } = fault ?? answer(request, scheme);
      response
        .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify(body));
    },
    { time: time ?? machineTime },
  );

  const { url } = server;
  return {
    url,
    environment: {
      GITHUB_API_URL: url,
      GITHUB_SERVER_URL: 'https://github.com',
      // With a query, as GitHub's: the library that asks appends its own with an ampersand.
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/oidc/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: ID_TOKEN_REQUEST_TOKEN,
    },
    requests,
    runs: state.runs,
    deployments: state.deployments,
    pulls: state.pulls,
    faults: {
      add(rule) {
        rules.add(rule);
        return () => {
          rules.delete(rule);
        };
      },
    },
    close: () => server.close(),
  };
}
