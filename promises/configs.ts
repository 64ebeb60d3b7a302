import { STANDARD_RULE } from '../src/core/statistics/evidence.ts';
import { parseAlarmId } from '../src/core/text/arn.ts';
import { planOf } from '../src/core/rollout/plan.ts';
import type { Mode } from '../src/core/rollout/mode.ts';
import { fittedToAws } from '../src/core/state-machine/refusals.ts';
import type { Config } from '../src/inputs/config.ts';
import { STATE_MACHINE } from './carrier.ts';
import { codeConfig } from './code.ts';
import type { Scenario } from './scenario.ts';
import { REGION } from './stage.ts';
import { names } from './world.ts';

const ANALYSIS: Config['analysis'] = {
  mode: 'on',
  given: true,
  policy: {
    rule: STANDARD_RULE,
    minInvocations: 50,
    maxExtension: 3,
    onInconclusive: 'promote',
    metricDelayMs: 90_000,
  },
};

/** What the user of a scenario decided. */
export function configOf(scenario: Scenario, mode: Mode): Config {
  const { carried } = scenario;
  const config = givenIn(scenario, mode);
  if (carried === undefined) return config;
  return fittedToAws({
    ...config,
    engine: 'step-functions',
    waits: carried.waits,
    holdForMs: carried.holdForSeconds * 1000,
  });
}

function givenIn(scenario: Scenario, mode: Mode): Config {
  const { means } = scenario;
  return {
    mode,
    requests: names('f', scenario.functions).map((name) => ({
      target: { functionId: name, functionName: name, alias: 'live' },
      foundBy: undefined,
      version: undefined,
      ...codeConfig(scenario.code, mode),
      mayCreateAlias: false,
    })),
    searches: [],
    found: [],
    plan: planOf(
      scenario.steps.map(({ weight, bakeSeconds }) => ({ weight, bakeMs: bakeSeconds * 1000 })),
      scenario.bakeSeconds * 1000,
    ),
    alarms: names('alarm', scenario.alarms).map(parseAlarmId),
    description: 'simulated',
    pollIntervalMs: scenario.pollSeconds * 1000,
    monitoringGraceMs: scenario.graceSeconds * 1000,
    onAlarmAtStart: 'fail',
    onInsufficientData: scenario.onInsufficientData,
    onCancel: scenario.onCancel,
    onUnfinished:
      scenario.onUnfinished === ''
        ? { action: 'revert', given: false }
        : { action: scenario.onUnfinished, given: true },
    analysis: {
      ...ANALYSIS,
      mode: scenario.traffic === undefined ? 'off' : 'on',
      policy: { ...ANALYSIS.policy, maxExtension: scenario.maxExtension },
    },
    compareMetrics: [],
    compareDuration: { mode: 'observe', given: false },
    engine: 'runner',
    stateMachine: STATE_MACHINE,
    waits: true,
    holdForMs: 24 * 3_600_000,
    afterPromotion: 'observe',
    analysisLogs: {
      mode: scenario.logs?.mode ?? 'off',
      given: true,
      ownPattern: undefined,
      delayMs: 12_000,
    },
    errorLogs: 'count',
    metricChecks: [],
    checkCommands: scenario.commands?.checks ?? [],
    smokeTests: new Map(),
    onRevertedBefore: 'warn',
    fastTrackMs: undefined,
    credentialsLastMs: means?.what === 'session' ? means.lastsMs : undefined,
    jobLastsMs: means?.what === 'job' ? means.lastsMs : 6 * 3_600_000,
    onRevertLatest: scenario.code?.onRevertLatest ?? 'keep',
    retention: undefined,
    dryRun: false,
    region: REGION,
    role: undefined,
    githubToken: '',
    environment: '',
    comment: 'never',
  };
}
