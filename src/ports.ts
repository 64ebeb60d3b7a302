import type { CommandResult } from './core/checks/commands.ts';
import type { Finding } from './core/checks/finding.ts';
import type { Moment } from './core/moment.ts';
import type { Entry } from './core/report/entry.ts';
import type { Bake } from './core/rollout/plan.ts';
import type { Shown } from './core/alias/ownership.ts';
import type { Versions } from './core/alias/routing.ts';
import type { Target } from './core/alias/target.ts';
import type { Verdict } from './core/rollout/verdict.ts';
import type { Package } from './core/versions/code.ts';

/**
 * Two clocks that both tell epoch milliseconds and begin as one. They part when the machine is suspended (the first stands still) or
 * when the time of day is set (the second jumps): their difference is how far the one that must not be used is off.
 */
export interface Clock {
  /** Never goes backwards: for what lasts, such as bakes, poll intervals and patience. */
  now(): number;
  /**
   * As everybody else's clock shows it: for what is dated by others, or holds for others. Windows of metrics and histories, ends of
   * sessions, deadlines, beginnings of minutes, marks, reports.
   */
  timeOfDay(): number;
  /** By the first of them. Resolves after `ms`, or at once when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Keeps what happened for the report, and tells it as it happens. It notices when the two clocks part, and says so. */
export interface Journal {
  /** By the time of day, epoch milliseconds. */
  readonly startedAt: number;
  /** In order; of findings only what is news, and only the newest of those that replace. */
  readonly entries: readonly Entry[];
  readonly record: (entry: Entry) => void;
  readonly note: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Calls the listener with every entry from now on. */
  readonly follow: (listener: (entry: Entry) => void) => void;
}

export interface Shift {
  /** Index of the step in the plan. */
  readonly step: number;
  /** Percent that goes to the canary; 100 is the promotion. */
  readonly weight: number;
  /** Whether the weight is in force already, and only to be marked as left for another job. */
  readonly held: boolean;
}

export type ShiftResult =
  | { readonly type: 'shifted' }
  /** Lambda refused, could not be reached, or somebody else moved the alias. */
  | { readonly type: 'blocked'; readonly reason: string };

export type SettleResult =
  { readonly type: 'settled' } | { readonly type: 'blocked'; readonly reason: string };

export type ConfirmResult =
  { readonly type: 'confirmed' } | { readonly type: 'blocked'; readonly reason: string };

export type RevertResult =
  /** Read back: the alias serves stable alone. */
  | { readonly type: 'reverted' }
  /** Nothing was ever sent, or all of it was refused: the alias is as it was found. */
  | { readonly type: 'untouched' }
  /** Somebody else moved the alias; it was left as it is. */
  | { readonly type: 'foreign'; readonly detail: string }
  /** It is not known, or known not to be so, that the alias serves stable alone. */
  | { readonly type: 'unconfirmed'; readonly detail: string };

/** Moves the traffic of one target. */
export interface Router {
  readonly target: Target;
  readonly versions: Versions;
  /** The command that puts stable back by hand. */
  readonly repair: string;
  /** Moves on to a step. @throws only when aborted. */
  shift(to: Shift, signal: AbortSignal): Promise<ShiftResult>;
  /** Waits until the alias serves the canary alone. @throws only when aborted */
  settle(signal: AbortSignal): Promise<SettleResult>;
  /**
   * Takes this rollout's mark off the alias, and makes sure that it serves the canary alone.
   * @throws only when aborted
   */
  confirm(signal: AbortSignal): Promise<ConfirmResult>;
  /** Puts stable back at once, unless somebody else moved the alias, and reads it back. Tries hard; never throws. */
  revert(): Promise<RevertResult>;
  /** Who moved the alias from where the rollout left it; nothing when nobody did, or it cannot be read. */
  intruder(signal: AbortSignal): Promise<string | undefined>;
  /** The alias as it was last seen to serve the canary alone; nothing when it may have changed by us. */
  settled(): Seen | undefined;
  /** The alias as it was last seen; nothing when it may have changed by us since. */
  left(): Seen | undefined;
}

/** An alias as it was read, or answered to a write. */
export interface Seen extends Shown {
  /** Changes with every write by anybody. */
  readonly revisionId: string;
}

/** What a reading of the checks came to. */
export interface Assessment {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** To be said, each once. */
  readonly warnings: readonly string[];
}

/** Something that is watched, or several things. */
export interface Checks {
  /**
   * @param at when the reading begins
   * @param bake the step that is in force; absent while no weight is
   * @throws only when aborted: a check that cannot be read is a verdict
   */
  assess(at: Moment, bake: Bake | undefined, signal: AbortSignal): Promise<Assessment>;
}

/** A line for the shell, and what it is told. */
export interface ShellCommand {
  readonly command: string;
  /** Besides what a `run` step of the job would have. */
  readonly environment: Readonly<Record<string, string>>;
  /** For its standard input. */
  readonly input: string;
}

/** Runs commands of the user's on this machine, as a `run` step of the job does. */
export interface Shell {
  /**
   * Runs it to its end. When the signal is aborted, resolves at once as `cut off`; the command is ended meanwhile, with everything
   * that it began. Never throws.
   */
  run(command: ShellCommand, signal: AbortSignal): Promise<CommandResult>;
  /** What keeps a command from running, as far as can be known without running it; undefined when nothing does. */
  problemOf(command: string): Promise<string | undefined>;
}

/** Code in the workspace. */
export interface Packages {
  /**
   * A zip file as it is, or a directory as a zip file that has the same bytes wherever and whenever it is made of the same files. One
   * is read at a time, and nothing is kept of it here: it may be large.
   * @param signal stops what takes long
   * @throws when there is no code that could be uploaded
   */
  read(path: string, signal: AbortSignal): Promise<Package>;
}
