import { targetName, type TargetReport } from '../alias/target.ts';
import { formatWeight } from '../rollout/weight.ts';
import { promotedAs } from './headline.ts';
import { endedForeign, type Report } from './report.ts';

/** How a run ended, in a sign and one sentence. */
export interface Heading {
  readonly icon: string;
  readonly text: string;
}

/** More names than these are no heading any more. */
const MOST_NAMED = 3;

/** Of one region: whatever an alias serves now, first of all. */
export function headingOfOne(report: Report): Heading {
  const { outcome, targets, askedFor } = report;
  const shifting = targets.filter(({ disposition }) => disposition === 'shift');
  const weight = formatWeight(report.position?.weight ?? 0);
  switch (outcome) {
    case 'promoted':
      return report.undecided
        ? heading('⚠️', `${promotedAs(targets)} without enough traffic: ${serving(targets)}`)
        : heading('✅', `${promotedAs(targets)}: ${serving(targets)}`);
    case 'reverted':
      return heading(askedFor ? '✅' : '❌', `Reverted: ${isBack(shifting)}`);
    case 'revert-failed':
      return heading(
        '🚨',
        `Revert failed: ${named(shifting)} may still send traffic to ${versions(shifting, 'version', 'the new versions')}`,
      );
    case 'held':
      return heading(
        '⏸',
        `Held: ${named(shifting)} ${sends(shifting)} ${weight} to ${versions(shifting, 'version', 'the new versions')}`,
      );
    case 'started':
      return askedFor
        ? heading(
            '▶️',
            `Started: AWS moves ${named(shifting)} to ${versions(shifting, 'version', 'the new versions')}`,
          )
        : heading('⚠️', `Out of sight: how ${named(shifting)} goes on is not known here`);
    case 'unchanged':
      return heading('☑️', `Unchanged: ${serving(targets)} already`);
    case 'created':
      return heading('🆕', `Created: ${serving(targets)}`);
    case 'planned':
      return heading('📋', `Planned: ${named(targets)}; nothing was written`);
    case 'status':
      return heading('ℹ️', targets.length === 0 ? 'Status' : `Status of ${named(targets)}`);
    case 'failed':
      return endedForeign(report)
        ? heading('✋', `Stopped: ${named(shifting)} did not stay as this rollout left it`)
        : heading('❌', askedFor ? notBack(shifting) : 'Failed before any traffic was moved');
  }
}

/** Of a revert that was asked for. @param moved what there was to be put back */
export function notBack(moved: readonly TargetReport[]): string {
  return moved.length === 0 ? 'Nothing was put back' : 'Not everything was put back';
}

function heading(icon: string, text: string): Heading {
  return { icon, text };
}

function named(targets: readonly TargetReport[]): string {
  const names = targets.slice(0, MOST_NAMED).map(targetName).join(', ');
  const more = targets.length - MOST_NAMED;
  if (targets.length === 0) return 'the alias';
  return more > 0 ? `${names} and ${more} more` : names;
}

function serving(targets: readonly TargetReport[]): string {
  return `${named(targets)} ${targets.length > 1 ? 'serve' : 'serves'} ${versions(targets, 'version', 'their new versions')}`;
}

function isBack(targets: readonly TargetReport[]): string {
  return `${named(targets)} ${targets.length > 1 ? 'are' : 'is'} back on ${versions(targets, 'previousVersion', 'the versions they served before')}`;
}

function sends(targets: readonly TargetReport[]): string {
  return targets.length > 1 ? 'send' : 'sends';
}

/** One that all have, or the words for many. */
export function versions(
  targets: readonly TargetReport[],
  which: 'version' | 'previousVersion',
  many: string,
): string {
  const all = new Set(targets.map((target) => target[which]));
  const [version = ''] = all;
  if (all.size > 1) return many;
  return version === '' ? 'the version it served before' : `version ${version}`;
}
