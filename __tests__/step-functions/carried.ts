import { checkoutWorld } from '../../simulator/checkout.ts';
import { createAlias, getAlias } from '../../simulator/lambda/aliases.ts';
import {
  createFunction,
  publishVersion,
  updateFunction,
} from '../../simulator/lambda/functions.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import type { Execution } from '../../simulator/states/executions.ts';
import { createAgenda } from '../../simulator/time/agenda.ts';
import { marksOf, readMark } from '../../src/core/alias/mark.ts';
import type { AnalysisPolicy } from '../../src/core/checks/analysis-policy.ts';
import { planOf, type Plan } from '../../src/core/rollout/plan.ts';
import type { Beginning } from '../../src/core/rollout/state.ts';
import { stateMachine } from '../../src/core/state-machine/definition.ts';
import { machineInput } from '../../src/core/state-machine/first-input.ts';
import type { MachineInput } from '../../src/core/state-machine/input.ts';
import {
  continuedInput,
  type Continued,
  type EarlierExecution,
} from '../../src/core/state-machine/takeover.ts';
import { ANALYSIS_POLICY } from '../fixtures/analysis-policy.ts';

export const MINUTE = 60_000;
export const START = Date.UTC(2026, 10, 23, 14, 0, 20);
const versions = { stable: '1', canary: '2' };
const definition = JSON.stringify(stateMachine());

export const PLAN = planOf(
  [10, 50].map((weight) => ({ weight, bakeMs: 2 * MINUTE })),
  MINUTE,
);

export interface Carried {
  readonly plan?: Plan;
  /** Functions besides checkout. */
  readonly more?: readonly string[];
  readonly analysis?: AnalysisPolicy | undefined;
  readonly alarms?: readonly string[];
  readonly next?: 'good' | 'bad';
  readonly pollMs?: number;
  readonly holdAfter?: number;
  readonly holdMs?: number;
}

/** A simulated AWS with its Step Functions, in which several executions may go on at once. */
export interface CarryingWorld {
  readonly simulator: Simulator;
  now(): number;
  /** Does something at a moment, in milliseconds after the beginning. */
  readonly at: (afterMs: number, act: () => void) => void;
  /** The input of a rollout from its beginning, as the action would give it. */
  input(carried?: Carried): MachineInput;
  /** The same for the part that goes on with what another left, by what is on the aliases. */
  next(
    left: Execution,
    part: Beginning & { readonly nonce?: string },
    carried?: Carried,
  ): Continued;
  start(input: MachineInput): Execution;
  /** Lets time pass until it is over. */
  over(execution: Execution): Promise<Execution>;
  pass(ms: number): Promise<void>;
  /** What an alias serves: version, weight, and `marked` or `held`. */
  readonly alias: (functionName?: string) => string;
  /** Every routing that an alias had. */
  routings(functionName?: string): readonly string[];
}

