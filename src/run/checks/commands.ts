import type { Shifting } from '../../core/alias/shifting.ts';
import { targetName } from '../../core/alias/target.ts';
import { inputFor } from '../../core/checks/command-input.ts';
import {
  couldTell,
  judgeRun,
  type CommandCheck,
  type CommandFinding,
} from '../../core/checks/commands.ts';
import { parted, timeOfDayThen } from '../../core/moment.ts';
import { bakedAt, isBakeOver, type Bake, type Plan } from '../../core/rollout/plan.ts';
import { PASS } from '../../core/rollout/verdict.ts';
import type { Assessment, Checks, Clock, Shell } from '../../ports.ts';
import { momentOf } from '../moment.ts';
import { createSlots, type InSlot } from './slots.ts';

export interface CommandChecksOptions {
  readonly shell: Shell;
  readonly clock: Clock;
  readonly checks: readonly CommandCheck[];
  readonly shifting: readonly Pick<Shifting, 'target' | 'versions'>[];
  readonly plan: Plan;
  readonly region: string;
  readonly monitoringGraceMs: number;
  /** How soon one that could not tell is asked again. Milliseconds. */
  readonly againMs: number;
}

/** One command for one target. Its runs never overlap. */
export interface WatchedCommand {
  /** How often it is looked at whether it is due. Milliseconds. */
  readonly intervalMs: number;
  /** Runs it whenever it is due, and says at once when it fails. */
  readonly running: Checks;
  /** What it said last. At the end of a bake, what it says when it is run then: a step waits for that. */
  readonly answering: Checks;
}

/** As many as a runner can bear. */
const MOST_AT_ONCE = 8;

/** Every command for every target, as checks of metrics are. */
export function createCommandChecks(options: CommandChecksOptions): readonly WatchedCommand[] {
  const inSlot = createSlots(MOST_AT_ONCE);
  return options.shifting.flatMap((shifting) =>
    options.checks.map((check) => watchedCommand(check, shifting, { ...options, inSlot })),
  );
}

/** It begins a little later than it is looked at. */
const SLACK_MS = 500;

interface Ran {
  /** By the steady clock. */
  readonly begunAt: number;
  readonly finding: CommandFinding;
}

function watchedCommand(
  check: CommandCheck,
  { target, versions }: CommandChecksOptions['shifting'][number],
  {
    shell,
    clock,
    plan,
    region,
    monitoringGraceMs,
    againMs,
    inSlot,
  }: CommandChecksOptions & { readonly inSlot: InSlot },
): WatchedCommand {
  let last: Ran | undefined;
  let going: Promise<void> | undefined;
  /** When the first of the runs began since which it could not tell; by the steady clock. */
  let darkSince: number | undefined;

  const concerns = (bake: Bake | undefined): bake is Bake =>
    bake !== undefined && (!check.afterPromotion || bake.weight >= 100);

  /** What it said before a bake was over says nothing of its end. */
  const isOwedAtEnd = (bake: Bake) =>
    isBakeOver(bake, momentOf(clock)) && (last === undefined || last.begunAt < bakedAt(bake));

  const failed = () => last?.finding.verdict.kind === 'fail';

  function isDue(bake: Bake): boolean {
    // The revert is on its way, and no start of a program stands before it.
    if (failed()) return false;
    if (isOwedAtEnd(bake)) return true;
    const passed = last?.finding.verdict.kind === 'pass';
    const { everyMs } = check;
    // One that passed at the end of a step need not do it again there.
    if (everyMs === undefined && (last === undefined || passed)) return false;
    const paceMs = passed ? (everyMs ?? againMs) : Math.min(everyMs ?? againMs, againMs);
    return last === undefined || clock.now() >= last.begunAt + paceMs - SLACK_MS;
  }

  async function run(bake: Bake, signal: AbortSignal): Promise<void> {
    const at = momentOf(clock);
    const since = new Date(timeOfDayThen(bake.shiftedAt, at)).toISOString();
    const told = { check, target, versions, region, plan, bake, since, at };
    const { environment, json } = inputFor(told);
    const command = { command: check.command, environment, input: json };
    const result = await cutOffAfter(check.timeoutMs, signal, (cut) => shell.run(command, cut));
    signal.throwIfAborted();
    if (couldTell(result)) darkSince = undefined;
    else darkSince ??= at.steady;
    const now = momentOf(clock);
    const finding = judgeRun(check, {
      target: targetName(target),
      result,
      at: at.timeOfDay,
      darkMs: now.steady - (darkSince ?? now.steady),
      monitoringGraceMs,
    });
    // What was seen before the machine stood still is no health of the time since.
    last = { begunAt: parted(at, now) === 0 ? at.steady : -Infinity, finding };
  }

  /** It hears of the end of its time at once, though what it began may take longer to end. */
  async function cutOffAfter<T>(
    ms: number,
    signal: AbortSignal,
    act: (cut: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const [late, settled] = [new AbortController(), new AbortController()];
    void clock.sleep(ms, AbortSignal.any([signal, settled.signal])).then(() => {
      late.abort();
    });
    try {
      return await act(AbortSignal.any([signal, late.signal]));
    } finally {
      settled.abort();
    }
  }

  /** Waits for the run that is going on, or for one that begins now. */
  async function oneRun(bake: Bake, signal: AbortSignal): Promise<void> {
    going ??= inSlot(signal, () => run(bake, signal)).finally(() => {
      going = undefined;
    });
    await going;
  }

  return {
    intervalMs: lookEveryMs(check, againMs),
    running: {
      async assess(_at, bake, signal) {
        if (!concerns(bake)) return NOTHING;
        if (going !== undefined || isDue(bake)) await oneRun(bake, signal);
        return failed() ? assessmentOf(last) : NOTHING;
      },
    },
    answering: {
      async assess(_at, bake, signal) {
        if (!concerns(bake)) return NOTHING;
        while (isOwedAtEnd(bake) && !failed()) await oneRun(bake, signal);
        return assessmentOf(last);
      },
    },
  };
}

/** A part of its pace, so that it is looked at when it is due; and no longer than until one that could not tell is asked again. */
function lookEveryMs({ everyMs }: CommandCheck, againMs: number): number {
  return everyMs === undefined ? againMs : everyMs / Math.ceil(everyMs / againMs);
}

const NOTHING: Assessment = { verdict: PASS, findings: [], warnings: [] };

function assessmentOf(ran: Ran | undefined): Assessment {
  return ran === undefined
    ? NOTHING
    : { verdict: ran.finding.verdict, findings: [ran.finding], warnings: [] };
}
