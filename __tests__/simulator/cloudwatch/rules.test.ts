import { describe, expect, it } from '@jest/globals';

import { childrenOf, holds, parseRule } from '../../../simulator/cloudwatch/rules.ts';

const STATES: Readonly<Record<string, string>> = { a: 'ALARM', b: 'OK', c: 'INSUFFICIENT_DATA' };

describe('the rule of a composite alarm', () => {
  it.each([
    ['ALARM("a") OR ALARM("b")', true],
    ['ALARM(a) AND ALARM(b)', false],
    ['ALARM(a) AND NOT ALARM(b)', true],
    ['NOT (ALARM(a) OR ALARM(b))', false],
    ['(OK("a") OR OK("b")) AND ALARM("a")', true],
    ['OK(a) AND OK(a) OR ALARM(a)', true],
    ['ALARM(a) OR OK(a) AND OK(a)', true],
    ['INSUFFICIENT_DATA("c") AND TRUE', true],
    ['FALSE OR ALARM("nobody")', false],
    ['ALARM("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a")', true],
  ])('%s holds: %s', (rule, expected) => {
    expect(holds(parseRule(rule), (name) => STATES[name])).toBe(expected);
  });

  it.each([
    '',
    'ALARM',
    'ALARM(a',
    'ALARM(a) ALARM(b)',
    '(ALARM(a)',
    'ALARM(a))',
    'PERHAPS(a)',
    'ALARM("a',
  ])('that reads %j is refused', (rule) => {
    expect(() => parseRule(rule)).toThrow('AlarmRule must not contain syntax errors');
  });

  it('knows its children by name, though it gives an ARN or a name with blanks', () => {
    const rule =
      'ALARM("with blanks") OR NOT OK(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:x:y)';
    expect(childrenOf(parseRule(rule))).toEqual(['with blanks', 'x:y']);
  });
});
