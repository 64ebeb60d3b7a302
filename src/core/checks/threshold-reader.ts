import { targetName } from '../alias/target.ts';
import { firstWholeMinute, minutesBetween, MINUTE_MS } from '../minute.ts';
import { timeOfDayThen } from '../moment.ts';
import { isBakeOver } from '../rollout/plan.ts';
import { PASS } from '../rollout/verdict.ts';
import { withoutVersion, type Series, type Sources } from '../metric-source.ts';
import { reader, type Reader, type WatchedTarget } from './reader.ts';
import type { Scope } from './scope.ts';
import {
  evaluateCheck,
  formatValue,
  measuredIn,
  uncheckedWords,
  type MetricCheck,
  type ThresholdFinding,
  type TimedValue,
} from './thresholds.ts';

/** Without a value for so many settled minutes, nothing is known of a metric any more. */
export const STALE_MINUTES = 3;

/** Watches a metric whatever the baseline does. */
export function thresholdReader(check: MetricCheck, watched: WatchedTarget): Reader {
  const target = targetName(watched.target);
  const name = `${check.name} of ${target}`;
  // By their numbers, as the check's own expression names them.
  const canary: Sources<string> = Object.fromEntries(check.sources.entries());
  const alias: Sources<string> = Object.fromEntries(
    check.sources.map((source, index) => [index, withoutVersion(source)]),
  );
  const nothing: readonly TimedValue[] = [];
  return reader(
    watched,
    { baseline: {}, canary, alias },
    {
      account: nothing,
      until: 'end',
      enter: (before, series, scope) =>
        measuredIn(check, before, seriesFor(series, scope), minutesBetween(scope.from, scope.to)),
      judge: (measured, { at, bake, to }) => {
        const { verdict, latest } = evaluateCheck(check, measured);
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
        const unchecked = uncheckedWords(name, check);
        return {
          finding,
          warnings: isOver && latest === null ? [unchecked] : [],
          unseen: undefined,
        };
      },
    },
  );
}

/**
 * By the numbers of the check: where the canary's own has no value, that of the alias, from when it serves the canary alone. It
 * is not verified that Lambda names the version of an alias without weights; where it does not, the alias's own is the canary's.
 */
function seriesFor(
  { canary, alias }: Readonly<Record<'canary' | 'alias', Readonly<Record<string, Series>>>>,
  { at, bake }: Pick<Scope, 'at' | 'bake'>,
): Readonly<Record<string, Series>> {
  if (bake.weight < 100) return canary;
  const since = firstWholeMinute(timeOfDayThen(bake.since, at));
  return Object.fromEntries(
    Object.entries(canary).map(([index, own]) => {
      const ofAlias = [...(alias[index] ?? [])].filter(([minute]) => minute >= since);
      return [index, new Map([...ofAlias, ...own])];
    }),
  );
}
