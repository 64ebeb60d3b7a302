import { grouped } from '../src/core/text/numbers.ts';
import type { Cell } from './detectors/detector.ts';

/** What stands beside a figure of ours. */
export interface Compared {
  readonly where: string;
  readonly ours: number;
  readonly theirs: number;
  /** How many standard errors of the difference they are apart, after the reference's rounding. */
  readonly z: number;
}

/** How far apart two shares of runs are, one of them given in percent. */
export function shareZ(
  { reverted, runs: ours }: { readonly reverted: number; readonly runs: number },
  { percent, runs, rounding }: { percent: number; runs: number; rounding: number },
): number {
  // One more of each kind, so that a share of 0 or 1 is not taken for certain.
  const share = (reverted + (percent / 100) * runs + 1) / (ours + runs + 2);
  const error = 100 * Math.sqrt(share * (1 - share) * (1 / ours + 1 / runs));
  return Math.max(0, Math.abs((100 * reverted) / ours - percent) - rounding) / error;
}

/** How far apart two means are, one of them as it was written. @param variance of what both are the mean of */
export function meanZ(
  { mean, variance, runs: ours }: { mean: number; variance: number; runs: number },
  { written, runs }: { written: string; runs: number },
): number {
  const rounding = written.includes('.') ? 0.05 : 0.5;
  const error = Math.sqrt(variance * (1 / ours + 1 / runs));
  return Math.max(0, Math.abs(mean - Number(written)) - rounding) / Math.max(error, 1e-9);
}

export function describe({ requestsPerSecond, baseline, canary }: Cell): string {
  return `${requestsPerSecond} r/s, ${rate(baseline)} → ${rate(canary)}`;
}

export function rate(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}

export function number(value: number): string {
  return value < 100 ? value.toFixed(1) : grouped(Math.round(value));
}

/** Why a figure is another one than the reference's. */
export interface Explained {
  readonly where: RegExp;
  readonly why: string;
}

/** Beyond this, chance is no explanation: 1 in 16,000 for one figure, and there are about 2,000. */
const FARTHEST = 4;
const MOST_SHOWN = 40;

/** Says how many figures agree, and which do not. @returns whether all do, or it is known why not */
export function printAgreement(
  compared: readonly Compared[],
  explanations: readonly Explained[],
): boolean {
  const apart = compared.filter(({ z }) => z > FARTHEST).toSorted((a, b) => b.z - a.z);
  const isExplained = ({ where }: Compared) => explanations.some((each) => each.where.test(where));
  const explained = apart.filter(isExplained);
  const unexplained = apart.filter((each) => !isExplained(each));
  const agreeing = compared.filter(({ z }) => z <= FARTHEST);
  const farthest = Math.max(...agreeing.map(({ z }) => z));
  console.log(
    `${compared.length} figures compared: ${agreeing.length} agree, the farthest apart by ${farthest.toFixed(1)} ` +
      `standard errors; ${explained.length} differ for a known reason, ${unexplained.length} do not agree.`,
  );
  for (const { where, why } of explanations) {
    const those = explained.filter((each) => where.test(each.where));
    if (those.length > 0) console.log(`\n${why}`);
    list(those);
  }
  if (unexplained.length > 0) {
    console.log('\nThese do not agree:');
    list(unexplained);
  }
  return unexplained.length === 0;
}

function list(compared: readonly Compared[]): void {
  for (const { where, ours, theirs, z } of compared.slice(0, MOST_SHOWN)) {
    console.log(
      `  ${where}: ${number(ours)}, not ${number(theirs)} (${z.toFixed(1)} standard errors)`,
    );
  }
}
