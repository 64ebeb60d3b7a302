import * as core from '@actions/core';

import { connectAws } from './aws/aws.ts';
import { connect } from './aws/clients.ts';
import { listenForCancellation, type Cancellation } from './system/cancellation.ts';
import { createJournal } from './run/journal.ts';
import { systemClock } from './system/clock.ts';
import { reportOf } from './core/report/report.ts';
import { concludePost } from './github/conclusion.ts';
import { fetchIdToken } from './github/id-token.ts';
import { plain, print } from './github/log.ts';
import { tellGitHub } from './github/telling.ts';
import { workflowIn, type Workflow } from './github/workflow.ts';
import { loadRollout, type SavedRollout } from './github/saved.ts';
import { messageOf } from './core/problems.ts';
import type { Clock } from './ports.ts';
import { cleanUp, leaveToAws } from './run/modes/clean-up.ts';

/**
 * Runs after all steps of the job, also when the job was cancelled or the main process was killed. Puts
 * back what an unfinished rollout left behind.
 */
export async function post(): Promise<void> {
  // So that neither a signal nor a closed log ends this process half-way; there is nothing in it to cancel.
  const cancellation = listenForCancellation();
  const workflow = workflowIn(process.env);
  try {
    const saved = loadRollout(workflow);
    if (saved === undefined) core.info('Nothing to clean up: the rollout ended by itself.');
    else await conclude(saved, { workflow, cancellation, clock: systemClock });
  } catch (error) {
    const problem = `The unfinished rollout could not be cleaned up: ${messageOf(error)}`;
    core.setFailed(problem.split('\n').map(plain).join('\n'));
  }
}

interface Process {
  readonly workflow: Workflow;
  readonly cancellation: Cancellation;
  readonly clock: Clock;
}

async function conclude(
  saved: SavedRollout,
  { workflow, cancellation, clock }: Process,
): Promise<void> {
  const { region, role, targets } = saved;
  const journal = createJournal(clock, cancellation.guard(print));
  const standInFor = targets.map(({ target }) => target);
  const aws = connectAws({ region, role, idToken: fetchIdToken, connect, clock, standInFor });
  const { execution } = saved;
  const ending =
    execution === undefined
      ? await cleanUp(saved, { aws, clock, journal })
      : await leaveToAws({ ...saved, execution }, { aws, clock, journal });
  const { startedAt, entries } = journal;
  const report = reportOf(entries, ending, { startedAt, endedAt: clock.timeOfDay() });
  await concludePost(report);
  const environment = core.getInput('environment');
  const githubToken = core.getInput('github-token');
  const told = { environment, githubToken, comment: 'never', isPost: true } as const;
  await tellGitHub(told, workflow, journal.warn).conclude(report);
}
