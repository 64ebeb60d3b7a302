import { describe, expect, it } from '@jest/globals';

import { differs, notSeen, type Seen } from '../../conformance/experiment.ts';
import { countsOf, kept, lineOf, markdownOf } from '../../conformance/report.ts';
import type { Result } from '../../conformance/run.ts';
import { experimentNamed } from '../fixtures/conformance.ts';

const SITE = { name: 'AWS', region: 'eu-west-1', account: '123456789012' };

const resultOf = (seen: Seen): Result => ({
  experiment: experimentNamed('weights-cleared'),
  seen,
  beganAt: Date.UTC(2026, 10, 23),
  endedAt: Date.UTC(2026, 10, 23, 0, 1),
  calls: [],
});

describe('what a conformance run tells', () => {
  it('shows what AWS said as it is, and no markup or further line comes of it', () => {
    const result = resultOf(differs('a | <b>bold</b>\n::error::x\u001b[31m'));
    const row = markdownOf([result], SITE).split('\n').at(-1) ?? '';
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(6);
    expect(row).not.toMatch(/<b>/);
    expect(lineOf(result)).toBe(
      'differs     weights-cleared (1 min): a | <b>bold</b> ::error::x [31m',
    );
  });

  it('says what follows of what differs, and of nothing else', () => {
    const { otherwise } = experimentNamed('weights-cleared');
    const words = otherwise.slice(0, 30);
    expect(markdownOf([resultOf(differs('x'))], SITE)).toContain(words);
    expect(markdownOf([resultOf(notSeen('x'))], SITE)).not.toContain(words);
  });

  it('counts, and keeps what was seen without the number of the account', () => {
    const results = [resultOf(differs('of 123456789012')), resultOf(notSeen('why'))];
    expect(countsOf(results)).toBe('0 as assumed, 1 differs, 1 not seen');
    expect(kept(results, SITE)).toMatchObject({
      where: 'AWS',
      began: '2026-11-23T00:00:00.000Z',
      experiments: [{ seen: 'of {account}', seconds: 60 }, { verdict: 'not seen' }],
      recordings: [{ id: 'conformance/weights-cleared' }],
    });
  });
});
