// Why a step does not end, in the same words whoever carries the rollout.

import { formatWeight } from '../rollout/weight.ts';
import { count, grouped } from '../text/numbers.ts';
import type { Shared } from '../statistics/share.ts';

/** What ends a sentence with the numbers of a comparison. */
export const STANDS_AGAINST = {
  near: '; that is too near to go on',
  unconfirmed: '; that is over it, but the failures of one minute alone do not decide',
  extended: '; the step was extended for it, and nothing spoke for it',
  promoted: '; nothing can speak for it after the promotion',
  undecided: '; that is too near to go on without a doubt',
} as const;

/** What ends the warning of a promotion that was near to too much. */
export const SIDE_BY_SIDE = ', as far as the versions were side by side.';

export function lateWords(target: string, isPromoted: boolean): string {
  return isPromoted
    ? `the metrics of ${target} before the promotion are not there yet`
    : `the metrics of the last minute of ${target} are not there yet`;
}

/** @param expected how many requests the canary should have served */
export function unservedWords(target: string, expected: number, weight: number): string {
  return (
    `${target}: the canary served no request, though about ${Math.round(expected)} were to be expected at ` +
    `${formatWeight(weight)}: look at what calls the function (by its alias?) and at its permissions`
  );
}

/** @param served by the canary, in the step; @param needed min-invocations */
export function fewWords(
  target: string,
  { served, weight, needed }: Readonly<Record<'served' | 'weight' | 'needed', number>>,
): string {
  return (
    `${target}: the canary served ${count(served, 'request')} at ${formatWeight(weight)}, and ` +
    `${needed} are needed to judge it (min-invocations)`
  );
}

/** Lambda counts a request when it ends: one that hangs is missing. @param shares by weight, as shares of 1 */
export function missingWords(target: string, shares: readonly Shared[]): string {
  const counted = sum(shares.map(({ canary }) => canary));
  const due = sum(shares.map(({ weight, baseline }) => (baseline * weight) / (1 - weight)));
  return (
    `${target}: ${count(counted, 'request')} of the canary were counted, where by its weight about ` +
    `${grouped(Math.round(due))} were due: Lambda counts a request when it ends, so the others may hang`
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
