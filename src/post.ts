import * as core from '@actions/core';

import { connectAws, type Aws } from './aws/aws.ts';
import { connect } from './aws/clients.ts';
import { listenForCancellation, type Cancellation } from './system/cancellation.ts';
import { createChronicle, type Chronicle } from './run/journal.ts';
import { systemClock } from './system/clock.ts';
import { reportOf, type Ending } from './core/report/report.ts';
import { concludePost } from './github/conclusion.ts';
import { fetchIdToken } from './github/id-token.ts';
import { plain, print } from './github/log.ts';
import { tellGitHub } from './github/telling.ts';
import { workflowIn, type Workflow } from './github/workflow.ts';
import { loadRollout, type SavedRollout } from './github/saved.ts';
import { messageOf } from './core/problems.ts';
import type { Clock } from './ports.ts';
import { revertSaved } from './run/modes/clean-up.ts';

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
    else await cleanUp(saved, { workflow, cancellation, clock: systemClock });
  } catch (error) {
    const problem = `The unfinished rollout could not be cleaned up: ${messageOf(error)}`;
    core.setFailed(problem.split('\n').map(plain).join('\n'));
  }
}

async function cleanUp(
  saved: SavedRollout,
  {
    workflow,
    cancellation,
    clock,
  }: {
    readonly workflow: Workflow;
    readonly cancellation: Cancellation;
    readonly clock: Clock;
  },
): Promise<void> {
  const { region, role } = saved;
  const chronicle = createChronicle(clock, cancellation.guard(print));
  const aws = connectAws({ region, role, idToken: fetchIdToken, connect, clock });
  const ending = await putBack(saved, { aws, clock, chronicle });
  const { startedAt, entries } = chronicle;
  const report = reportOf(entries, ending, { startedAt, endedAt: clock.now() });
  await concludePost(report);
  const environment = core.getInput('environment');
  const githubToken = core.getInput('github-token');
  const told = { environment, githubToken, comment: 'never', isPost: true } as const;
  await tellGitHub(told, workflow, chronicle.warn).conclude(report);
}

/** Reverts what a rollout that did not end by itself left behind. */
export async function putBack(
  saved: SavedRollout,
  surroundings: { readonly aws: Aws; readonly clock: Clock; readonly chronicle: Chronicle },
): Promise<Ending> {
  surroundings.chronicle.note('the rollout did not end by itself; looking at what it left behind');
  const { result, detail } = await revertSaved(saved, surroundings);
  const reason = `after the action was killed or could not revert by itself. ${detail}`.trim();
  return { outcome: result, reason };
}
