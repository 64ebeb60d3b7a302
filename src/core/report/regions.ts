import { escapeMarkdown, shorten } from '../text/markdown.ts';
import { ended, isSuccess, type Ending, type Outcome } from './ending.ts';
import { promotedAs } from './headline.ts';
import { endedForeign, type RegionReport, type Report } from './report.ts';

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
  const reasons = [...byReason].map(([reason, those]) =>
    those.length === regions.length ? reason : `${namesOf(those)}: ${reason}`,
  );
  const hasFailed = guilty.some(({ report }) => !report.askedFor);
  return [
    ...reasons,
    ...(hasFailed && servedBefore(regions).length > 0 ? [keptBefore(regions)] : []),
  ].join('\n');
}

export function servedBefore(regions: readonly RegionReport[]): readonly RegionReport[] {
  return regions.filter(({ report }) => report.outcome === 'unchanged');
}

/** Who promoted it there is not known: it may have been this rollout, by a job that did not live to its end. */
export function keptBefore(regions: readonly RegionReport[]): string {
  const names = namesOf(servedBefore(regions));
  // What others go back to is no promotion that was left there.
  const goesBack = regions.some(({ report }) => promotedAs(report.targets) === 'Rolled back');
  const which = goesBack ? 'the version that was asked for' : 'the new version';
  const those = `${names} served ${which} before this job began, and ${servedBefore(regions).length > 1 ? 'keep' : 'keeps'} it.`;
  return goesBack
    ? those
    : `${those} If a job that died promoted it there, set mode: rollback with regions: ${names} to go back.`;
}

export function namesOf(regions: readonly RegionReport[]): string {
  return regions.map(({ report }) => report.region).join(', ');
}

export const WORDS: Readonly<Record<Outcome, string>> = {
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
  if (report.askedFor) return 'not put back';
  return endedForeign(report) ? 'left to somebody else' : 'not moved';
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
