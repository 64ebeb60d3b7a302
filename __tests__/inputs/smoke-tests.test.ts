import { describe, expect, it } from '@jest/globals';

import { givenJson, smokeTestProblems, smokeTestsOf } from '../../src/inputs/smoke-tests.ts';

const FILES: Readonly<Record<string, string>> = {
  'test/ping.json': '{"ping":1}',
  'test/order.json': '{"order":2}',
  'broken.json': '{"order":',
};

function read(payload: string, expected = '', names: readonly string[] = ['checkout']) {
  const problems: string[] = [];
  const json = givenJson((path) => {
    const content = FILES[path];
    if (content === undefined) throw new Error('no such file');
    return content;
  });
  const given = { payloads: json(payload, problems), expected: json(expected, problems) };
  return {
    tests: Object.fromEntries(smokeTestsOf(given, names, 9)),
    problems: [...problems, ...smokeTestProblems(given, names)],
  };
}

const test = (name: string, payload: unknown, more = {}) => ({
  name,
  payload,
  maxDurationMs: 9,
  ...more,
});

describe('smoke tests', () => {
  it('are JSON for all functions, over several lines if need be', () => {
    const { tests } = read('{\n  "ping": 1\n}', '{"ok": true}', ['checkout', 'cart']);
    const expected = [test('1', { ping: 1 }, { expect: { ok: true } })];
    expect(tests).toEqual({ checkout: expected, cart: expected });
  });

  it('are files, one per line', () => {
    expect(read('test/ping.json\ntest/order.json\n').tests).toEqual({
      checkout: [test('test/ping.json', { ping: 1 }), test('test/order.json', { order: 2 })],
    });
  });

  it('are of one function when its name stands in front', () => {
    const payload = 'checkout: {"a": 1}\ncart: test/order.json\ncheckout: test/ping.json';
    const { tests, problems } = read(payload, 'cart: {"ok": 1}', ['checkout', 'cart', 'idle']);
    expect(problems).toEqual([]);
    expect(tests).toEqual({
      checkout: [test('1', { a: 1 }), test('test/ping.json', { ping: 1 })],
      cart: [test('test/order.json', { order: 2 }, { expect: { ok: 1 } })],
    });
  });

  it('are none when nothing is given', () => {
    expect(read('')).toEqual({ tests: {}, problems: [] });
  });

  it.each([
    ['{"a":', '', /line 1: "\{"a":" is not JSON/],
    ['no.json', '', /line 1: "no.json" is not JSON, nor a file that can be read: no such file/],
    ['broken.json', '', /the file "broken.json" is not JSON/],
    ['basket: {"a": 1}', '', /smoke-test-payload: "basket" is not in function-name/],
    ['', '{"ok": true}', /smoke-test-expect: there is no smoke test without/],
    ['{}', 'test/ping.json\ntest/order.json', /more than one value for checkout/],
    [Array.from({ length: 21 }, () => 'x.json').join('\n'), '', /21 lines are given; at most 20/],
  ])('refuse %j with %j', (payload, expected, problem) => {
    expect(read(payload, expected).problems.join('\n')).toMatch(problem);
  });

  it.each(['{🦆', '[1,🦆]'])('refuse %j in whole characters', (payload) => {
    const [problem] = read(payload).problems;
    expect(problem).toMatch(/is not JSON: /);
    expect(problem?.isWellFormed()).toBe(true);
  });
});
