import { describe, expect, it } from '@jest/globals';

import { describeComparison, judgeComparison, odds } from '../../../src/core/checks/comparison.ts';
import type { AnalysisPolicy } from '../../../src/core/checks/analysis-policy.ts';
import type { Comparison } from '../../../src/core/checks/counted.ts';
import { entered, NOTHING_COUNTED } from '../../../src/core/checks/counted.ts';
import type { Judging } from '../../../src/core/checks/step-end.ts';
import { STANDARD_RULE } from '../../../src/core/statistics/evidence.ts';
import { harmOf } from '../../../src/core/statistics/harm.ts';
import { rateInterval } from '../../../src/core/statistics/interval.ts';
import type { TimedMinute } from '../../../src/core/checks/pairing.ts';
import { lastSettledMinute } from '../../../src/core/minute.ts';
import type { Bake } from '../../../src/core/rollout/plan.ts';
import type { Moment } from '../../../src/core/moment.ts';
import { moment, momentAhead } from '../../fixtures/moments.ts';
import { ANALYSIS_POLICY as policy } from '../../fixtures/analysis-policy.ts';

const MINUTE = 60_000;
/** Five minutes at 10 %, begun with the minute. */
const bake: Bake = {
  weight: 10,
  bakeMs: 5 * MINUTE,
  shiftedAt: moment(0),
  since: moment(0),
  promotionNext: false,
  takenOver: false,
  longestMs: 15 * MINUTE,
  latest: Infinity,
};
const END = 5 * MINUTE;

/** Minutes that are all the same. */
function minutes(
  many: number,
  counts: {
    readonly nb?: number;
    readonly eb?: number;
    readonly nc?: number;
    readonly ec?: number;
  },
): readonly TimedMinute[] {
  const { nb = 540, eb = 0, nc = 60, ec = 0 } = counts;
  return Array.from({ length: many }, (_, index) => ({
    at: index * MINUTE,
    baseline: { total: nb, bad: eb },
    canary: { total: nc, bad: ec },
  }));
}

const errors = (
  given: readonly TimedMinute[],
  judging: Partial<Pick<Judging, 'at' | 'bake' | 'policy'>> = {},
): Comparison => ({
  name: 'errors',
  target: 'checkout:live',
  counted: entered(NOTHING_COUNTED, given, {
    rule: judging.policy?.rule ?? policy.rule,
    at: judging.at ?? moment(END),
    bake: judging.bake ?? bake,
    weights: [],
  }),
  countsTraffic: true,
  requestsPerMinute: undefined,
  shares: [],
});

/** Where every minute has settled after the delay. */
const judgingAt = (at: Moment, of: Bake = bake, by: AnalysisPolicy = policy): Judging => ({
  at,
  bake: of,
  policy: by,
  settledTo: lastSettledMinute(at.timeOfDay, by.metricDelayMs),
});

function judged(
  given: readonly TimedMinute[],
  time: number,
  more: { readonly bake?: Partial<Bake>; readonly policy?: Partial<AnalysisPolicy> } = {},
) {
  const judging = judgingAt(moment(time), { ...bake, ...more.bake }, { ...policy, ...more.policy });
  const { finding, warnings } = judgeComparison(errors(given, judging), judging);
  return { finding, verdict: finding.verdict, warnings };
}

