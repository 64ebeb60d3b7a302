import type { Experiment } from '../experiment.ts';
import { ALARMS } from './alarms.ts';
import { ALIAS_READS } from './alias-reads.ts';
import { ALIAS_WRITES } from './alias-writes.ts';
import { LOGS_OF_LAMBDA } from './logs.ts';
import { METRICS_OF_LAMBDA } from './metrics.ts';
import { PROVISIONED_CONCURRENCY } from './provisioned.ts';
import { REPAIR } from './repair.ts';
import { ROLLOUTS } from './rollouts.ts';
import { SESSIONS } from './sessions.ts';
import { STATES_OF_AWS } from './states.ts';
import { VERSIONS } from './versions.ts';

/** In the order in which they are begun: what takes long comes first. */
export const EXPERIMENTS: readonly Experiment[] = [
  ...ALIAS_WRITES,
  ...ALIAS_READS,
  ...VERSIONS,
  ...PROVISIONED_CONCURRENCY,
  ...METRICS_OF_LAMBDA,
  ...ALARMS,
  ...LOGS_OF_LAMBDA,
  ...STATES_OF_AWS,
  ...REPAIR,
  ...SESSIONS,
  ...ROLLOUTS,
].toSorted((one, other) => other.minutes - one.minutes);
