import { parted, type Moment } from '../../core/moment.ts';
import type { Bake } from '../../core/rollout/plan.ts';
import { worst, type Verdict } from '../../core/rollout/verdict.ts';
import type { Assessment, Checks, Clock } from '../../ports.ts';
import { momentOf } from '../moment.ts';

/** Something that is read again and again, at a pace of its own. */
export interface Watched {
  readonly checks: Checks;
  /** The longest time from the beginning of one reading to that of the next, in milliseconds. */
  readonly intervalMs: number;
  /** Whether a step waits for its reading before it ends. */
  readonly gates: boolean;
}

/** What everything that is watched came to. */
export interface Reading extends Assessment {
  /** When the oldest of the readings began: all of it is at least that fresh. */
  readonly at: Moment;
}

/** Reads all checks at once, each without waiting for the others, from its beginning to its end. */
export interface Watch {
  /**
   * Resolves when everything that gates was read at `due` (by the steady clock) or later, or as soon as something
   * fails.
   * @throws what a check broke with, or the signal's reason
   */
  read(due: number, bake: Bake | undefined, signal: AbortSignal): Promise<Reading>;
  /** Resolves as soon as something fails. @throws like {@link read} */
  failure(signal: AbortSignal): Promise<Reading>;
  stop(): void;
}

/**
 * @param all of which at least one gates: its reading is what a step ends with
 * @param inForce what an earlier process left in force; the first reading begins at once, and is to judge it
 */
export function startWatch(all: readonly Watched[], clock: Clock, inForce?: Bake): Watch {
  const over = new AbortController();
  const latest: (Reading | undefined)[] = all.map(() => undefined);
  const listeners = new Set<() => void>();
  let warnings: string[] = [];
  let broken: { readonly error: Error } | undefined;
  let bake = inForce;
  let due = -Infinity;
  let wake = new AbortController();

  async function keepReading({ checks, intervalMs, gates }: Watched, index: number): Promise<void> {
    let next = clock.now();
    let begun = -Infinity;
    while (!over.signal.aborted) {
      const wanted = gates && begun < due ? Math.min(due, next) : next;
      const waitMs = wanted - clock.now();
      if (waitMs > 0) {
        await clock.sleep(waitMs, wake.signal);
        continue;
      }
      const at = momentOf(clock);
      begun = at.steady;
      next = begun + intervalMs;
      const assessment = await checks.assess(at, bake, over.signal);
      warnings.push(...assessment.warnings);
      // What was seen before the machine stood still is no health of the time since.
      if (assessment.verdict.kind !== 'fail' && parted(at, momentOf(clock)) !== 0) {
        next = clock.now();
        continue;
      }
      latest[index] = { ...assessment, at };
      tell();
    }
  }

  function tell(): void {
    for (const listener of [...listeners]) listener();
  }

  function failed(): Reading | undefined {
    return latest.find((reading) => reading?.verdict.kind === 'fail');
  }

  /** Everything, if all that gates has been read by then. */
  function complete(since: number): Reading | undefined {
    const gating = latest.filter((_, index) => all[index]?.gates === true);
    const times = gating.flatMap((reading) => reading?.at ?? []);
    const [oldest] = times.toSorted((one, other) => one.steady - other.steady);
    const isComplete = times.length === gating.length;
    return isComplete && oldest !== undefined && oldest.steady >= since
      ? merged(oldest)
      : undefined;
  }

  function merged(at: Moment): Reading {
    const readings = latest.filter((reading) => reading !== undefined);
    const verdicts: readonly Verdict[] = readings.map(({ verdict }) => verdict);
    const said = warnings;
    warnings = [];
    return {
      at,
      verdict: worst(verdicts),
      findings: readings.flatMap(({ findings }) => findings),
      warnings: said,
    };
  }

  function until(look: () => Reading | undefined, signal: AbortSignal): Promise<Reading> {
    return new Promise((resolve, reject) => {
      const end = () => {
        listeners.delete(listen);
        signal.removeEventListener('abort', abort);
      };
      const abort = () => {
        end();
        reject(signal.reason as Error);
      };
      const listen = () => {
        const reading = look();
        if (broken === undefined && reading === undefined) return;
        end();
        if (broken !== undefined) reject(broken.error);
        else if (reading !== undefined) resolve(reading);
      };
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      listeners.add(listen);
      listen();
    });
  }

  for (const [index, each] of all.entries()) {
    keepReading(each, index).catch((error: unknown) => {
      if (over.signal.aborted) return;
      broken = { error: error instanceof Error ? error : new Error(String(error)) };
      tell();
    });
  }

  return {
    read(wanted, baking, signal) {
      due = wanted;
      bake = baking;
      const asleep = wake;
      wake = new AbortController();
      asleep.abort();
      return until(() => failed() ?? complete(wanted), signal);
    },
    failure: (signal) => until(failed, signal),
    stop() {
      over.abort(new Error('the rollout is decided'));
      wake.abort();
    },
  };
}
