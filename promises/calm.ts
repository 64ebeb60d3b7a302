import { NO_GAP, UNHARMED } from './jobs.ts';
import type { Scenario, CarriedScenario } from './scenario.ts';

/** Nothing goes wrong and nobody interferes: what others change, one thing at a time. */
export const CALM: Scenario = {
  seed: 1,
  functions: 1,
  alarms: 1,
  steps: [
    { weight: 10, bakeSeconds: 60 },
    { weight: 50, bakeSeconds: 60 },
  ],
  bakeSeconds: 60,
  maxExtension: 3,
  pollSeconds: 15,
  graceSeconds: 60,
  onInsufficientData: 'continue',
  onCancel: 'revert',
  onUnfinished: '',
  descriptionLength: 0,
  provisioned: false,
  faultRate: 0,
  faults: [],
  happenings: [],
  death: UNHARMED,
  staleMs: 0,
  quota: undefined,
  traffic: undefined,
  rivalAfterMs: undefined,
  gap: NO_GAP,
  rivalMode: 'rollout',
  jobs: [],
  means: undefined,
  logs: undefined,
  commands: undefined,
  carried: undefined,
  code: undefined,
  regions: undefined,
};

const ON_AWS: CarriedScenario = {
  waits: true,
  holdForSeconds: 600,
  stoppedAfter: undefined,
  repairs: 1,
};

/** The same, carried by AWS, and followed. */
export const CARRIED: Scenario & { readonly carried: CarriedScenario } = {
  ...CALM,
  carried: ON_AWS,
};

/** The same, and left to it. */
export const LEFT: typeof CARRIED = { ...CALM, carried: { ...ON_AWS, waits: false } };