describe('the comparison of two versions', () => {
  it('passes while there is no evidence', () => {
    expect(judged(minutes(3, { eb: 5, ec: 1 }), 4 * MINUTE).verdict.kind).toBe('pass');
  });

  it('fails as soon as the rule reverts, with the numbers', () => {
    expect(judged(minutes(1, { ec: 60 }), 3 * MINUTE).verdict).toEqual({
      kind: 'fail',
      reason:
        'errors of checkout:live: canary 60 requests, 60 failed (100.00 %); baseline 540, 0 failed ' +
        '(0.00 %); evidence more than 1,000,000:1 of 100:1 needed',
    });
  });

  it('tells how many more failures would revert', () => {
    const given = [{ at: 0, baseline: { total: 3715, bad: 4 }, canary: { total: 412, bad: 3 } }];
    expect(describeComparison(judged(given, MINUTE).finding)).toBe(
      'errors of checkout:live: canary 412 requests, 3 failed (0.73 %); baseline 3,715, 4 failed ' +
        '(0.11 %); evidence 4.9:1 of 100:1 needed; 7 more failures would revert',
    );
  });

  it('only observes when it is told so, also too little traffic', () => {
    const observing = { policy: { mode: 'observe' as const } };
    const failing = judged(minutes(1, { ec: 60 }), 3 * MINUTE, observing);
    expect(failing.verdict.kind).toBe('pass');
    expect(failing.finding.reverts).toBe(true);
    expect(judged([], END, observing).verdict.kind).toBe('pass');
  });

  it('lets a step go on to the next when it had enough requests, settled or not', () => {
    expect(judged(minutes(3, {}), END).verdict.kind).toBe('pass');
  });

  it('extends a step until its last minute has settled, before it calls the requests too few', () => {
    expect(judged([], END).verdict.kind).toBe('extend');
    expect(judged([], END + 90_000 - 1).verdict.reason).toContain('are not there yet');
    expect(judged(minutes(5, { nb: 5, nc: 1 }), END + 90_000).verdict.reason).toContain(
      'the canary served 5 requests at 10 %, and 50 are needed to judge it',
    );
  });

  it('lets the last step go on to the promotion only when its last minute has settled', () => {
    const last = { bake: { promotionNext: true } };
    expect(judged(minutes(3, {}), END + 90_000 - 1, last).verdict.kind).toBe('extend');
    expect(judged(minutes(5, {}), END + 90_000, last).verdict.kind).toBe('pass');
  });

  it('extends a step with too few requests up to so many times its bake, and then does as it is told', () => {
    const few = minutes(5, { nb: 5, nc: 1 });
    expect(judged(few, 3 * END - 1).verdict.kind).toBe('extend');
    const promoting = judged(few, 3 * END);
    expect(promoting.verdict.kind).toBe('pass');
    expect(promoting.warnings).toEqual([expect.stringContaining('on-inconclusive is promote')]);
    const holding = judged(few, 3 * END, { policy: { onInconclusive: 'hold' } });
    expect(holding.verdict.kind).toBe('hold');
    const reverting = judged(few, 3 * END, { policy: { onInconclusive: 'revert' } });
    expect(reverting.verdict.kind).toBe('fail');
  });

  it('waits for no metrics beyond its extension, except before the promotion', () => {
    const short = { bakeMs: MINUTE, longestMs: MINUTE };
    expect(judged([], MINUTE, { bake: short }).verdict.kind).toBe('pass');
    const last = { ...short, promotionNext: true };
    expect(judged([], MINUTE, { bake: last }).verdict.kind).toBe('extend');
  });

  it('does not wait for the metrics of a step that should have enough by what the alias was called last', () => {
    const second = {
      bakeMs: MINUTE,
      weight: 20,
      shiftedAt: moment(3 * MINUTE),
      since: moment(3 * MINUTE),
    };
    const before = (nb: number, nc: number) =>
      judged(minutes(2, { nb, nc }), 4 * MINUTE, { bake: second }).verdict.kind;
    expect(before(225, 25)).toBe('pass');
    expect(before(216, 24)).toBe('extend');
  });

  it('goes in the first step by how the alias was called before the rollout', () => {
    const first = { ...bake, bakeMs: MINUTE, longestMs: 3 * MINUTE };
    const before = (requestsPerMinute: number | undefined) =>
      judgeComparison({ ...errors([]), requestsPerMinute }, judgingAt(moment(MINUTE), first))
        .finding.verdict.kind;
    expect(before(500)).toBe('pass');
    expect(before(499)).toBe('extend');
    expect(before(undefined)).toBe('extend');
  });

  it('waits for the minutes in which the machine stood still, before the promotion', () => {
    const last = { ...bake, promotionNext: true };
    const at = (ms: number) =>
      judgeComparison(errors(minutes(5, {})), judgingAt(momentAhead(ms, 12 * MINUTE), last)).finding
        .verdict.kind;
    // The bake ended at 00:17 of the day, and the metrics of 00:16 are there at 00:18:30.
    expect(at(END)).toBe('extend');
    expect(at(END + 89_999)).toBe('extend');
    expect(at(END + 90_000)).toBe('pass');
  });

  it('ends no step by the time of day, and extends none beyond the time of day that it may', () => {
    const few = minutes(5, { nc: 1 });
    const judgedAt = (at: Moment, latest = Infinity) =>
      judgeComparison(errors(few), judgingAt(at, { ...bake, latest })).finding.verdict.kind;
    expect(judgedAt(momentAhead(END - 1, 12 * MINUTE))).toBe('pass');
    expect(judgedAt(momentAhead(END, 12 * MINUTE))).toBe('extend');
    const latest = 19 * MINUTE;
    expect(judgedAt(momentAhead(6.5 * MINUTE, 12 * MINUTE), latest)).toBe('extend');
    expect(judgedAt(momentAhead(7 * MINUTE, 12 * MINUTE), latest)).toBe('pass');
  });

  it('counts the requests of a step that began by a clock which was set back since', () => {
    const begun = { bake: { since: momentAhead(0, 60 * MINUTE) } };
    expect(judged(minutes(5, {}), END, begun).verdict.kind).toBe('pass');
  });

  it('counts the requests of this step only', () => {
    const later = { bake: { since: moment(5 * MINUTE) } };
    const before = minutes(5, {});
    expect(judged(before, 10 * MINUTE, later).verdict.kind).toBe('extend');
  });

  it('fails when the canary got nothing though the baseline had traffic', () => {
    const nothing = minutes(5, { nb: 30, nc: 0 });
    expect(judged(nothing, END).verdict.kind).toBe('extend');
    const { verdict } = judged(nothing, END + 90_000);
    expect(verdict.kind).toBe('fail');
    expect(verdict.reason).toContain(
      'served no request, though about 17 were to be expected at 10 %',
    );
  });

  it('takes too few requests for the weight for such as hang: extends the step, and then reverts', () => {
    const [counted, due] = [120, 299];
    const shares = [{ weight: 0.1, baseline: 9 * due, canary: counted }];
    const judgedAt = (at: number, counts: Comparison['shares']) =>
      judgeComparison({ ...errors(minutes(20, {})), shares: counts }, judgingAt(moment(at))).finding
        .verdict;
    expect(judgedAt(END - 1, shares).kind).toBe('pass');
    expect(judgedAt(3 * END - 1, shares).kind).toBe('extend');
    expect(judgedAt(3 * END, shares)).toMatchObject({
      kind: 'fail',
      reason: expect.stringContaining(
        '120 requests of the canary were counted, where by its weight about 299 were due',
      ),
    });
    const nearly = [{ weight: 0.1, baseline: 9 * due, canary: 260 }];
    expect(judgedAt(3 * END, nearly).kind).toBe('pass');
  });

  it('does not call it a fault that nobody called either of them', () => {
    const { verdict } = judged(minutes(5, { nb: 0, nc: 0 }), END + 90_000);
    expect(verdict.kind).toBe('extend');
  });

  /** Nine failures in the first minute: far more than is needed, but one minute alone does not decide. */
  const unconfirmed = (many: number) => [...minutes(1, { ec: 9 }), ...minutes(many, {}).slice(1)];

  it('never goes on while the evidence is over what is needed, but not confirmed', () => {
    const { verdict } = judged(unconfirmed(3), END);
    expect(verdict.kind).toBe('extend');
    expect(verdict.reason).toContain('3 more failures would revert; that is over it');
    expect(judged(unconfirmed(3), END - 1).verdict.kind).toBe('pass');
  });

  it('reverts for evidence that is still over what is needed when the step cannot be extended any more', () => {
    expect(judged(unconfirmed(13), 3 * END - 1).verdict.kind).toBe('extend');
    expect(judged(unconfirmed(13), 3 * END).verdict.kind).toBe('fail');
    const cut = { bake: { latest: 2 * END } };
    expect(judged(unconfirmed(8), 2 * END, cut).verdict.kind).toBe('fail');
  });

  it('does not go on for a tenth of the evidence either, and then does as it is told', () => {
    const near = [...minutes(2, { ec: 1 }), ...minutes(5, {}).slice(2)];
    expect(judged(near, END).verdict.reason).toMatch(
      /evidence \d\d\.\d:1 of 100:1 needed.*too near to go on$/,
    );
    const promoting = judged(near, 3 * END);
    expect(promoting.verdict.kind).toBe('pass');
    expect(promoting.warnings).toEqual([expect.stringContaining('on-inconclusive is promote')]);
    expect(judged(near, 3 * END, { policy: { onInconclusive: 'hold' } }).verdict.kind).toBe('hold');
    expect(judged(near, 3 * END, { policy: { onInconclusive: 'revert' } }).verdict.kind).toBe(
      'fail',
    );
  });

  it('goes on for less, for what is below the floor, and when it is only to observe', () => {
    expect(judged(minutes(3, { eb: 9, ec: 2 }), END).verdict.kind).toBe('pass');
    const policies = [{ rule: { ...STANDARD_RULE, floor: 0.1 } }, { mode: 'observe' as const }];
    for (const policy of policies) {
      expect(judged(unconfirmed(3), END, { policy }).verdict.kind).toBe('pass');
    }
  });

  it('asks it also of a metric of the user’s own', () => {
    const own = { ...errors(unconfirmed(3)), name: 'http 5xx', countsTraffic: false };
    expect(judgeComparison(own, judgingAt(moment(END))).finding.verdict.kind).toBe('extend');
  });

  describe('of a step that an earlier job baked', () => {
    /** Taken over at 5:00; it was baked for five minutes then, and has ten of its extension left. */
    const takenOver = { since: moment(END), takenOver: true, longestMs: 2 * END };
    const near = [...minutes(2, { ec: 1 }), ...minutes(5, {}).slice(2)];

    it('goes on at once while nothing stands against it, settled or not, with many requests or few', () => {
      for (const given of [minutes(3, {}), minutes(5, { nb: 5, nc: 1 }), []]) {
        expect(judged(given, END, { bake: takenOver }).verdict.kind).toBe('pass');
      }
    });

    it('never goes on against the evidence, confirmed or not: it waits for its extension, and then reverts', () => {
      expect(judged(unconfirmed(3), END, { bake: takenOver }).verdict.kind).toBe('extend');
      expect(judged(unconfirmed(13), 3 * END - 1, { bake: takenOver }).verdict.kind).toBe('extend');
      expect(judged(unconfirmed(13), 3 * END, { bake: takenOver }).verdict.kind).toBe('fail');
      const once = { ...takenOver, longestMs: 0 };
      expect(judged(unconfirmed(3), END, { bake: once }).verdict.kind).toBe('fail');
    });

    it('waits as well for what is near to it, and leaves then to nobody else what a person decided', () => {
      expect(judged(near, END, { bake: takenOver }).verdict.kind).toBe('extend');
      const then = (onInconclusive: AnalysisPolicy['onInconclusive']) =>
        judged(near, 3 * END, { bake: takenOver, policy: { onInconclusive } });
      expect(then('promote').verdict.kind).toBe('pass');
      expect(then('hold').verdict.kind).toBe('pass');
      expect(then('hold').warnings).toHaveLength(1);
      expect(then('revert').verdict.kind).toBe('fail');
    });

    it('is promoted only when everything before has settled', () => {
      const last = { bake: { ...takenOver, promotionNext: true } };
      expect(judged(minutes(4, {}), END + 90_000 - 1, last).verdict.kind).toBe('extend');
      expect(judged(minutes(5, {}), END + 90_000, last).verdict.kind).toBe('pass');
    });
  });

  describe('after the promotion', () => {
    /** Written in the middle of the minute at 5:00, so that the last whole minute before is at 4:00. */
    const promoted = {
      weight: 100,
      shiftedAt: moment(END + 30_000),
      since: moment(END + 40_000),
      bakeMs: MINUTE,
    };

    it('does not let the bake be over before the minutes before it have settled', () => {
      const at = (time: number) => judged(minutes(5, {}), time, { bake: promoted }).verdict.kind;
      expect(at(END + 90_000)).toBe('pass');
      const late = { ...promoted, since: moment(END), bakeMs: 1_000 };
      expect(judged(minutes(4, {}), END + 89_999, { bake: late }).verdict.kind).toBe('extend');
      expect(judged(minutes(5, {}), END + 90_000, { bake: late }).verdict.kind).toBe('pass');
    });

    it('reverts for what they come to, confirmed or not', () => {
      const seen = (given: readonly TimedMinute[], more: Partial<AnalysisPolicy> = {}) =>
        judged(given, END + 90_000, { bake: promoted, policy: more });
      expect(seen([...minutes(4, {}), ...minutes(5, { ec: 60 }).slice(4)]).verdict.kind).toBe(
        'fail',
      );
      expect(seen(unconfirmed(5)).verdict.kind).toBe('fail');
      const near = [...minutes(2, { ec: 1 }), ...minutes(5, {}).slice(2)];
      expect(seen(near).verdict.kind).toBe('pass');
      expect(seen(near).warnings).toHaveLength(1);
      expect(seen(near, { onInconclusive: 'revert' }).verdict.kind).toBe('fail');
    });
  });

  it('asks nothing of the traffic that a metric of the user’s own counts', () => {
    const own = { ...errors([]), name: 'http 5xx', countsTraffic: false };
    expect(judgeComparison(own, judgingAt(moment(END))).finding.verdict.kind).toBe('pass');
  });
});

