import type { Alias, Aliases } from '../../aws/aliases.ts';
import { readMark } from '../../core/alias/mark.ts';
import { isAsMarked } from '../../core/alias/ownership.ts';
import { MOVE_PATIENCE_MS } from '../../core/alias/patience.ts';
import { isSplit } from '../../core/alias/routing.ts';
import { targetName, type Target } from '../../core/alias/target.ts';
import { formatDuration } from '../../core/text/duration.ts';
import type { Clock } from '../../ports.ts';
import { poll } from '../waiting.ts';
import { MOVE_POLL_MS } from './move.ts';

export interface StillOptions {
  readonly aliases: Aliases;
  readonly target: Target;
  readonly clock: Clock;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads an alias before a rollout. While Lambda moves its provisioned concurrency to another version, it shows
 * weights that nobody set: this waits until they are gone, and answers with the alias as it is then.
 */
export async function readStill(options: StillOptions): Promise<Alias | undefined> {
  const { target, clock, note, signal } = options;
  const { alias } = await poll({
    read: () => look(options),
    done: ({ isMoving }) => !isMoving,
    waitingFor: () =>
      `${targetName(target)}: Lambda is moving the alias's provisioned concurrency; waiting for its ` +
      `weights to clear (at most ${formatDuration(MOVE_PATIENCE_MS)})`,
    patienceMs: MOVE_PATIENCE_MS,
    pollMs: MOVE_POLL_MS,
    clock,
    note,
    signal,
  });
  return alias;
}

interface Look {
  readonly alias: Alias | undefined;
  /** Whether its weights are Lambda's own. */
  readonly isMoving: boolean;
}

async function look({ aliases, target, signal }: StillOptions): Promise<Look> {
  const alias = await aliases.find(target, { signal });
  if (alias === undefined || !isSplit(alias.routing)) return { alias, isMoving: false };
  // Its rollout has other functions, which nobody watches meanwhile.
  const { mark } = readMark(alias.description);
  if (mark !== undefined && isAsMarked(alias.routing, mark)) return { alias, isMoving: false };
  const move = await aliases.transition(target, { signal });
  // It may have ended between the two reads.
  if (move.type === 'none') {
    return { alias: await aliases.find(target, { signal }), isMoving: false };
  }
  return { alias, isMoving: move.type === 'under way' };
}
