import { describe, expect, it } from '@jest/globals';

import {
  allowedAfter,
  describePromoted,
  enteredAlone,
  judgePromoted,
  NOTHING_PROMOTED,
  type Promoted,
  type PromotedMinutes,
} from '../../../src/core/checks/promoted.ts';
import { STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';
import type { Bake } from '../../../src/core/rollout/plan.ts';
import { moment } from '../../fixtures/moments.ts';
import type { Series } from '../../../src/core/metric-source.ts';

const MINUTE = 60_000;
const every = (value: number, minutes = 5): Series =>
  new Map(Array.from({ length: minutes }, (_, index) => [index * MINUTE, value]));
const none: Series = new Map();

/** Promoted half a minute into the first one, and alone ten seconds later. */
interface Given {
  readonly sideBySide?: PromotedMinutes['sideBySide'];
  readonly series?: PromotedMinutes['series'];
  readonly to?: number;
  readonly mode?: Promoted['mode'];
}
const GIVEN = {
  sideBySide: [
    { at: -MINUTE, baseline: { total: 10_000, bad: 10 }, canary: { total: 1_000, bad: 1 } },
  ],
  series: {
    requests: every(600),
    failures: every(300),
    ofAlias: none,
    failuresOfAlias: none,
  },
};
const bake: Bake = {
  weight: 100,
  bakeMs: 5 * MINUTE,
  shiftedAt: moment(30_000),
  since: moment(40_000),
  promotionNext: false,
  takenOver: false,
  longestMs: Infinity,
  latest: Infinity,
};
const judged = ({ mode = 'revert', to = 2 * MINUTE, ...more }: Given = {}) => {
  const scope = { at: moment(MINUTE), bake, from: 0, to };
  const account = enteredAlone(NOTHING_PROMOTED, { ...GIVEN, ...more, scope });
  return judgePromoted(
    { target: 'checkout:live', account, rule: STANDARD_RULE, mode },
    moment(MINUTE),
  );
};
const kind = (given: Given = {}) => judged(given).verdict.kind;

describe('after the promotion', () => {
  it('may fail three times as often as the old version did, at the upper end of what that may have been', () => {
    const allowed = allowedAfter({ total: 10_000, bad: 10 }, STANDARD_RULE);
    expect(allowed).toBeCloseTo(3 * 0.001_84, 4);
    expect(allowedAfter({ total: 1e9, bad: 0 }, STANDARD_RULE)).toBeCloseTo(0.003, 9);
    const tolerant = { ...STANDARD_RULE, ratio: 2, margin: 0.01 };
    expect(allowedAfter({ total: 10_000, bad: 10 }, tolerant)).toBeCloseTo(2 * allowed + 0.01, 9);
  });

  it('is reverted for its third minute, the one of the promotion counted', () => {
    expect(kind({ to: MINUTE })).toBe('pass');
    expect(kind()).toBe('fail');
    expect(kind({ mode: 'observe' })).toBe('pass');
  });

  it('is judged by the alias’s own series where Lambda names no version, in whole minutes', () => {
    const unnamed = {
      requests: none,
      failures: none,
      ofAlias: every(600),
      failuresOfAlias: every(300),
    };
    expect(kind({ series: unnamed, to: 2 * MINUTE })).toBe('pass');
    expect(kind({ series: unnamed, to: 3 * MINUTE })).toBe('fail');
  });

  it('takes requests whose failures are not told yet for late', () => {
    const { series } = GIVEN;
    expect(kind({ series: { ...series, failures: every(300, 2) } })).toBe('pass');
  });

  it('is not judged where the old version served nothing', () => {
    const finding = judged({ sideBySide: [] });
    expect(finding.verdict.kind).toBe('pass');
    expect(describePromoted(finding)).toBe(
      'after the promotion of checkout:live: 1,800 requests, 900 failed; not judged: the old version served ' +
        '0 requests while both could be compared',
    );
  });
});
