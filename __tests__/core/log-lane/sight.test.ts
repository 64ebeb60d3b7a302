import { describe, expect, it } from '@jest/globals';

import { sightOf, type LoggingFacts } from '../../../src/core/log-lane/sight.ts';

const logging = (change: Partial<LoggingFacts> = {}) => ({
  logGroup: '/aws/lambda/checkout',
  logging: {
    runtime: 'nodejs22.x',
    format: 'Text',
    applicationLevel: '',
    systemLevel: '',
    ...change,
  },
});

describe('what the logs of two versions can tell', () => {
  it.each([
    [{}, 'timeouts, crashes and exceptions'],
    [{ runtime: 'python3.13', format: 'JSON' }, 'timeouts, crashes and exceptions'],
    [
      { runtime: 'python3.13', format: 'JSON', applicationLevel: 'FATAL' },
      'timeouts and crashes only (python3.13, JSON)',
    ],
    [{ format: 'JSON' }, 'timeouts and crashes only (nodejs22.x, JSON)'],
    [{ runtime: 'java21' }, 'timeouts and crashes only (java21)'],
    [{ runtime: '' }, 'timeouts and crashes only (container image)'],
  ])('of %j', (facts, extent) => {
    expect(sightOf(logging(facts), logging(facts))).toMatchObject({ type: 'seen', extent });
  });

  it.each([{ runtime: 'nodejs24.x' }, { applicationLevel: 'WARN' }])(
    'is what Lambda itself writes alone where they differ in %j',
    (facts) => {
      expect(sightOf(logging(), logging(facts))).toMatchObject({ counted: 'platform' });
      expect(sightOf(logging(), logging())).toMatchObject({ counted: 'all' });
    },
  );

  it.each([
    [logging({ format: 'JSON' }), 'different formats'],
    [logging({ systemLevel: 'WARN' }), 'different system log levels'],
    [{ ...logging(), logGroup: '/shop/all' }, 'different groups'],
  ])('is nothing where they cannot be compared: %j', (canary, why) => {
    expect(sightOf(logging(), canary)).toMatchObject({
      type: 'none',
      why: expect.stringContaining(why),
    });
  });

  it('is nothing in a format that nobody knows', () => {
    const odd = logging({ format: 'XML' });
    expect(sightOf(odd, odd)).toMatchObject({ type: 'none' });
  });
});
