import { describe, expect, it } from '@jest/globals';

import { marksOf, readMark } from '../../../src/core/alias/mark.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import { machineInput, type MachineOptions } from '../../../src/core/state-machine/first-input.ts';
import { ANALYSIS_POLICY } from '../../fixtures/analysis-policy.ts';

const MINUTE = 60_000;
const versions = { stable: '7', canary: '8' };
const plan = planOf([{ weight: 10, bakeMs: 5 * MINUTE }], 2 * MINUTE);
const id = {
  repository: 'acme/shop',
  runId: '17042123456',
  attempt: '1',
  nonce: '9f86d081',
  plan: '0a1b2c3d',
  workflow: '4e5f6071',
};
const shifting = (functionName: string): MachineOptions['shifting'][number] => ({
  target: { functionId: functionName, functionName, alias: 'live' },
  versions,
  alias: {
    arn: '',
    revisionId: 'r1',
    description: 'the shop',
    routing: { version: '7', weights: {} },
  },
  marks: marksOf(plan, id, {
    ...versions,
    begunAt: 0,
    startedBy: '17042123456',
    targets: undefined,
  }),
  nonces: ['9f86d081'],
  begun: [],
  logGroup: '',
  isProvisioned: false,
  pauseMs: undefined,
  requestsPerMinute: undefined,
});

const CHECKS = {
  compared: [],
  thresholds: [],
  afterPromotion: 'revert',
  metricDelayMs: 90_000,
} as const;

const source = { namespace: 'Shop', name: 'Orders', dimensions: {}, statistic: 'Sum' };
const compared = (name: string) => ({ name, bad: source, total: source });

const inputOf = (functions: readonly string[], more: Partial<MachineOptions> = {}) =>
  machineInput({
    course: { steps: plan.steps, onTheMinute: true, maxExtension: 3, settlingMs: 3 * MINUTE },
    shifting: functions.map(shifting),
    region: 'eu-west-1',
    watches: [],
    alarmPolicy: { onInsufficientData: 'continue', monitoringGraceMs: 2 * MINUTE },
    analysis: ANALYSIS_POLICY,
    ...CHECKS,
    pollMs: MINUTE,
    ...more,
  });

describe('the input of an execution', () => {
  it('has the marks that the runner would write, and what they all begin with', () => {
    const { mark, targets } = inputOf(['checkout']);
    expect(targets[0]?.description).toBe('the shop');
    for (const [index, text] of (targets[0]?.marks ?? []).entries()) {
      expect(text.startsWith(mark)).toBe(true);
      expect(readMark(`the shop ${text}`).mark).toMatchObject({
        nonce: '9f86d081',
        step: index + 1,
      });
    }
  });

  it('shares alpha out over the targets, as the promise is for the rollout', () => {
    const { enough } = inputOf(['checkout']).policy.rule;
    expect(inputOf(['checkout', 'cart']).policy.rule.enough).toBeCloseTo(enough + Math.log(2), 12);
  });

  it('shares alpha out over the comparisons of each target as well', () => {
    const { enough } = inputOf(['checkout']).policy.rule;
    const more = { compared: [compared('orders'), compared('payments')] };
    const { rule } = inputOf(['checkout'], more).policy;
    expect(rule.enough).toBeCloseTo(enough + Math.log(3), 12);
  });

  it('is small enough for twenty-five functions', () => {
    const functions = Array.from(
      { length: 25 },
      (_, index) => `a-function-with-a-long-name-${index}`,
    );
    expect(JSON.stringify(inputOf(functions)).length).toBeLessThan(64 * 1024);
  });

  it('is refused where the description of an alias has no room for marks', () => {
    const unmarked = { ...shifting('checkout'), marks: [] };
    expect(() => machineInput({ ...OPTIONS_WITHOUT_COMPARISON, shifting: [unmarked] })).toThrow(
      'without a mark',
    );
  });
});

const OPTIONS_WITHOUT_COMPARISON = {
  course: { steps: plan.steps, onTheMinute: false, maxExtension: 1, settlingMs: 0 },
  region: 'eu-west-1',
  watches: [],
  alarmPolicy: { onInsufficientData: 'continue', monitoringGraceMs: 2 * MINUTE },
  analysis: undefined,
  ...CHECKS,
  pollMs: MINUTE,
} as const;
