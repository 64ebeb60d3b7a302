import * as core from '@actions/core';

import { connectAws, type Aws } from './aws/aws.ts';
import { connect } from './aws/clients.ts';
import { listenForCancellation } from './system/cancellation.ts';
import { createChronicle, type Chronicle } from './run/journal.ts';
import { systemClock } from './system/clock.ts';
import { reportOf, type Ending } from './core/report/report.ts';
import { concludePost } from './github/conclusion.ts';
import { fetchIdToken } from './github/id-token.ts';
import { plain } from './github/log.ts';
import { tellGitHub } from './github/telling.ts';
import { workflowIn } from './github/workflow.ts';
import { loadRollout, type SavedRollout } from './github/saved.ts';
import { messageOf } from './core/problems.ts';
import type { Clock } from './ports.ts';
import { revertSaved } from './run/modes/clean-up.ts';

/**
 * Runs after all steps of the job, also when the job was cancelled or the main process was killed. Puts
 * back what an unfinished rollout left behind.
 */
export async function post(): Promise<void> {
  // So that a signal does not end this process half-way; there is nothing in it to cancel.
  listenForCancellation();
  try {
    const saved = loadRollout();
    if (saved === undefined) core.info('Nothing to clean up: the rollout ended by itself.');
    else await cleanUp(saved, systemClock);
  } catch (error) {
    core.setFailed(plain(`The unfinished rollout could not be cleaned up: ${messageOf(error)}`));
  }
}

async function cleanUp(saved: SavedRollout, clock: Clock): Promise<void> {
  const { region, role, targets } = saved;
  const chronicle = createChronicle(clock);
  const standInFor = targets.map(({ target }) => target);
  const aws = connectAws({ region, role, idToken: fetchIdToken, connect, clock, standInFor });
  const ending = await putBack(saved, { aws, clock, chronicle });
  const { startedAt, entries } = chronicle;
  const report = reportOf(entries, ending, { startedAt, endedAt: clock.now() });
  await concludePost(report);
  const environment = core.getInput('environment');
  const githubToken = core.getInput('github-token');
  const told = { environment, githubToken, comment: 'never', isPost: true } as const;
  await tellGitHub(told, workflowIn(process.env), chronicle.warn).conclude(report);
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
