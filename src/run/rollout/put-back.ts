import { AwsCallError } from '../../aws/call.ts';
import { ended, type Ending } from '../../core/report/ending.ts';
import { messageOf } from '../../core/problems.ts';
import { NOTHING_MOVED } from '../../core/rollout/state.ts';
import { REPAIRS } from '../../core/state-machine/definition.ts';
import { executionLink, type ExecutionOf } from '../../core/alias/execution.ts';
import { toldBy } from '../../core/state-machine/told.ts';
import type { SavedRollout } from '../../github/saved.ts';
import type { Router } from '../../ports.ts';
import { routerOf } from '../alias/router.ts';
import { forget, saveIfPossible, type Surroundings } from '../surroundings.ts';
import { STOPPING, stopReverted } from '../alias/carrier.ts';
import { announce, revertAll } from './reversion.ts';

/** A rollout that AWS carries, and what it takes to put it back. */
export interface Followed {
  readonly execution: ExecutionOf;
  readonly saved: SavedRollout;
  /** For people. */
  readonly link: string;
  /** Whether it goes on with a rollout that had moved traffic already. */
  readonly continues: boolean;
}

/** What of the surroundings a step has, and its post step. */
export type Carrier = Pick<Surroundings, 'aws' | 'clock' | 'journal' | 'keep' | 'wave'>;

/**
 * Puts the old versions back, the aliases first and the execution second: the machine that meets an alias without its mark touches nothing
 * there, and one that is stopped first would leave an alias split that nobody watches.
 * @param unanswered what AWS was given to begin with, where it is not known to have begun
 */
export async function putBack(
  { execution, saved, link, continues }: Followed,
  why: string,
  surroundings: Carrier,
  unanswered?: string,
): Promise<Ending> {
  const routers: readonly Router[] = saved.targets.map((each) =>
    routerOf({ ...each, account: saved.account }, surroundings),
  );
  const reverting = revertAll(routers);
  attempt(() => {
    // From here on the post step puts back what this process does not live to.
    saveIfPossible({ ...saved, execution: undefined }, surroundings);
    recordState({ phase: 'reverting', reason: why }, surroundings);
    announce(routers, surroundings);
  });
  const { result, detail } = await reverting;
  const because = why.replace(/\.$/, '');
  if (result === 'revert-failed') {
    // No alias is left without a watcher; nor is one repaired whose execution was ended under a name of ours.
    const left = `The execution was not stopped, so that it may see to it: ${link}`;
    const reason = [because, detail, left].join('. ');
    return finish({ phase: result, reason }, surroundings);
  }
  if (unanswered !== undefined) await keepOut(execution, unanswered, surroundings);
  await stopReverted(execution, why, surroundings);
  forget(surroundings);
  const reason = [because, detail].filter(Boolean).join('. ');
  const moved = continues || result !== 'reverted' || (await hasMoved(execution, surroundings));
  if (!moved) {
    const nothing = [reason, NOTHING_MOVED].join('. ');
    return finish({ phase: 'failed', reason: nothing }, surroundings);
  }
  return finish({ phase: result === 'untouched' ? 'failed' : result, reason }, surroundings);
}

/**
 * A start that nobody answered may reach AWS yet, and would begin what is over. So its name is taken, by what puts back and does nothing
 * else: two executions of one name are refused.
 */
async function keepOut(
  execution: ExecutionOf,
  unanswered: string,
  { aws, journal }: Carrier,
): Promise<void> {
  const input = JSON.stringify({ ...(JSON.parse(unanswered) as object), mode: REPAIRS });
  try {
    await aws.stepFunctions.start(execution, input, STOPPING);
  } catch (problem) {
    journal.warn(
      `Should AWS still begin the rollout, it goes on without this job; look at the execution: ${executionLink(execution)}. ${messageOf(problem)}`,
    );
  }
}

/** Whether there was a weight to be put back, by what the execution tells; what it does not tell may have been. */
async function hasMoved(execution: ExecutionOf, { aws }: Carrier): Promise<boolean> {
  try {
    const events = await aws.stepFunctions.history(execution, 0, STOPPING);
    return toldBy(events).hasMoved;
  } catch (error) {
    // One that never began has no history.
    return !(error instanceof AwsCallError && error.name === 'ExecutionDoesNotExist');
  }
}

/** A log that cannot be written stops no revert. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // Its loss is told by whoever writes the log.
  }
}

type Final = Extract<
  Parameters<typeof recordState>[0],
  { phase: 'promoted' | 'reverted' | 'failed' | 'revert-failed' }
>;

/** How it ends, for log and report. @param at by AWS's clock, where an execution ended it; left out: now */
export function finish(state: Final, surroundings: Carrier, at?: number): Ending {
  recordState(state, surroundings, at);
  return ended(state.phase, 'reason' in state ? state.reason : '');
}

function recordState(
  state: Extract<Parameters<Surroundings['journal']['record']>[0], { type: 'state' }>['state'],
  { clock, journal }: Pick<Surroundings, 'clock' | 'journal'>,
  at = clock.timeOfDay(),
): void {
  // Nothing of a story comes before it begins.
  journal.record({ type: 'state', at: Math.max(at, journal.startedAt), state });
}
