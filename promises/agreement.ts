import { judge, STANDARD_RULE, type Minute } from '../src/core/statistics/evidence.ts';
import {
  beginningOfMinute,
  firstWholeMinute,
  isEarlyInMinute,
  lastSettledMinute,
  MINUTE_MS,
} from '../src/core/minute.ts';
import { CALM } from './calm.ts';
import { play } from './play.ts';
import { CANARY, STABLE, type Played } from './stage.ts';
import type { Scenario, TrafficScenario } from './scenario.ts';

/** A whole rollout, and what the judge says of the requests that were really served in it. */
export interface Agreement {
  readonly reverted: boolean;
  /** Whether the judge, given the true counts alone, would have reverted by then. */
  readonly judged: boolean;
  /** Minutes from the first weight to the end. */
  readonly minutes: number;
  /** Requests that failed at the canary. */
  readonly failed: number;
}

const METRIC_DELAY_MS = 90_000;

/** Nothing goes wrong and nobody interferes: only the versions differ. */
export function underTraffic(seed: number, traffic: TrafficScenario): Scenario {
  return {
    ...CALM,
    seed,
    traffic,
    alarms: 0,
    steps: [
      { weight: 10, bakeSeconds: 300 },
      { weight: 25, bakeSeconds: 300 },
      { weight: 50, bakeSeconds: 300 },
    ],
    bakeSeconds: 0,
    graceSeconds: 120,
  };
}

export async function agreementOf(scenario: Scenario): Promise<Agreement> {
  const played = await play(scenario);
  const outcome = played.told[0]?.ending?.outcome;
  if (outcome !== 'reverted' && outcome !== 'promoted') {
    throw new Error(`Seed ${scenario.seed} ended as ${outcome}`);
  }
  const minutes = trueMinutes(played);
  return {
    reverted: outcome === 'reverted',
    judged: wouldRevert(minutes),
    minutes: minutes.length,
    failed: minutes.reduce((sum, { canary }) => sum + canary.bad, 0),
  };
}

/** Evidence that no second minute confirms reverts as well, when its step cannot be extended any more. */
function wouldRevert(minutes: readonly Minute[]): boolean {
  const { logE, revertAt } = judge(minutes);
  return revertAt !== null || (logE.at(-1) ?? 0) >= -Math.log(STANDARD_RULE.alpha);
}

/** What was really served side by side, as far as it could be known when the rollout ended. */
function trueMinutes({ aliases, simulator }: Played): readonly Minute[] {
  const begin = aliases.find(({ weights }) => Object.keys(weights).length > 0);
  const end = aliases.find(
    ({ at, weights }) => at > (begin?.at ?? 0) && Object.keys(weights).length === 0,
  );
  if (begin === undefined || end === undefined) return [];
  const last = lastSettledMinute(end.at, METRIC_DELAY_MS);
  const mixed = new Set(
    aliases.filter(({ at }) => !isEarlyInMinute(at)).map(({ at }) => beginningOfMinute(at)),
  );
  const minutes: Minute[] = [];
  for (let at = firstWholeMinute(begin.at); at <= last; at += MINUTE_MS) {
    if (mixed.has(at)) continue;
    const read = (metricName: string, version: string) =>
      simulator.metrics.read({
        metricName,
        statistic: 'Sum',
        from: at,
        to: at + MINUTE_MS,
        dimensions: { FunctionName: 'f1', Resource: 'f1:live', ExecutedVersion: version },
      }) ?? 0;
    const counts = (version: string) => ({
      total: read('Invocations', version),
      bad: read('Errors', version),
    });
    minutes.push({ baseline: counts(STABLE), canary: counts(CANARY) });
  }
  return minutes;
}
