import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  describeFailure,
  differences,
  durationIn,
  judgeSmokeTest,
  type Invocation,
  type Json,
  type SmokeTest,
} from '../../../src/core/versions/smoke-test.ts';

const test: SmokeTest = {
  name: 'ping.json',
  payload: {},
  maxDurationMs: 1_000,
  expect: { statusCode: 200 },
};
const canary = { functionName: 'checkout', version: '8' };
const reply = (changed: Partial<Invocation> = {}): Invocation => ({
  reply: '{"statusCode":200,"body":"ok"}',
  functionError: '',
  executedVersion: '8',
  log: 'START RequestId: 1\nREPORT RequestId: 1\tDuration: 12.50 ms\tBilled Duration: 13 ms\n',
  elapsedMs: 400,
  ...changed,
});

describe('a smoke test', () => {
  it('passes for a reply that contains what is expected, and takes the duration from the log', () => {
    expect(judgeSmokeTest(test, canary, reply())).toEqual({
      functionName: 'checkout',
      version: '8',
      name: 'ping.json',
      problems: [],
      durationMs: 12.5,
      log: [],
    });
  });

  it.each<[string, Partial<Invocation>, string]>([
    [
      'a function that threw',
      { functionError: 'Unhandled', reply: '{"errorMessage":"no such table"}' },
      'it failed (Unhandled): {"errorMessage":"no such table"}',
    ],
    ['another reply', { reply: '{"statusCode":500}' }, '$.statusCode is 500, not 200'],
    ['a reply that is no JSON', { reply: '<html>' }, 'its reply is not JSON: <html>'],
    ['another version', { executedVersion: '7' }, 'version 7 answered instead of version 8'],
    [
      'a reply that took too long',
      { log: '', elapsedMs: 1_500 },
      'it took 1,500 ms; smoke-test-max-duration is 1 s',
    ],
  ])('fails for %s, with the log', (_, changed, problem) => {
    const report = judgeSmokeTest(test, canary, reply(changed));
    expect(report.problems).toEqual([problem]);
    expect(report.log).not.toEqual([]);
    expect(describeFailure(report)).toBe(
      `checkout version 8 fails the smoke test ping.json: ${problem}`,
    );
  });

  it('takes any reply where nothing is expected', () => {
    const any = { name: 'ping.json', payload: {}, expect: undefined, maxDurationMs: 1_000 };
    expect(judgeSmokeTest(any, canary, reply({ reply: '<html>' })).problems).toEqual([]);
  });

  it('reads the duration from a log of JSON too', () => {
    const line =
      '{"time":"2026-01-01T00:00:00Z","type":"platform.report","record":{"metrics":{"durationMs":7.25}}}';
    expect(durationIn(line)).toBe(7.25);
    expect(durationIn('nothing')).toBeUndefined();
  });
});

describe('what a reply lacks', () => {
  it.each<[Json, Json, readonly string[]]>([
    [{ a: 1 }, { a: 1, b: 2 }, []],
    [{ a: { b: [1, { c: 'x' }] } }, { a: { b: [1, { c: 'x', d: null }] } }, []],
    [{ a: 1 }, {}, ['$.a is missing; it must be 1']],
    [{ a: 1 }, { a: '1' }, ['$.a is "1", not 1']],
    [{ a: null }, { a: 0 }, ['$.a is 0, not null']],
    [[1, 2], [1], ['$ is [1], not [1,2]']],
    [[1, 2], [1, 3], ['$[1] is 3, not 2']],
    [{ toString: 'x' }, {}, ['$.toString is missing; it must be "x"']],
    ['ok', { body: 'ok' }, ['$ is {"body":"ok"}, not "ok"']],
  ])('%j of %j', (expected, actual, found) => {
    expect(differences(expected, actual)).toEqual(found);
  });

  it('is nothing when it is what was expected, whatever that is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        expect(differences(json, json)).toEqual([]);
      }),
    );
  });

  it('is told for ten members, and how many there are more', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`m${index}`, 1]));
    expect(differences(many, {})).toHaveLength(11);
    expect(differences(many, {}).at(-1)).toBe('… and 20 more differences');
  });
});
