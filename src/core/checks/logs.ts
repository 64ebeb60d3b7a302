import { formatWeight } from '../rollout/weight.ts';
import type { FailureAccount } from '../log-lane/account.ts';
import { PASS, type Verdict } from '../rollout/verdict.ts';
import type { FailureRule } from '../statistics/failure-evidence.ts';
import { formatDuration } from '../text/duration.ts';
import { grouped } from '../text/numbers.ts';
import { odds } from './comparison.ts';
import type { Seen } from './seen.ts';

/** What the logs told of the failures of both versions, and what that is worth. */
export interface LoggedFailures {
  /** `logs`, or `log-errors` for what the user's own pattern finds. */
  readonly name: string;
  readonly target: string;
  /** Percent. */
  readonly weight: number;
  readonly baseline: number;
  readonly canary: number;
  /** Of 10 s, in which something failed. */
  readonly windows: number;
  /** Natural logarithm of the evidence; of one that reverts, where it stood highest. */
  readonly logE: number;
  /** What the evidence must come up to, to revert: 1/alpha. */
  readonly needed: number;
  readonly reverts: boolean;
  /** How old a failure must be to be judged; milliseconds. */
  readonly horizonMs: number;
  /** The longest that a line took to be found, of those that were. */
  readonly largestDelayMs: number;
  /** How long after the first failure of the canary it was judged; absent without any. */
  readonly seenAfterMs: number | undefined;
  /** Why nothing is judged at the moment; absent when it is. */
  readonly stoodAside: string | undefined;
}

/** How often the two versions failed by their logs, since the first weight. */
export interface LogFinding extends Seen, LoggedFailures {
  readonly kind: 'logs';
}

/** How a target's failures were read, and how they are judged. */
export interface LogReading {
  readonly name: string;
  readonly target: string;
  readonly rule: FailureRule;
  /** Percent. */
  readonly weight: number;
  readonly horizonMs: number;
  readonly largestDelayMs: number;
  /** When the logs were read, by AWS. */
  readonly now: number;
}

/** What the failures that are old enough come to. */
export function loggedFailures(account: FailureAccount, reading: LogReading): LoggedFailures {
  const { name, target, rule, weight, horizonMs, largestDelayMs, now } = reading;
  const { standing, canary, baseline, firstOfCanary } = account;
  const { revertAt, logE, highest, stretches } = standing;
  return {
    name,
    target,
    weight,
    canary,
    baseline,
    windows: stretches,
    logE: revertAt === null ? logE : highest,
    needed: 1 / rule.alpha,
    reverts: revertAt !== null,
    horizonMs,
    largestDelayMs,
    seenAfterMs: firstOfCanary === undefined ? undefined : now - firstOfCanary,
    stoodAside: undefined,
  };
}

/** @param mode `observe` judges and reports, and does not revert */
export function logFinding(logged: LoggedFailures, at: number, mode: 'on' | 'observe'): LogFinding {
  const check = `${logged.name} of ${logged.target}`;
  // What was judged may be a finding of before, whose verdict does not hold any more.
  return { ...logged, kind: 'logs', check, at, verdict: verdictOf(logged, mode) };
}

function verdictOf(logged: LoggedFailures, mode: 'on' | 'observe'): Verdict {
  if (mode === 'observe' || !logged.reverts || logged.stoodAside !== undefined) return PASS;
  return { kind: 'fail', reason: describeLogRevert(logged) };
}

/**
 * `errors in the logs of shop:live: 14 of 17 failures are the new version's, which has 10 % of the requests (evidence
 * 4,210:1 of 500:1 needed; seen 19 s after the first)`
 */
function describeLogRevert(logged: LoggedFailures): string {
  const { target, canary, baseline, weight, seenAfterMs } = logged;
  const what =
    logged.name === 'logs' ? 'errors in the logs' : `errors in the logs (${logged.name})`;
  const seen =
    seenAfterMs === undefined ? '' : `; seen ${formatDuration(seenAfterMs)} after the first`;
  return (
    `${what} of ${target}: ${grouped(canary)} of ${grouped(canary + baseline)} failures are the new version's, ` +
    `which has ${formatWeight(weight)} of the requests (${evidence(logged)}${seen})`
  );
}

/** `logs of shop:live: canary 14 failures, baseline 3, weight 10 %; evidence 4,210:1 of 500:1 needed` */
export function describeLogs(logged: LoggedFailures): string {
  const { name, target, canary, baseline, weight, stoodAside } = logged;
  const counts =
    `${name} of ${target}: canary ${grouped(canary)} ${canary === 1 ? 'failure' : 'failures'}, ` +
    `baseline ${grouped(baseline)}, weight ${formatWeight(weight)}; ${evidence(logged)}`;
  return stoodAside === undefined ? counts : `${counts}; not judged now: ${stoodAside}`;
}

function evidence({ logE, needed }: LoggedFailures): string {
  return `evidence ${odds(logE)} of ${grouped(Math.round(needed))}:1 needed`;
}
