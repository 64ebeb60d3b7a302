import type { LogDelivery } from './cloudwatch/log-delivery.ts';
import type { Metrics } from './cloudwatch/metrics.ts';
import { versionOf } from './lambda/functions.ts';
import {
  weightsOf,
  type CarriedOut,
  type Invocation,
  type LambdaState,
  type Version,
} from './lambda/state.ts';
import type { Agenda } from './time/agenda.ts';
import type { SimulatorClock } from './time/clock.ts';
import type { Random } from './time/random.ts';

export interface CarryOutWorld {
  readonly clock: SimulatorClock;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly lambda: LambdaState;
  readonly metrics: Metrics;
  readonly logDelivery: LogDelivery;
}

const SECOND_MS = 1000;
/** The shortest that AWS measures; what takes longer is counted when it has ended, and dated by its beginning. */
const AT_ONCE_MS = 10_000;

/** What an `Invoke` comes to where invocations count: an alias sends it by its weights, and metrics and logs tell of it. */
export function createCarryOut(world: CarryOutWorld) {
  const { clock, agenda, random, lambda, metrics, logDelivery } = world;

  return ({ found, qualifier, event }: Invocation): CarriedOut => {
    const alias = found.aliases.get(qualifier);
    const [[other, weight] = ['', 0]] = Object.entries(alias === undefined ? {} : weightsOf(alias));
    const version = versionOf(lambda, found, random() < weight ? other : qualifier);
    const behaviour =
      lambda.program?.(version.configuration, event) ?? version.configuration.behaviour;
    const failed = random() < behaviour.errorRate;
    const at = Math.floor(clock.now() / SECOND_MS) * SECOND_MS;
    const count = () => {
      const series = { functionName: found.name, alias: qualifier, version: version.version };
      const durations = new Map([[behaviour.durationMs, 1]]);
      metrics.add(series, at, { invocations: 1, errors: Number(failed), throttles: 0, durations });
    };
    if (behaviour.durationMs < AT_ONCE_MS) count();
    else agenda.add(clock.now() + behaviour.durationMs, count);
    const behaved: Version = {
      ...version,
      configuration: { ...version.configuration, behaviour },
    };
    const second = { functionName: found.name, version: behaved, at, invocations: 1 };
    logDelivery.deliver({ ...second, errors: Number(failed) });
    return { version, behaviour, failed };
  };
}
