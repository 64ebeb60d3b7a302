import type { Alarms } from './cloudwatch/alarms.ts';
import type { SimulatorClock } from './time/clock.ts';
import { MINUTE_MS, type Metrics } from './cloudwatch/metrics.ts';
import { binomial, logNormal, poisson, type Random } from './time/random.ts';
import { weightsOf, type Behaviour, type LambdaFunction } from './lambda/state.ts';
import type { LogDelivery } from './cloudwatch/log-delivery.ts';
import type { Distribution } from './cloudwatch/statistics.ts';

const SECOND_MS = 1000;

export interface TrafficOptions {
  /** Share of the requests that find no free environment; 0 when left out. */
  readonly throttledShare?: number;
  /** The share of the requests that the alias really sends to a weighted version; left out: the weight. */
  readonly routed?: (weight: number) => number;
}

/** Requests that come in through aliases. */
export interface Traffic {
  set(
    functionName: string,
    alias: string,
    requestsPerSecond: number,
    options?: TrafficOptions,
  ): void;
  /** Lets everything happen that would have happened by now: requests, metrics, alarms. */
  catchUp(): void;
}

interface Stream {
  readonly functionName: string;
  readonly alias: string;
  readonly requestsPerSecond: number;
  readonly throttledShare: number;
  readonly routed: (weight: number) => number;
}

export interface TrafficWorld {
  readonly clock: SimulatorClock;
  readonly random: Random;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** Lets what is due by then come true in the background. */
  readonly settle: (at: number) => void;
  readonly metrics: Metrics;
  readonly alarms: Alarms;
  /** Left out: nothing is logged. */
  readonly logDelivery?: LogDelivery | undefined;
}

export function createTraffic(world: TrafficWorld): Traffic {
  const { clock, random, functions, settle, metrics, alarms } = world;
  const streams = new Map<string, Stream>();
  let lived = Math.floor(clock.now() / SECOND_MS) * SECOND_MS;

  function catchUp(): void {
    const now = clock.now();
    while (lived + SECOND_MS <= now) {
      settle(lived);
      for (const stream of streams.values()) live(stream);
      lived = Math.min(nextMoment(), Math.floor(now / SECOND_MS) * SECOND_MS);
      if (lived % MINUTE_MS === 0) alarms.evaluate(lived);
    }
    settle(now);
  }

  /** Without any request, nothing happens between the minutes, and without an alarm nothing at all. */
  function nextMoment(): number {
    if (streams.size > 0) return lived + SECOND_MS;
    return alarms.alarms.size === 0 ? Infinity : (Math.floor(lived / MINUTE_MS) + 1) * MINUTE_MS;
  }

  /** One second of a stream's requests, split by the alias as it is now. */
  function live(stream: Stream): void {
    const { functionName, alias: name, requestsPerSecond, throttledShare, routed } = stream;
    const found = functions.get(functionName);
    const alias = found?.aliases.get(name);
    if (found === undefined || alias === undefined) return;
    const requests = poisson(random, requestsPerSecond);
    const throttles = binomial(random, requests, throttledShare);
    const invocations = requests - throttles;
    const [[other, weight] = ['', 0]] = Object.entries(weightsOf(alias));
    const toOther = binomial(random, invocations, routed(weight));
    count({ found, alias: name, version: other, invocations: toOther });
    count({ found, alias: name, version: alias.version, invocations: invocations - toOther });
    if (throttles > 0) {
      metrics.add({ functionName, alias: name, version: '' }, lived, { ...NOTHING, throttles });
    }
  }

  function count({ found, alias, version, invocations }: Invocations): void {
    if (invocations === 0) return;
    const served =
      version === '$LATEST'
        ? found.latest
        : found.versions.find((each) => each.version === version);
    if (served === undefined) return;
    const { behaviour } = served.configuration;
    // An invocation is counted when it ends.
    const { hangShare = 0 } = behaviour;
    const ended = hangShare === 0 ? invocations : binomial(random, invocations, 1 - hangShare);
    if (ended === 0) return;
    const errors = binomial(random, ended, behaviour.errorRate);
    const durations = durationsOf(ended, behaviour);
    const counts = { invocations: ended, errors, throttles: 0, durations };
    metrics.add({ functionName: found.name, alias, version }, lived, counts);
    const second = { functionName: found.name, version: served, at: lived, invocations, errors };
    world.logDelivery?.deliver(second);
  }

  /** Rounded, so that there are not as many values as invocations. */
  function durationsOf(
    invocations: number,
    { durationMs, durationSpread = 0 }: Behaviour,
  ): Distribution {
    if (durationSpread === 0) return new Map([[durationMs, invocations]]);
    const durations = new Map<number, number>();
    for (let index = 0; index < invocations; index++) {
      const duration = Number(logNormal(random, durationMs, durationSpread).toPrecision(3));
      durations.set(duration, (durations.get(duration) ?? 0) + 1);
    }
    return durations;
  }

  return {
    set(
      functionName,
      alias,
      requestsPerSecond,
      { throttledShare = 0, routed = (weight: number) => weight } = {},
    ) {
      catchUp();
      const stream = { functionName, alias, requestsPerSecond, throttledShare, routed };
      streams.set(`${functionName}:${alias}`, stream);
    },
    catchUp,
  };
}

interface Invocations {
  readonly found: LambdaFunction;
  readonly alias: string;
  readonly version: string;
  readonly invocations: number;
}

const NOTHING = { invocations: 0, errors: 0, durations: new Map<number, number>() };
