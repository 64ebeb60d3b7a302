import { describe, expect, it } from '@jest/globals';

import type { MetricSource } from '../../../src/core/metric-source.ts';
import { createMetricChecks } from '../../../src/run/checks/metrics.ts';
import { moment } from '../../fixtures/moments.ts';
import { ANALYSIS_POLICY } from '../../fixtures/analysis-policy.ts';
import { scope, timed } from '../../fixtures/readers.ts';

const MINUTE = 60_000;
const SECOND = 1_000;
/** Two minutes at 10 %, right before the promotion. */
const bake = { ...scope.bake, bakeMs: 2 * MINUTE, longestMs: 2 * MINUTE, promotionNext: true };
const END = 2 * MINUTE;

/** What CloudWatch says of a metric in a minute, so long after the end of that. */
type Says = (metric: MetricSource, minute: number, ageMs: number) => number | undefined;

/** Reads every quarter of a minute, as the rollout does. */
async function watched(says: Says, until = END + 3 * MINUTE) {
  let now = 0;
  const asked: { readonly at: number; readonly from: number; readonly to: number }[] = [];
  const checks = createMetricChecks({
    metrics: {
      read: (sources, { from, to }) => {
        asked.push({ at: now, from, to });
        return Promise.resolve(
          sources.map((source) => {
            const series = new Map<number, number>();
            for (let minute = from; minute <= to; minute += MINUTE) {
              const value = says(source, minute, now - minute - MINUTE);
              if (value !== undefined) series.set(minute, value);
            }
            return series;
          }),
        );
      },
    },
    targets: [timed('checkout')],
    analysis: ANALYSIS_POLICY,
    compared: [],
    compareDuration: 'off',
    afterPromotion: 'off',
    thresholds: [],
    begunAt: undefined,
    metricDelayMs: ANALYSIS_POLICY.metricDelayMs,
    monitoringGraceMs: MINUTE,
  });
  for (; now <= until; now += 15 * SECOND) {
    const { verdict } = await checks.assess(moment(now), bake, new AbortController().signal);
    if (now >= END && verdict.kind !== 'extend') return { at: now, verdict, asked };
  }
  throw new Error('The step did not end');
}

const isCanary = ({ dimensions }: MetricSource) => dimensions['ExecutedVersion'] === '8';
const requests = (source: MetricSource) => (isCanary(source) ? 60 : 540);
const counted =
  (source: MetricSource) =>
  (failures: number): number =>
    source.name === 'Errors' ? (isCanary(source) ? failures : 0) : requests(source);

describe('before the promotion, the metrics', () => {
  it('are waited for until they do not change any more, and judged as they are then', async () => {
    const says: Says = (source, _, ageMs) => (ageMs < 20 * SECOND ? undefined : counted(source)(0));
    const { at, verdict } = await watched(says);
    expect(verdict.kind).toBe('pass');
    expect(at).toBe(END + 75 * SECOND);
  });

  it('revert by the last minute as soon as it has settled', async () => {
    const says: Says = (source, minute) => counted(source)(minute < MINUTE ? 0 : 30);
    const { at, verdict } = await watched(says);
    expect(verdict.kind).toBe('fail');
    expect(at).toBe(END + 75 * SECOND);
  });

  it('are read again where they changed until the end of the wait, and revert by that', async () => {
    const says: Says = (source, minute, ageMs) =>
      source.name === 'Errors'
        ? counted(source)(minute < MINUTE || ageMs < 110 * SECOND ? 0 : 30)
        : Math.floor(requests(source) * Math.min(1, (ageMs + MINUTE) / (3 * MINUTE)));
    const { at, verdict } = await watched(says);
    expect(verdict.kind).toBe('fail');
    expect(at).toBe(END + 120 * SECOND);
  });

  it('are looked at besides only while they are waited for', async () => {
    const says: Says = (source) => counted(source)(0);
    const { asked } = await watched(says);
    const looks = asked.filter(({ from, to }) => from === to && from === MINUTE);
    expect(looks.map(({ at }) => at)).toEqual([END + 60 * SECOND, END + 75 * SECOND]);
  });
});
