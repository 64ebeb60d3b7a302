import { describe, expect, it } from '@jest/globals';

import {
  fateOf,
  surelyNotWritten,
  type Content,
  type FailedWrite,
} from '../../../src/core/alias/write-fate.ts';
import { marksOf, type RolloutId } from '../../../src/core/alias/mark.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import { routingAt } from '../../../src/core/alias/routing.ts';

const versions = { stable: '1', canary: '2' };
const at = (weight: number): Content => ({
  routing: routingAt(weight, versions),
  mark: undefined,
});

type Answer = FailedWrite['answer'];
type Requests = 'only request' | 'later request';

function fate(
  answer: Answer,
  requests: Requests,
  { wanted = at(50), left = at(10), present }: Partial<FailedWrite>,
) {
  return fateOf({ answer, onlyRequest: requests === 'only request', wanted, left, present });
}

describe('a write from 10 % to 50 % that was not answered with success', () => {
  it.each<[Answer, Requests, number | undefined, string]>([
    ['unknown', 'only request', 50, 'written'],
    ['unknown', 'later request', 50, 'written'],
    ['conflict', 'later request', 50, 'written'],
    ['refused', 'later request', 50, 'written'],
    ['conflict', 'only request', 50, 'foreign'],
    ['refused', 'only request', 50, 'foreign'],
    ['unknown', 'only request', 100, 'foreign'],
    ['conflict', 'only request', 0, 'foreign'],
    ['conflict', 'later request', 0, 'foreign'],
    ['unknown', 'only request', 10, 'again'],
    ['conflict', 'only request', 10, 'again'],
    ['conflict', 'later request', 10, 'again'],
    ['refused', 'only request', 10, 'refused'],
    ['refused', 'later request', 10, 'refused'],
    ['unknown', 'only request', undefined, 'refused'],
    ['conflict', 'later request', undefined, 'refused'],
  ])('(%s to the %s, alias at %s %%) is %s', (answer, requests, present, expected) => {
    const found = present === undefined ? {} : { present: at(present) };
    expect(fate(answer, requests, found)).toBe(expected);
  });

  it('has surely not been written only when AWS answered the only request', () => {
    expect(surelyNotWritten({ answer: 'conflict', onlyRequest: true })).toBe(true);
    expect(surelyNotWritten({ answer: 'refused', onlyRequest: true })).toBe(true);
    expect(surelyNotWritten({ answer: 'refused', onlyRequest: false })).toBe(false);
    expect(surelyNotWritten({ answer: 'unknown', onlyRequest: true })).toBe(false);
  });
});

describe('a write that carries the mark of its rollout', () => {
  const plan = planOf(
    [
      { weight: 10, bakeMs: 1 },
      { weight: 50, bakeMs: 1 },
    ],
    1,
  );
  const own = {
    repository: 'acme/shop',
    runId: '42',
    attempt: '1',
    nonce: 'aa',
    plan: 'f',
    workflow: 'c0',
  };
  const other = { ...own, nonce: 'bb' };
  const marked = (step: number, id: RolloutId): Content => {
    const mark = marksOf(plan, id, {
      ...versions,
      begunAt: 0,
      startedBy: '42',
      targets: undefined,
    })[step];
    return { ...at(mark?.weight ?? NaN), ...(mark && { mark }) };
  };
  const write = { left: marked(0, own), wanted: marked(1, own) };

  it.each<[string, Answer, Requests, Content, string]>([
    ['our mark', 'conflict', 'later request', marked(1, own), 'written'],
    ['our mark after an earlier try', 'conflict', 'only request', marked(1, own), 'written'],
    ["another rollout's mark", 'conflict', 'later request', marked(1, other), 'foreign'],
    ['no mark', 'unknown', 'only request', at(50), 'foreign'],
  ])('is recognised at the wanted weight by %s', (_, answer, requests, present, expected) => {
    expect(fate(answer, requests, { ...write, present })).toBe(expected);
  });

  it.each<[string, Content, string]>([
    ['our mark', marked(0, own), 'again'],
    ['no mark any more', at(10), 'again'],
    ["another rollout's mark", marked(0, other), 'foreign'],
  ])('is recognised at the weight before by %s', (_, present, expected) => {
    expect(fate('conflict', 'only request', { ...write, present })).toBe(expected);
  });

  it('is not taken for written when it resumes the very split it finds', () => {
    const resumed = { left: marked(1, other), wanted: marked(1, own) };
    expect(fate('unknown', 'only request', { ...resumed, present: marked(1, other) })).toBe(
      'again',
    );
  });
});
