import { describe, expect, it } from '@jest/globals';
import validate from 'asl-validator';
import jsonata from 'jsonata';

import { stateMachine } from '../../../src/core/state-machine/definition.ts';
import { BETS } from '../../../src/core/statistics/betting.ts';

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly End?: boolean;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Retry?: unknown;
  readonly TimeoutSeconds?: number;
  readonly Branches?: readonly Flow[];
  readonly ItemProcessor?: Flow;
}
interface Flow {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

const machine = stateMachine() as unknown as Flow & { readonly Comment: string };

/** The flow itself and those in its states. */
function flows(flow: Flow): readonly Flow[] {
  const inner = Object.values(flow.States).flatMap(({ Branches = [], ItemProcessor }) => [
    ...Branches,
    ...(ItemProcessor === undefined ? [] : [ItemProcessor]),
  ]);
  return [flow, ...inner.flatMap(flows)];
}

const all = flows(machine);
const states = all.flatMap((flow) => Object.entries(flow.States));

const waysOut = ({ Next, Default, Choices = [], Catch = [] }: State) =>
  [Next, Default, ...[...Choices, ...Catch].map((each) => each.Next)].filter(
    (next) => next !== undefined,
  );

function reached({ StartAt, States }: Flow): ReadonlySet<string> {
  const found = new Set([StartAt]);
  for (const name of found) {
    const state = States[name];
    if (state !== undefined) for (const next of waysOut(state)) found.add(next);
  }
  return found;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const catchesAll = ({ Catch = [] }: State) =>
  Catch.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));

describe('the definition of the state machine', () => {
  it('is valid for a validator that knows the language', () => {
    const { isValid, errors } = validate(structuredClone(machine));
    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  it('has each state once, and a way to it and on from it', () => {
    const names = states.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const flow of all)
      expect([...reached(flow)].sort()).toEqual(Object.keys(flow.States).sort());
  });

  it('gives no variable in a branch or for a target the name of one outside', () => {
    const assigned = (flow: Flow) =>
      new Set(
        Object.values(flow.States).flatMap((state) =>
          [state, ...(state.Choices ?? []), ...(state.Catch ?? [])].flatMap((each) =>
            Object.keys((each as { readonly Assign?: object }).Assign ?? {}),
          ),
        ),
      );
    for (const outer of all) {
      const inside = flows(outer)
        .slice(1)
        .flatMap((flow) => [...assigned(flow)]);
      expect(inside.filter((name) => assigned(outer).has(name))).toEqual([]);
    }
  });

  it('catches whatever goes wrong with a weight out, but what no state can catch', () => {
    // What breaks in the rollout leads to the revert, and what breaks in the revert is said. Of what stands outside of both, nothing
    // is asked of AWS: only the repair of an execution that ended can put right what goes wrong there.
    expect(machine.States['Rollout']?.Catch).toMatchObject([
      { ErrorEquals: ['States.ALL'], Next: 'Reverting' },
    ]);
    const outside = Object.entries(machine.States).filter(([, state]) => !catchesAll(state));
    expect(outside.map(([name, { Type }]) => `${Type} ${name}`)).toEqual([
      'Choice What is given',
      'Fail Nothing to repair by',
      'Pass Begin',
      'Choice What is to be done',
      'Choice What is left',
      'Wait Not all was seen',
      'Choice Rolled out',
      'Choice Reverted by all',
      'Succeed Promoted',
      'Fail Reverted',
      'Fail Revert failed',
      'Fail Taken over by the next part',
      'Fail Failed',
    ]);
  });

  it('waits for no answer for longer than a call may take, and ends for no time of its own', () => {
    const tasks = states.filter(([, { Type }]) => Type === 'Task');
    expect(tasks.length).toBeGreaterThan(6);
    for (const [name, task] of tasks) {
      // What is left for a look at an alias is told by the time that the calls before it took.
      const limit = name === 'Look at an alias' ? expect.any(String) : 10;
      expect([name, task.TimeoutSeconds, catchesAll(task)]).toEqual([name, limit, true]);
    }
    expect(machine).not.toHaveProperty('TimeoutSeconds');
  });

  it('tries nothing twice while a weight is out, without reading the alarms between', () => {
    const retried = (machine.States['Rollout']?.Branches ?? [])
      .flatMap(flows)
      .flatMap((flow) => Object.entries(flow.States))
      .filter(([, { Retry }]) => Retry !== undefined);
    expect(retried.map(([name]) => name)).toEqual(['Read alarms', 'Read history']);
  });

  it('has expressions that can be parsed, and asks nothing of their language that AWS refuses', () => {
    const expressions = textsIn(machine).flatMap((text) => /^\{%(.*)%\}$/s.exec(text)?.[1] ?? []);
    expect(expressions.length).toBeGreaterThan(100);
    for (const expression of expressions) {
      expect(() => jsonata(expression)).not.toThrow();
      expect(expression).not.toMatch(/\$eval\b|\$\$|\$[.[]/);
    }
  });

  it('takes the bets from where they are made', () => {
    const text = JSON.stringify(machine);
    for (const bet of BETS) expect(text).toContain(String(Math.log(bet)));
  });
});
