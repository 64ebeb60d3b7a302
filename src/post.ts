import * as core from '@actions/core';

import { createAliases } from './aws/aliases.ts';
import { createClients } from './aws/clients.ts';
import { createRouter } from './aws/router.ts';
import { listenForCancellation } from './cancellation.ts';
import { createChronicle } from './chronicle.ts';
import { systemClock } from './clock.ts';
import { reportOf } from './core/report.ts';
import { targetReport } from './core/target.ts';
import { concludePost } from './github/conclusion.ts';
import { plain } from './github/log.ts';
import { loadUnfinished, type Unfinished } from './github/state.ts';
import { messageOf } from './problems.ts';
import { revertAll } from './rollout.ts';

/**
 * Runs after all steps of the job, also when the job was cancelled or the main process was killed. Puts
 * back what an unfinished rollout left behind.
 */
export async function post(): Promise<void> {
  // So that a signal does not end this process half-way; there is nothing in it to cancel.
  listenForCancellation();
  try {
    const unfinished = loadUnfinished();
    if (unfinished === undefined) core.info('Nothing to clean up: the rollout ended by itself.');
    else await putBack(unfinished);
  } catch (error) {
    core.setFailed(plain(`The unfinished rollout could not be cleaned up: ${messageOf(error)}`));
  }
}

async function putBack({ region, targets, begun }: Unfinished): Promise<void> {
  const clock = systemClock;
  const chronicle = createChronicle(clock);
  const { startedAt } = chronicle;
  chronicle.record({
    type: 'targets',
    at: startedAt,
    region,
    targets: targets.map(({ target, versions: { stable, canary } }) =>
      targetReport(target, { previousVersion: stable, version: canary, disposition: 'shift' }),
    ),
  });
  chronicle.note('the rollout did not end by itself; looking at what it left behind');
  const aliases = createAliases(createClients(region).lambda, region);
  const router = { aliases, region, begun, clock, note: chronicle.note };
  const { result, detail } = await revertAll(
    targets.map((each) => createRouter({ ...router, ...each })),
  );
  const reason = `after the action was killed or could not revert by itself. ${detail}`.trim();
  const report = reportOf(
    chronicle.entries,
    { outcome: result, reason },
    { startedAt, endedAt: clock.now() },
  );
  await concludePost(report);
}