describe('odds', () => {
  it.each([
    [0, '1.0:1'],
    [Math.log(4.9), '4.9:1'],
    [Math.log(1234), '1,234:1'],
    [50, 'more than 1,000,000:1'],
    [-3, 'less than 0.1:1'],
  ])('of e^%d are %s', (logE, text) => {
    expect(odds(logE)).toBe(text);
  });
});

describe('the harm', () => {
  it('is what failed beyond the rate of the baseline, and what would have at full weight', () => {
    const harm = harmOf({ total: 900, bad: 9 }, { total: 100, bad: 21 });
    expect(harm.done).toBeCloseTo(20);
    expect(harm.avoided).toBeCloseTo(180);
  });

  it('is nothing when the canary failed less often, or was not called', () => {
    expect(harmOf({ total: 900, bad: 90 }, { total: 100, bad: 1 })).toEqual({
      done: 0,
      avoided: 0,
    });
    expect(harmOf({ total: 900, bad: 90 }, { total: 0, bad: 0 })).toEqual({ done: 0, avoided: 0 });
  });
});

describe('the interval of a rate', () => {
  it('is Wilson’s', () => {
    const { low, high } = rateInterval({ total: 412, bad: 3 });
    expect(low).toBeCloseTo(0.002_48, 4);
    expect(high).toBeCloseTo(0.021_2, 3);
  });

  it('goes from none to all without a request', () => {
    expect(rateInterval({ total: 0, bad: 0 })).toEqual({ low: 0, high: 1 });
  });
});
