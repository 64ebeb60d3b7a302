import type { DeploymentStatus } from '../core/report/deployment.ts';
import { apiWith, bounded, explainRefusal, type Repository } from './api.ts';

export interface DeploymentOptions extends Repository {
  readonly token: string;
  readonly environment: string;
  readonly sha: string;
  /** The run that this process belongs to, and whether an earlier process of it may have made the deployment. */
  readonly runUrl: string;
  readonly isPost: boolean;
  /** What the deployment and its statuses link to. */
  readonly logUrl: string;
  readonly warn: (text: string) => void;
}

/**
 * A GitHub Deployment that follows a rollout. Telling it something never waits and never throws: what GitHub does
 * not take, or not in time, is a warning, once.
 */
export interface Deployment {
  /** Only the newest that was not sent yet is sent. */
  tell(status: DeploymentStatus): void;
  /**
   * Goes on with the deployment of the job that began the rollout, if there is one.
   * @param startedBy link to the workflow run that began it
   */
  continue(startedBy: string): void;
  /** Resolves when the last status was sent, or GitHub took too long. */
  settled(): Promise<void>;
}

const TASK = 'lambda-canary';
/** How many of the environment's are looked through for the one to go on with. */
const RECENT = 30;

/** Asks GitHub for nothing before there is something to tell. */
export function followDeployment(options: DeploymentOptions): Deployment {
  const { owner, repo, token, environment, sha, runUrl, isPost, logUrl, warn } = options;
  let id: number | undefined;
  let startedBy = runUrl;
  let next: DeploymentStatus | undefined;
  let working: Promise<void> | undefined;
  let gaveUp = false;

  // Made when it is needed: without a token, making it throws.
  const reposApi = async () => (await apiWith(token)).rest.repos;

  async function existing(): Promise<number | undefined> {
    if (startedBy === runUrl && !isPost) return undefined;
    const { data } = await bounded(async (request) =>
      (await reposApi()).listDeployments({
        owner,
        repo,
        environment,
        task: TASK,
        per_page: RECENT,
        request,
      }),
    );
    return data.find(({ payload }) => startedByIn(payload) === startedBy)?.id;
  }

  async function create(): Promise<number | undefined> {
    const { data } = await bounded(async (request) =>
      (await reposApi()).createDeployment({
        owner,
        repo,
        environment,
        request,
        ref: sha,
        task: TASK,
        // The checks of the commit are the workflow's business, and the job that runs this is one of them.
        required_contexts: [],
        auto_merge: false,
        payload: { startedBy },
        description: 'Lambda Canary',
      }),
    );
    return 'id' in data ? data.id : undefined;
  }

  async function send({ state, description }: DeploymentStatus): Promise<void> {
    id ??= (await existing()) ?? (await create());
    if (id === undefined) throw new Error('GitHub made no deployment');
    const deployment_id = id;
    await bounded(async (request) =>
      (await reposApi()).createDeploymentStatus({
        owner,
        repo,
        deployment_id,
        state,
        description,
        request,
        log_url: logUrl,
        auto_inactive: true,
      }),
    );
  }

  async function work(): Promise<void> {
    while (next !== undefined && !gaveUp) {
      const status = next;
      next = undefined;
      try {
        await send(status);
      } catch (error) {
        // Asked again and again, a GitHub that is down would only fill the log.
        gaveUp = true;
        warn(
          `The deployment to ${environment} is not told to GitHub: ${explainRefusal(error, 'deployments: write')}`,
        );
      }
    }
    working = undefined;
  }

  return {
    continue: (run) => {
      startedBy = run;
    },
    tell(status) {
      next = status;
      working ??= work();
    },
    settled: () => working ?? Promise.resolve(),
  };
}

function startedByIn(payload: unknown): string | undefined {
  const known = typeof payload === 'object' && payload !== null && 'startedBy' in payload;
  return known ? String(payload.startedBy) : undefined;
}
