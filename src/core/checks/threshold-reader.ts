import { targetName } from '../alias/target.ts';
import { firstWholeMinute, minutesBetween, MINUTE_MS } from '../minute.ts';
import { timeOfDayThen } from '../moment.ts';
import { isBakeOver } from '../rollout/plan.ts';
import { PASS } from '../rollout/verdict.ts';
import { withoutVersion, type Series, type Sources } from './metric-source.ts';
import { reader, type Reader, type WatchedTarget } from './reader.ts';
import {
  conditionOf,
  evaluateCheck,
  formatValue,
  type MetricCheck,
  type ThresholdFinding,
} from './thresholds.ts';

/** Without a value for so many settled minutes, nothing is known of a metric any more. */
const STALE_MINUTES = 3;

/**
 * Watches a metric whatever the baseline does.
 * @param isAlone whether the alias serves the canary alone. It is not verified that Lambda names the version of an alias without
 *   weights; where it does not, the alias's own series is the canary's.
 */
export function thresholdReader(
  check: MetricCheck,
  watched: WatchedTarget,
  isAlone = false,
): Reader {
  const target = targetName(watched.target);
  const name = `${check.name} of ${target}`;
  // By their numbers, as the check's own expression names them.
  const canary: Sources<string> = Object.fromEntries(check.sources.entries());
  const ofAlias: Sources<string> = isAlone
    ? Object.fromEntries(check.sources.map((source, index) => [index, withoutVersion(source)]))
    : {};
  return reader(watched, { baseline: ofAlias, canary }, (series, { at, bake, from, to }) => {
    const measured = isAlone
      ? aloneSince(series, firstWholeMinute(timeOfDayThen(bake.since, at)))
      : series.canary;
    const { verdict, latest } = evaluateCheck(check, measured, minutesBetween(from, to));
    const fails = verdict.kind === 'fail';
    const isStale = latest === null || latest.at <= to - STALE_MINUTES * MINUTE_MS;
    const first = firstWholeMinute(timeOfDayThen(bake.since, at));
    const isOver = isBakeOver(bake, at) && to >= first;
    const finding: ThresholdFinding = {
      kind: 'threshold',
      check: name,
      at: at.timeOfDay,
      verdict: fails ? { kind: 'fail', reason: `${verdict.reason}, for ${target}` } : PASS,
      state: fails ? 'FAIL' : isStale ? 'NO DATA' : 'OK',
      detail: isStale ? '' : formatValue(latest.value, check),
      breaches: verdict.reason,
    };
    const unchecked = `metric-checks: ${name} had no data: it was not checked (${conditionOf(check)}).`;
    return { finding, warnings: isOver && latest === null ? [unchecked] : [] };
  });
}

/** By the numbers of the check: where the canary's own has no value, that of the alias, from when it is alone on. */
function aloneSince(
  series: Readonly<Record<'baseline' | 'canary', Readonly<Record<string, Series>>>>,
  since: number,
): Readonly<Record<string, Series>> {
  return Object.fromEntries(
    Object.entries(series.canary).map(([index, own]) => {
      const alias = [...(series.baseline[index] ?? [])].filter(([at]) => at >= since);
      return [index, new Map([...alias, ...own])];
    }),
  );
}
