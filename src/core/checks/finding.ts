import type { AlarmFinding } from './alarms.ts';
import type { CommandFinding } from './commands.ts';
import type { ComparisonFinding } from './comparison.ts';
import type { DurationFinding } from './durations.ts';
import { isJudged, type PromotedFinding } from './promoted.ts';
import type { LogFinding } from './logs.ts';
import type { ThresholdFinding } from './thresholds.ts';

/**
 * What one check saw at one reading. Whatever passes it on need not know which kind it is; whatever words it
 * switches over `kind`.
 */
export type Finding =
  | AlarmFinding
  | ThresholdFinding
  | ComparisonFinding
  | DurationFinding
  | PromotedFinding
  | LogFinding
  | CommandFinding;

export type FindingOf<K extends Finding['kind']> = Extract<Finding, { readonly kind: K }>;

/** Those of one kind, in their order. */
export function ofKind<K extends Finding['kind']>(
  findings: readonly Finding[],
  kind: K,
): readonly FindingOf<K>[] {
  return findings.filter((finding): finding is FindingOf<K> => finding.kind === kind);
}

/** Whether it says something of a version that is alone. */
export function watchesAlone(finding: Finding): boolean {
  switch (finding.kind) {
    case 'alarm':
      return true;
    case 'command':
      return finding.state === 'OK' || finding.state === 'FAIL';
    case 'threshold':
      return finding.state !== 'NO DATA';
    case 'promoted':
      return isJudged(finding);
    case 'comparison':
    case 'duration':
    case 'logs':
      return false;
  }
}

/** The same for all findings of one check. */
export function keyOf({ kind, check }: Finding): string {
  return `${kind}:${check}`;
}

/** What the check is in; nothing of a kind that is in no state. */
export function stateOf(finding: Finding): string | undefined {
  return 'state' in finding ? finding.state : undefined;
}

/**
 * Whether a finding knows all that the one before it knew. One without a state speaks of the whole rollout and
 * grows with it: only the newest is kept. Of one with a state every change is.
 */
export function replaces(finding: Finding): boolean {
  return stateOf(finding) === undefined;
}

/**
 * The findings that are news: those that replace, and those whose state or verdict differs from the last one of
 * the same check.
 * @param before the last finding of each check, by {@link keyOf}
 */
export function changedSince(
  before: ReadonlyMap<string, Finding>,
  findings: readonly Finding[],
): readonly Finding[] {
  return findings.filter((finding) => {
    const last = before.get(keyOf(finding));
    return (
      last === undefined ||
      replaces(finding) ||
      stateOf(last) !== stateOf(finding) ||
      last.verdict.kind !== finding.verdict.kind
    );
  });
}
