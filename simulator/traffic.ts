import { settleTransition } from './aliases.ts';
import type { Alarms } from './alarms.ts';
import { MINUTE_MS, type Metrics } from './metrics.ts';
import { binomial, poisson } from './random.ts';
import type { LambdaFunction, LambdaState } from './state.ts';

const SECOND_MS = 1000;

/** Requests that come in through aliases. */
export interface Traffic {
  set(functionName: string, alias: string, requestsPerSecond: number): void;
  /** Lets everything happen that would have happened by `now`: requests, metrics, alarms. */
  catchUp(now: number): void;
}

interface Stream {
  readonly functionName: string;
  readonly alias: string;
  readonly requestsPerSecond: number;
}

export function createTraffic(state: LambdaState, metrics: Metrics, alarms: Alarms): Traffic {
  const streams = new Map<string, Stream>();
  let lived = Math.floor(state.clock.now() / SECOND_MS) * SECOND_MS;

  return {
    set(functionName, alias, requestsPerSecond) {
      streams.set(`${functionName}:${alias}`, { functionName, alias, requestsPerSecond });
    },
    catchUp(now) {
      for (; lived + SECOND_MS <= now; lived += SECOND_MS) {
        for (const stream of streams.values()) live(stream);
        const end = lived + SECOND_MS;
        if (end % MINUTE_MS === 0) alarms.evaluate(end);
      }
    },
  };

  /** One second of a stream's requests, split by the alias as it is now. */
  function live({ functionName, alias: name, requestsPerSecond }: Stream): void {
    const found = state.functions.get(functionName);
    const alias = found?.aliases.get(name);
    if (found === undefined || alias === undefined) return;
    settleTransition(state, functionName, alias);
    const { random } = state;
    const requests = poisson(random, requestsPerSecond);
    const [[other, weight] = ['', 0]] = Object.entries(alias.weights);
    const toOther = binomial(random, requests, weight);
    invoke(found, name, other, toOther);
    invoke(found, name, alias.version, requests - toOther);
  }

  function invoke(
    found: LambdaFunction,
    alias: string,
    version: string,
    invocations: number,
  ): void {
    if (invocations === 0) return;
    const served = [found.latest, ...found.versions].find((each) => each.version === version);
    if (served === undefined) return;
    const { errorRate, durationMs } = served.configuration.behaviour;
    metrics.add({ functionName: found.name, alias, version }, lived, {
      invocations,
      errors: binomial(state.random, invocations, errorRate),
      durationSumMs: invocations * durationMs,
    });
  }
}
