import type { RolloutId } from '../core/alias/mark.ts';
import type { RunStatus } from '../core/alias/unfinished.ts';
import { messageOf } from '../core/problems.ts';
import { apiWith, bounded } from './api.ts';

/** What GitHub knows of workflow runs. */
export interface Runs {
  /** @throws only when aborted: what GitHub does not tell is `unknown`. */
  status(run: RolloutId, signal: AbortSignal): Promise<RunStatus>;
  /** Link to a run, or to one attempt of it. */
  url(run: Pick<Run, 'repository' | 'runId'> & Partial<Run>): string;
}

/** An attempt of a workflow run. */
export type Run = Pick<RolloutId, 'repository' | 'runId' | 'attempt'>;

export interface RunsOptions {
  /** Empty when there is none. */
  readonly token: string;
  /** This very run: its earlier attempts are over. */
  readonly own: Run;
  readonly serverUrl: string;
}

// A rollout must not hang on GitHub's API before it has begun.
const PATIENCE_MS = 10_000;

/** Asks with the job's token; without one, only this run itself is known. */
export function createRuns({ token, own, serverUrl }: RunsOptions): Runs {
  async function ask({ repository, runId, attempt }: Run, signal: AbortSignal): Promise<boolean> {
    const [owner = '', repo = ''] = repository.split('/');
    const wanted = { owner, repo, run_id: Number(runId), attempt_number: Number(attempt) };
    const reply = await bounded(
      async (request) =>
        (await apiWith(token)).rest.actions.getWorkflowRunAttempt({ ...wanted, request }),
      { ms: PATIENCE_MS, signal },
    );
    return reply.data.status === 'completed';
  }

  const urlOf: Runs['url'] = ({ repository, runId, attempt }) => {
    const run = `${serverUrl}/${repository}/actions/runs/${runId}`;
    return attempt === undefined ? run : `${run}/attempts/${attempt}`;
  };

  return {
    url: urlOf,
    async status(run, signal) {
      const url = urlOf(run);
      if (run.repository === own.repository && run.runId === own.runId) {
        // Attempts of a run follow one another; what began in this one may go on in another job of it.
        return { type: Number(run.attempt) < Number(own.attempt) ? 'ended' : 'running', url };
      }
      if (token === '') return { type: 'unknown', url, problem: 'there is no github-token.' };
      try {
        return { type: (await ask(run, signal)) ? 'ended' : 'running', url };
      } catch (error) {
        signal.throwIfAborted();
        return { type: 'unknown', url, problem: explain(error, run) };
      }
    },
  };
}

function explain(error: unknown, { repository }: Run): string {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  switch (status) {
    case 401:
      return 'GitHub does not accept the github-token.';
    case 403:
      return `the github-token may not read the runs of ${repository}: give the job the permission "actions: read".`;
    case 404:
      return `GitHub shows no such run of ${repository}: it was deleted, or the github-token may not see it.`;
    default:
      return `GitHub could not be asked: ${messageOf(error)}.`;
  }
}
