import { targetName } from '../alias/target.ts';
import { isSuccess, type Outcome } from './ending.ts';
import { headingOfOne, type Heading } from './heading.ts';
import { headlineOfOne } from './headline.ts';
import { nextStepOfOne, type NextStep } from './next-step.ts';
import { keptBefore, namesOf, servedBefore, WORDS, wordsOf } from './regions.ts';
import type { Report } from './report.ts';

/** The first line of everything that is told: what happened, in one sentence. */
export function headline(report: Report): string {
  return report.regions.length > 0 ? headlineOfRegions(report) : headlineOfOne(report);
}

/** Says whatever an alias serves now, first of all. */
export function headingOf(report: Report): Heading {
  return report.regions.length > 0 ? headingOfRegions(report) : headingOfOne(report);
}

/** The one thing to do, or that there is nothing; undefined where nothing was to be expected. */
export function nextStepOf(report: Report): NextStep | undefined {
  return report.regions.length > 0 ? nextStepOfRegions(report) : nextStepOfOne(report);
}

const MOST_NAMED = 3;

function namesIn({ targets }: Report): string {
  const names = [...new Set(targets.map(targetName))];
  const more = names.length - MOST_NAMED;
  return more > 0
    ? `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more`
    : names.join(', ') || 'the aliases';
}

/** `reverted in eu-west-1; not moved in us-east-1` */
function course({ regions }: Report): string {
  const byWords = Map.groupBy(regions, ({ report }) => wordsOf(report));
  return [...byWords].map(([words, those]) => `${words} in ${namesOf(those)}`).join('; ');
}

function headlineOfRegions(report: Report): string {
  const { outcome, reason, regions } = report;
  const isDone = isSuccess(report);
  const what = `${capital(WORDS[outcome])}: ${namesIn(report)} in ${regions.length} ${regions.length === 1 ? 'region' : 'regions'} (${course(report)})`;
  return isDone || reason === '' ? what : `${what}. ${reason}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const ICONS: Readonly<Record<Outcome, string>> = {
  promoted: '✅',
  reverted: '❌',
  'revert-failed': '🚨',
  held: '⏸',
  failed: '❌',
  started: '▶️',
  unchanged: '☑️',
  created: '🆕',
  planned: '📋',
  status: 'ℹ️',
};

function headingOfRegions(report: Report): Heading {
  const { outcome, askedFor, regions } = report;
  const isUndecided = outcome === 'promoted' && regions.some((each) => each.report.undecided);
  const icon = outcome === 'reverted' && askedFor ? '✅' : isUndecided ? '⚠️' : ICONS[outcome];
  const words = isUndecided ? 'Promoted without enough traffic' : capital(WORDS[outcome]);
  return { icon, text: `${words}: ${namesIn(report)}, ${course(report)}` };
}

function nextStepOfRegions({ outcome, askedFor, regions }: Report): NextStep | undefined {
  const steps = regions.map(({ report }) => nextStepOfOne(report));
  const commands = steps.flatMap((step) => step?.commands ?? []);
  if (commands.length > 0) return { text: 'Put each alias back by hand, now:', commands };
  const kept = regions.filter(({ report }) => report.outcome === 'promoted');
  if (outcome === 'failed' && kept.length > 0) {
    return {
      text: `${namesOf(kept)} ${kept.length > 1 ? 'serve' : 'serves'} the new version. To go back there as well, set mode: rollback with regions: ${namesOf(kept)}.`,
      commands: [],
    };
  }
  const back = regions.filter(({ report }) => report.askedFor && report.outcome === 'reverted');
  if (outcome === 'failed' && back.length > 0) {
    const others = regions.filter((each) => !back.includes(each));
    return {
      text: `${namesOf(back)} ${back.length > 1 ? 'are' : 'is'} back. For ${namesOf(others)} the reason says what was not put back, and what can be done.`,
      commands: [],
    };
  }
  if (outcome === 'reverted' && !askedFor) {
    return servedBefore(regions).length > 0
      ? { text: `What this job moved is back. ${keptBefore(regions)}`, commands: [] }
      : { text: 'The aliases are safe in every region, nothing to do now.', commands: [] };
  }
  const guilty = regions.find(({ report }) => report.outcome === outcome);
  return guilty === undefined ? undefined : nextStepOfOne(guilty.report);
}
