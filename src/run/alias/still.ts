import type { Alias, Aliases } from '../../aws/aliases.ts';
import { isSplit } from '../../core/alias/routing.ts';
import { targetName, type Target } from '../../core/alias/target.ts';
import { formatDuration } from '../../core/text/duration.ts';
import type { Clock } from '../../ports.ts';
import { MOVE_PATIENCE_MS, MOVE_POLL_MS } from './settle.ts';

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
  const { aliases, target, clock, note, signal } = options;
  const deadline = clock.now() + MOVE_PATIENCE_MS;
  for (let announced = false; ; announced = true) {
    const alias = await aliases.find(target, { signal });
    if (alias === undefined || !isSplit(alias.routing) || clock.now() >= deadline) return alias;
    const move = await aliases.transition(target, { signal });
    // It may have ended between the two reads.
    if (move.type === 'none') return aliases.find(target, { signal });
    if (move.type !== 'under way') return alias;
    if (!announced) {
      note(
        `${targetName(target)}: Lambda is moving the alias's provisioned concurrency; waiting for its ` +
          `weights to clear (at most ${formatDuration(MOVE_PATIENCE_MS)})`,
      );
    }
    await clock.sleep(MOVE_POLL_MS, signal);
    signal.throwIfAborted();
  }
}