export function createCarryingWorld(): CarryingWorld {
  let now = START;
  const agenda = createAgenda();
  const at = (moment: number, act: () => void) => agenda.add(Math.max(moment, now), act);
  const simulator = createSimulator({
    clock: { now: () => now },
    time: { at },
    seed: 7,
    region: 'eu-west-1',
  });
  const { executions, lambda } = simulator;
  const { arn } = executions.createStateMachine({ name: 'lambda-canary', definition });

  async function passUntil(isOver: () => boolean): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver()) return;
      const next = agenda.next();
      if (next === undefined) throw new Error('everything waits for what will never happen');
      now = Math.max(now, next);
      simulator.advance();
      agenda.runNext();
    }
  }

  function found(functionName: string) {
    const { version, weights, description, revisionId } = getAlias(lambda, functionName, 'live');
    const percent = Object.entries(weights).map(([other, part]) => [other, part * 100]);
    const routing = { version, weights: Object.fromEntries(percent) as Record<string, number> };
    return { arn: '', revisionId, description, routing };
  }

  function inputOf(
    functions: readonly string[],
    { beginning, nonce, carried }: { beginning?: Beginning; nonce: string; carried: Carried },
  ): MachineInput {
    const { plan = PLAN, alarms = ['checkout-errors'], analysis, holdAfter } = carried;
    const id = {
      repository: 'acme/shop',
      runId: '42',
      attempt: '1',
      nonce,
      plan: '0a1b',
      workflow: '2c3d',
    };
    return machineInput({
      course: {
        steps: plan.steps,
        onTheMinute: analysis !== undefined,
        maxExtension: 3,
        settlingMs: analysis === undefined ? 0 : 3 * MINUTE,
        holdAfter,
      },
      ...(beginning === undefined ? {} : { beginning }),
      shifting: functions.map((functionName) => {
        const alias = found(functionName);
        const { mark } = readMark(alias.description);
        return {
          target: { functionId: functionName, functionName, alias: 'live' },
          versions,
          nonces: [nonce, ...(mark === undefined ? [] : [mark.nonce])],
          begun: beginning === undefined || mark === undefined ? [] : [mark.weight],
          logGroup: '',
          isProvisioned: false,
          pauseMs: 0,
          requestsPerMinute: 1_200,
          marks: marksOf(
            plan,
            id,
            { ...versions, begunAt: START, startedBy: '42', targets: undefined },
            'aws',
          ),
          alias,
        };
      }),
      region: 'eu-west-1',
      watches: alarms.map((name) => ({
        name,
        state: 'OK',
        transitionedAt: START,
        ignored: false,
        seenAt: START,
      })),
      analysis,
      compared: [],
      thresholds: [],
      afterPromotion: 'revert',
      metricDelayMs: ANALYSIS_POLICY.metricDelayMs,
      pollMs: carried.pollMs ?? MINUTE,
      holdMs: carried.holdMs ?? 60 * MINUTE,
      alarmPolicy: { onInsufficientData: 'continue', monitoringGraceMs: 2 * MINUTE },
    });
  }

  const functionsOf = ({ more = [] }: Carried) => ['checkout', ...more];

  return {
    simulator,
    now: () => now,
    at: (afterMs, act) => void at(START + afterMs, act),
    input(carried = {}) {
      checkoutWorld(simulator, { next: carried.next ?? 'good' });
      publishVersion(lambda, 'checkout');
      for (const functionName of carried.more ?? []) {
        createFunction(lambda, { functionName });
        publishVersion(lambda, functionName);
        createAlias(lambda, functionName, 'live', { version: '1' });
        updateFunction(lambda, functionName, { code: 'the next one' });
        publishVersion(lambda, functionName);
        simulator.traffic.set(functionName, 'live', 10);
      }
      return inputOf(functionsOf(carried), { nonce: 'ab12', carried });
    },
    next(left, { nonce = 'cd34', ...beginning }, carried = {}) {
      const input = inputOf(functionsOf(carried), { beginning, nonce, carried });
      return continuedInput({ left: leftBy(left), input });
    },
    start: (input) => executions.start(arn, { input: JSON.stringify(input) }),
    async over(execution) {
      await passUntil(() => execution.status !== 'RUNNING');
      return execution;
    },
    async pass(ms) {
      let isOver = false;
      at(now + ms, () => {
        isOver = true;
      });
      await passUntil(() => isOver);
    },
    alias(functionName = 'checkout') {
      const { version, weights, description } = getAlias(lambda, functionName, 'live');
      const others = Object.entries(weights).map(([other, part]) => `+${other}@${part}`);
      const { mark } = readMark(description);
      const says = mark === undefined ? '' : mark.held ? ' held' : ' marked';
      return `${version}${others.join('')}${says}`;
    },
    routings: (functionName = 'checkout') =>
      simulator.aliasHistory
        .filter((each) => each.functionName === functionName)
        .map(({ version, weights }) =>
          [version, ...Object.entries(weights).map(([other, part]) => `${other}@${part}`)].join(
            '+',
          ),
        )
        .filter((routing, index, all) => routing !== all[index - 1]),
  };
}

/** What is read of an execution: its input, and what it assigned last. */
export function leftBy({ input, events }: Execution): EarlierExecution {
  const variables: Record<string, unknown> = {};
  for (const { details } of events) {
    const { assignedVariables = {} } = (details['stateExitedEventDetails'] ?? {}) as {
      readonly assignedVariables?: Readonly<Record<string, string>>;
    };
    for (const [name, value] of Object.entries(assignedVariables)) {
      variables[name] = JSON.parse(value) as unknown;
    }
  }
  return { input: JSON.parse(input) as unknown, variables };
}

/** The states that an execution was in, in order. */
export function statesOf({ events }: Execution): readonly string[] {
  return events.flatMap(({ details }) => {
    const entered = details['stateEnteredEventDetails'] as { readonly name: string } | undefined;
    return entered === undefined ? [] : [entered.name];
  });
}
