import { describe, expect, it } from '@jest/globals';

import { fateOf, surelyNotWritten, type FailedWrite } from '../../src/core/fate.ts';
import { routingAt } from '../../src/core/routing.ts';

const at = (weight: number) => routingAt(weight, { stable: '1', canary: '2' });
type Write = FailedWrite<{ readonly routing: ReturnType<typeof at> }>;

const fate = (
  answer: Write['answer'],
  requests: 'only request' | 'later request',
  present: number | undefined,
) =>
  fateOf({
    answer,
    onlyRequest: requests === 'only request',
    wanted: at(50),
    left: at(10),
    present: present === undefined ? undefined : { routing: at(present) },
  }).type;

describe('a write from 10 % to 50 % that was not answered with success', () => {
  it.each<[Write['answer'], 'only request' | 'later request', number | undefined, string]>([
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
    expect(fate(answer, requests, present)).toBe(expected);
  });

  it('has surely not been written only when AWS answered the only request', () => {
    expect(surelyNotWritten({ answer: 'conflict', onlyRequest: true })).toBe(true);
    expect(surelyNotWritten({ answer: 'refused', onlyRequest: true })).toBe(true);
    expect(surelyNotWritten({ answer: 'refused', onlyRequest: false })).toBe(false);
    expect(surelyNotWritten({ answer: 'unknown', onlyRequest: true })).toBe(false);
  });
});
