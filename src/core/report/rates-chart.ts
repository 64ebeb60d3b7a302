import { sumOf } from '../checks/exposure.ts';
import { ofKind } from '../checks/finding.ts';
import { surplus } from '../checks/comparison.ts';
import type { TimedMinute } from '../checks/pairing.ts';
import type { Counts } from '../statistics/evidence.ts';
import { rateInterval } from '../statistics/interval.ts';
import { escapeMarkdown, shorten } from '../text/markdown.ts';
import { GREY, mermaidChart, ORANGE, PALE_GREY, PALE_ORANGE } from './chart.ts';
import { guiltyOf } from './reason.ts';
import type { Report } from './report.ts';

const CHART_POINTS = 60;
const LONGEST_NAME = 120;
/** Of the axis, in percent: Mermaid marks ten parts of these, and of others so many that the numbers overlap. */
const TOPS = [1, 2, 5, 10, 20, 50, 100];

/** How often both versions failed, minute by minute, with the interval that each rate may have been in. */
export function ratesChart(report: Report): readonly string[] {
  const source = courseOf(report);
  if (source === undefined) return [];
  const { target, minutes } = source;
  const stretches = inStretches(minutes);
  // A line needs two points: a single minute is drawn as a level.
  const drawn = stretches.length === 1 ? [...stretches, ...stretches] : stretches;
  const canary = drawn.map((stretch) => rateOf(stretch.canary));
  const baseline = drawn.map((stretch) => rateOf(stretch.baseline));
  const highest = Math.max(...[...canary, ...baseline].map(({ high }) => high));
  const line = (color: string, rates: readonly Rate[], which: keyof Rate) => ({
    color,
    values: rates.map((rate) => rate[which]),
  });
  return [
    ...mermaidChart({
      title: 'Percent of requests that failed',
      x: { label: 'minutes in which both served', from: 1, to: Math.max(2, minutes.length) },
      y: { label: 'percent', from: 0, to: TOPS.find((top) => top >= highest) ?? 100 },
      lines: [
        line(PALE_GREY, baseline, 'low'),
        line(PALE_GREY, baseline, 'high'),
        line(PALE_ORANGE, canary, 'low'),
        line(PALE_ORANGE, canary, 'high'),
        line(GREY, baseline, 'rate'),
        line(ORANGE, canary, 'rate'),
      ],
    }),
    '',
    `Of ${escapeMarkdown(shorten(target, LONGEST_NAME))}: orange the new version, grey the old one; between the pale lines each rate ` +
      'lies with 95 % confidence.',
  ];
}

interface Course {
  readonly target: string;
  readonly minutes: readonly TimedMinute[];
}

/** Of the target that decided, else of the one that looks worst; everything that was counted after a revert, if it was. */
function courseOf(report: Report): Course | undefined {
  const { exposures, findings } = report;
  const all = ofKind(findings, 'comparison');
  const ofErrors = all.filter(({ name }) => name === 'errors');
  const compared = ofErrors.length > 0 ? ofErrors : all;
  const guilty = guiltyOf(report).flatMap((each) => ('target' in each ? [each.target] : []));
  const worst = compared.toSorted((a, b) => surplus(b) - surplus(a)).map(({ target }) => target);
  const failed = exposures
    .toSorted((a, b) => b.canary.bad - a.canary.bad)
    .map(({ target }) => target);
  const courses = [...exposures, ...compared].flatMap(servedByBoth);
  for (const wanted of [...guilty, ...(compared.length > 0 ? worst : failed)]) {
    const found = courses.find(({ target }) => target === wanted);
    if (found !== undefined) return found;
  }
  return courses[0];
}

/** A version that served nothing in a minute has no rate in it, and nought would be a lie. */
function servedByBoth({ target, minutes }: Course): readonly Course[] {
  const served = minutes.filter(({ canary, baseline }) => canary.total > 0 && baseline.total > 0);
  return served.length === 0 ? [] : [{ target, minutes: served }];
}

type Stretch = Pick<TimedMinute, 'canary' | 'baseline'>;

/** As many minutes together as it takes for the chart to be read. */
function inStretches(minutes: readonly TimedMinute[]): readonly Stretch[] {
  const length = Math.ceil(minutes.length / CHART_POINTS);
  return Array.from({ length: Math.ceil(minutes.length / length) }, (_, index) => {
    const part = minutes.slice(index * length, (index + 1) * length);
    return {
      canary: sumOf(part.map(({ canary }) => canary)),
      baseline: sumOf(part.map(({ baseline }) => baseline)),
    };
  });
}

interface Rate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** In percent. */
function rateOf(counts: Counts): Rate {
  const { low, high } = rateInterval(counts);
  return { rate: rounded(counts.bad / counts.total), low: rounded(low), high: rounded(high) };
}

function rounded(share: number): number {
  return Number((share * 100).toFixed(2));
}
