import { isSplit, looksLikeTransition } from '../../core/alias/routing.ts';
import { formatDuration } from '../../core/text/duration.ts';
import { targetName, type Target } from '../../core/alias/target.ts';
import type { Clock } from '../../ports.ts';
import type { Alias, Aliases } from '../../aws/aliases.ts';
import type { CallOptions } from '../../aws/call.ts';

// AWS takes 6 to 8 minutes as a rule; hashicorp/terraform-provider-aws#48116 waits 15.
const PATIENCE_MS = 15 * 60_000;
const POLL_MS = 5_000;

export interface SettledOptions {
  readonly aliases: Aliases;
  readonly target: Target;
  readonly clock: Clock;
  readonly note: (text: string) => void;
  readonly signal?: AbortSignal;
  readonly urgency?: CallOptions['urgency'];
  /** The move that this rollout made; a split that cannot come from it is not waited for. */
  readonly move?: { readonly from: string; readonly to: string };
}

/**
 * Reads an alias. While Lambda moves its provisioned concurrency to another version, it shows weights
 * that nobody set: this waits until they are gone, and answers with the alias as it is then.
 */
export async function readSettled(options: SettledOptions): Promise<Alias | undefined> {
  const { aliases, target, clock, note, signal, urgency, move } = options;
  const deadline = clock.now() + PATIENCE_MS;
  for (let announced = false; ; announced = true) {
    const alias = await aliases.find(target, { signal, urgency });
    if (alias === undefined || !isSplit(alias.routing) || clock.now() >= deadline) return alias;
    if (move !== undefined && !looksLikeTransition(alias.routing, move.from, move.to)) return alias;

    const transition = await aliases.transition(target, { signal, urgency });
    // It may have ended between the two reads.
    if (transition === 'none') return aliases.find(target, { signal, urgency });
    // Without the permission to see it, only our own move makes a transition likely.
    if (transition === 'unknown' && move === undefined) return alias;
    if (!announced) {
      note(
        `${targetName(target)}: Lambda is moving the alias's provisioned concurrency; waiting for its ` +
          `weights to clear (at most ${formatDuration(PATIENCE_MS)})`,
      );
    }
    await clock.sleep(POLL_MS, signal);
    signal?.throwIfAborted();
  }
}
