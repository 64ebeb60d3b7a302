import * as core from '@actions/core';

import { createAliases } from './aws/aliases.ts';
import { createClients } from './aws/clients.ts';
import { createRouter } from './aws/router.ts';
import { listenForCancellation } from './cancellation.ts';
import { systemClock } from './clock.ts';
import { targetName } from './core/target.ts';
import { plain } from './github/log.ts';
import { loadUnfinished, type Unfinished } from './github/state.ts';
import { messageOf } from './problems.ts';

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
  const aliases = createAliases(createClients(region).lambda, region);
  core.info('The rollout did not end by itself; looking at what it left behind.');
  await Promise.all(
    targets.map(async ({ target, versions }) => {
      const router = createRouter({
        aliases,
        target,
        versions,
        region,
        begun,
        revisionId: '',
        clock: systemClock,
        note: (text) => {
          core.info(plain(text));
        },
      });
      const result = await router.revert();
      const name = targetName(target);
      if (result.type === 'reverted') {
        core.warning(
          plain(
            `${name} serves version ${versions.stable} alone: the unfinished rollout is reverted.`,
          ),
        );
      } else {
        core.setFailed(plain(`${name}: ${result.detail}`));
      }
    }),
  );
}
