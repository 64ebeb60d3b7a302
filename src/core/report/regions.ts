import { targetName } from '../alias/target.ts';
import { escapeMarkdown, shorten } from '../text/markdown.ts';
import { ended, isSuccess, type Ending, type Outcome } from './ending.ts';
import { endedForeign, type Heading, type NextStep } from './heading.ts';
import type { Report } from './report.ts';

/** What a rollout through several regions came to in one of them. */
export interface RegionReport {
  /** From 1. */
  readonly wave: number;
  /** Whether it ended so because of another region, which says why. */
  readonly isElsewhere: boolean;
  readonly report: Report;
}

/** The worst first: what one region came to is what all came to. */
const GRAVEST: readonly Outcome[] = [
  'revert-failed',
  'failed',
  'reverted',
  'started',
  'held',
  'promoted',
  'created',
  'unchanged',
  'planned',
  'status',
];

/**
 * How it ended in all regions together. `reverted` only where everything that moved is back: who reads no more than that may go to sleep.
 */
export function endingOfRegions(regions: readonly RegionReport[]): Ending {
  const reports = regions.map(({ report }) => report);
  const outcomes = new Set(reports.map(({ outcome }) => outcome));
  const gravest = GRAVEST.find((outcome) => outcomes.has(outcome)) ?? 'failed';
  const isBack =
    gravest === 'failed' &&
    outcomes.has('reverted') &&
    !reports.some(({ askedFor }) => askedFor) &&
    reports.every((report) => !isMoved(report));
  const isMixed = gravest === 'reverted' && reports.some(isMoved);
  const outcome = isBack ? 'reverted' : isMixed ? 'failed' : gravest;
  const askedFor =
    reports.some((report) => report.askedFor) &&
    reports.every((report) => report.askedFor || isSuccess(report));
  return { ...ended(outcome, reasonOf(regions)), askedFor };
}

/** Whether aliases of it do not serve what they served before, or it is not known. */
function isMoved(report: Report): boolean {
  const { outcome } = report;
  return (
    outcome === 'promoted' || outcome === 'held' || outcome === 'started' || endedForeign(report)
  );
}

/** Whether it went another way than back, and nobody else's failure says why. */
function isNotBack(report: Report): boolean {
  return report.outcome === 'revert-failed' || endedForeign(report);
}

/** Of those that did not go back with another, be it that they were to. */
function reasonOf(regions: readonly RegionReport[]): string {
  const told = regions.filter(({ report }) => report.reason !== '');
  const guilty = told.filter(
    ({ report, isElsewhere }) => !isSuccess(report) && (!isElsewhere || isNotBack(report)),
  );
  const all = guilty.length > 0 ? guilty : told;
  const byReason = Map.groupBy(all, ({ report }) => report.reason);
  return [...byReason]
    .map(([reason, those]) =>
      those.length === regions.length ? reason : `${namesOf(those)}: ${reason}`,
    )
    .join('\n');
}

function namesOf(regions: readonly RegionReport[]): string {
  return regions.map(({ report }) => report.region).join(', ');
}

const WORDS: Readonly<Record<Outcome, string>> = {
  promoted: 'promoted',
  reverted: 'reverted',
  'revert-failed': 'revert failed',
  held: 'held',
  failed: 'failed',
  started: 'with AWS',
  unchanged: 'unchanged',
  created: 'created',
  planned: 'planned',
  status: 'looked at',
};

/** What a region came to, in a word or two. */
export function wordsOf(report: Report): string {
  if (report.outcome !== 'failed') return WORDS[report.outcome];
  return endedForeign(report) ? 'left to somebody else' : 'not moved';
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

/** The first line of everything that is told of several regions. */
export function headlineOfRegions(report: Report): string {
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

export function headingOfRegions(report: Report): Heading {
  const { outcome, askedFor, regions } = report;
  const isUndecided = outcome === 'promoted' && regions.some((each) => each.report.undecided);
  const icon = outcome === 'reverted' && askedFor ? '✅' : isUndecided ? '⚠️' : ICONS[outcome];
  const words = isUndecided ? 'Promoted without enough traffic' : capital(WORDS[outcome]);
  return { icon, text: `${words}: ${namesIn(report)}, ${course(report)}` };
}

/** @param nextStepOf that of one region */
export function nextStepOfRegions(
  { outcome, askedFor, regions }: Report,
  nextStepOf: (report: Report) => NextStep | undefined,
): NextStep | undefined {
  const steps = regions.map(({ report }) => nextStepOf(report));
  const commands = steps.flatMap((step) => step?.commands ?? []);
  if (commands.length > 0) return { text: 'Put each alias back by hand, now:', commands };
  const kept = regions.filter(({ report }) => report.outcome === 'promoted');
  if (outcome === 'failed' && kept.length > 0) {
    return {
      text: `${namesOf(kept)} ${kept.length > 1 ? 'serve' : 'serves'} the new version. To go back there as well, set mode: rollback with regions: ${namesOf(kept)}.`,
      commands: [],
    };
  }
  if (outcome === 'reverted' && !askedFor) {
    return { text: 'The aliases are safe in every region, nothing to do now.', commands: [] };
  }
  const guilty = regions.find(({ report }) => report.outcome === outcome);
  return guilty === undefined ? undefined : nextStepOf(guilty.report);
}

const LONGEST_REASON = 200;

/** A row for each region. */
export function regionRows({ regions }: Report): readonly (readonly string[])[] {
  return regions.map(({ wave, report }) => {
    const [first] = report.targets;
    const isOne = report.targets.length === 1;
    return [
      String(wave),
      escapeMarkdown(report.region),
      wordsOf(report),
      isOne ? version(first?.previousVersion) : '–',
      isOne ? version(first?.version) : several(report.targets.length),
      isSuccess(report) ? '' : escapeMarkdown(shorten(report.reason, LONGEST_REASON)),
    ];
  });
}

function version(known = ''): string {
  return known === '' ? '–' : escapeMarkdown(known);
}

function several(functions: number): string {
  return functions === 0 ? '–' : `${functions} functions`;
}

/**
 * One report of what several regions came to. What is about one function is that of the first region, as with several functions it is
 * that of the first.
 */
export function reportOfRegions(
  regions: readonly RegionReport[],
  { startedAt, endedAt, warnings }: Pick<Report, 'startedAt' | 'endedAt' | 'warnings'>,
  first: Report,
): Report {
  return {
    ...first,
    ...endingOfRegions(regions),
    startedAt,
    endedAt,
    warnings,
    targets: regions.flatMap(({ report }) => report.targets),
    regions,
  };
}
