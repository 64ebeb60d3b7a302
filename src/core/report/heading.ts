import { repairCommand } from '../alias/repair.ts';
import { targetName, type TargetReport } from '../alias/target.ts';
import { formatWeight } from '../alias/routing.ts';
import type { Report } from './report.ts';
import { promotedAs } from './headline.ts';
import { headingOfRegions, nextStepOfRegions } from './regions.ts';

/** How a run ended, in a sign and one sentence. */
export interface Heading {
  readonly icon: string;
  readonly text: string;
}

/** More names than these are no heading any more. */
const MOST_NAMED = 3;

/** Says whatever an alias serves now, first of all. */
export function headingOf(report: Report): Heading {
  if (report.regions.length > 0) return headingOfRegions(report);
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
        : heading('❌', 'Failed before any traffic was moved');
  }
}

/** Somebody else moved an alias of a rollout that had begun. */
export function endedForeign({ outcome, weights }: Report): boolean {
  return outcome === 'failed' && weights.length > 0;
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

function versions(
  targets: readonly TargetReport[],
  which: 'version' | 'previousVersion',
  many: string,
): string {
  const all = new Set(targets.map((target) => target[which]));
  const [version = ''] = all;
  if (all.size > 1) return many;
  return version === '' ? 'the version it served before' : `version ${version}`;
}

/** What is to be done now: one sentence, and the commands for it if there are any. */
export interface NextStep {
  readonly text: string;
  readonly commands: readonly string[];
}

/** The one thing to do, or that there is nothing; undefined where nothing was to be expected. */
export function nextStepOf(report: Report): NextStep | undefined {
  if (report.regions.length > 0) return nextStepOfRegions(report, nextStepOf);
  const { outcome, targets, region } = report;
  const shifting = targets.filter(({ disposition }) => disposition === 'shift');
  const many = shifting.length > 1;
  switch (outcome) {
    case 'reverted':
      return nothing(`${many ? 'The aliases are' : 'The alias is'} safe, nothing to do now.`);
    case 'promoted':
      return report.undecided
        ? nothing(
            'There were too few requests to tell whether it is any worse: watch it for a while. To go back to ' +
              `${versions(shifting, 'previousVersion', 'the versions of before')}, set mode: rollback.`,
          )
        : nothing('Nothing to do.');
    case 'revert-failed':
      return {
        text: `Put ${many ? 'each alias' : 'the alias'} back by hand, now:`,
        commands: shifting.map((target) =>
          repairCommand(
            { ...target, functionId: target.functionName },
            target.previousVersion,
            region,
          ),
        ),
      };
    case 'held':
      return nothing('Go on with mode: step or mode: promote, or put it back with mode: revert.');
    case 'started':
      return nothing(
        report.askedFor
          ? 'Nothing to do: AWS watches it and ends it. mode: status tells where it stands, mode: revert puts it back. Before its first weight, stop its execution instead: nothing shows on the alias yet.'
          : 'See how it stands: mode: status tells it, and mode: revert puts it back.',
      );
    case 'failed':
      return nothing(
        endedForeign(report)
          ? 'Find out who moved the alias: it was left as it is.'
          : 'Nothing was moved, users are served as before. Mend the reason, and run it again.',
      );
    case 'created':
      return nothing('There was nothing to shift from. See that whoever is to call it does.');
    case 'planned':
    case 'unchanged':
    case 'status':
      return undefined;
  }
}

function nothing(text: string): NextStep {
  return { text, commands: [] };
}
