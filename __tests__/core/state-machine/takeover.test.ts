import { describe, expect, it } from '@jest/globals';

import type { MachineInput } from '../../../src/core/state-machine/input.ts';
import { continuedInput } from '../../../src/core/state-machine/takeover.ts';

const NOTHING = { standing: {}, served: 0, failed: 0, recent: [], silent: 0, under: [] };
const account = (served: number) => ({
  ...NOTHING,
  served,
  inStep: { step: 5, baseline: served, canary: 1 },
});

/** What a part would be given if there had been none before it. */
const input = {
  targets: [
    { functionId: 'cart', alias: 'live', begun: [10], standing: 0 },
    { functionId: 'checkout', alias: 'live', begun: [10], standing: 0 },
  ],
  alarms: [
    { name: 'errors', state: 'OK', at: 900, ignored: false },
    { name: 'new', state: 'OK', at: 800, ignored: false },
  ],
  changes: [],
  accounts: [account(0), account(0)],
  openFrom: 0,
} as unknown as MachineInput;

const CHANGES = [{ at: 100, weight: 10, few: [] }];
const left = {
  input: {
    targets: [
      { functionId: 'checkout', alias: 'live', begun: [] },
      { functionId: 'cart', alias: 'live', begun: [] },
    ],
    alarms: [{ name: 'errors', state: 'OK', at: 100, ignored: false }],
    changes: [],
  },
  variables: {
    changes: CHANGES,
    targets: [
      { functionId: 'checkout', alias: 'live', begun: [10] },
      { functionId: 'cart', alias: 'live', begun: [10, 50] },
    ],
    watched: { watches: [{ name: 'errors', state: 'OK', at: 200, ignored: true, seenAt: 300 }] },
    judged: { closed: [account(7), account(9)], openFrom: 600 },
  },
};

describe('what the next part of a rollout on AWS is given', () => {
  it('is what the one before knew, of the same functions, whatever their order is', () => {
    const { input: next, missing } = continuedInput({ left, input });
    expect(missing).toEqual([]);
    expect(next.accounts).toEqual([account(9), account(7)]);
    expect(next).toMatchObject({ openFrom: 600, changes: CHANGES });
    expect(next.targets.map(({ begun }) => begun)).toEqual([[10, 50], [10]]);
  });

  it('has each alarm as the one before saw it last, so that what it did since is asked', () => {
    expect(continuedInput({ left, input }).input.alarms).toEqual([
      { name: 'errors', state: 'OK', at: 200, ignored: true },
      // That one did not watch it.
      { name: 'new', state: 'OK', at: 800, ignored: false },
    ]);
    const unread = { ...left, variables: { ...left.variables, watched: undefined } };
    expect(continuedInput({ left: unread, input }).input.alarms[0]).toMatchObject({ at: 100 });
  });

  it('has everything counted anew where the accounts are not told, or not those of all functions', () => {
    for (const judged of [undefined, 'broken', { closed: [account(7)], openFrom: 600 }]) {
      const { input: next } = continuedInput({
        left: { ...left, variables: { ...left.variables, judged } },
        input,
      });
      expect(next).toMatchObject({ openFrom: 0, accounts: input.accounts });
    }
  });

  it('takes a list of one that JSONata made the one itself', () => {
    const variables = { ...left.variables, changes: CHANGES[0] };
    expect(continuedInput({ left: { ...left, variables }, input }).input.changes).toEqual(CHANGES);
  });

  it.each([[undefined], ['broken'], [null], [[]]])(
    'says what is missing where it was left %j',
    (given) => {
      const { input: next, missing } = continuedInput({
        left: { input: given, variables: {} },
        input,
      });
      expect(missing).toEqual(['when its weights came into force', 'what its alarms were last']);
      expect(next).toEqual(input);
    },
  );
});
