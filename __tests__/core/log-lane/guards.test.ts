import { describe, expect, it } from '@jest/globals';

import { shareAlpha } from '../../../src/core/log-lane/alpha.ts';
import { horizonOf } from '../../../src/core/log-lane/horizon.ts';
import { exceedsWeight } from '../../../src/core/log-lane/excess.ts';
import { failuresSignal } from '../../../src/core/log-lane/signal.ts';
import { sideOf } from '../../../src/core/log-lane/streams.ts';

describe('the horizon', () => {
  it.each([
    [12_000, 0, 12_000],
    [12_000, 9_000, 12_000],
    [12_000, 15_000, 17_000],
    [12_000, 58_000, 60_000],
    [12_000, 58_001, undefined],
    [90_000, 10_000, 90_000],
    [90_000, 89_000, undefined],
  ])('of %d ms after a delay of %d ms is %s', (least, delay, horizon) => {
    expect(horizonOf(least, delay)).toBe(horizon);
  });
});

describe('a share of the requests', () => {
  const minute = (canary: number, total = 600, weight = 0.1) => ({ canary, total, weight });

  it.each([
    ['as the weight says', [minute(60)], false],
    ['that chance explains', [minute(80)], false],
    ['of 20 % in the place of 10 %, after one minute of 10 requests/s', [minute(120)], true],
    ['of 15 % in the place of 10 %', [minute(90)], true],
    ['that is above the weight for sure, and by little', [minute(6_300, 60_000)], false],
    ['of a few requests', [minute(3, 5)], false],
    ['that grows over minutes', Array.from({ length: 10 }, () => minute(72)), true],
    ['where nothing was counted', [], false],
  ])('%s', (_, minutes, exceeds) => {
    expect(exceedsWeight(minutes)).toBe(exceeds);
  });
});

describe('alpha', () => {
  it.each([
    [
      { logs: true, ownErrors: false },
      { minutes: 0.008, logs: 0.002, ownErrors: 0 },
    ],
    [
      { logs: true, ownErrors: true },
      { minutes: 0.007, logs: 0.0015, ownErrors: 0.0015 },
    ],
    [
      { logs: false, ownErrors: true },
      { minutes: 0.01, logs: 0, ownErrors: 0 },
    ],
  ])('is shared out, and never more than it is: %j', (lanes, shares) => {
    const { minutes, logs, ownErrors } = shareAlpha(0.01, lanes);
    expect(minutes).toBeCloseTo(shares.minutes, 12);
    expect(logs).toBeCloseTo(shares.logs, 12);
    expect(ownErrors).toBeCloseTo(shares.ownErrors, 12);
    expect(minutes + logs + ownErrors).toBeCloseTo(0.01, 12);
  });
});

describe('a log stream', () => {
  const own = {
    functionName: 'checkout',
    versions: { stable: '7', canary: '8' },
    logGroup: '/aws/lambda/checkout',
  };
  const shared = { ...own, logGroup: '/shop/all' };

  it.each([
    ['2026/11/24/[7]0a1b', own, 'baseline'],
    ['2026/11/23/[8]0a1b', own, 'canary'],
    ['2026/11/24/[18]0a1b', own, undefined],
    ['2026/11/24/[$LATEST]0a1b', own, undefined],
    ['2026/11/24/checkout[8]0a1b', shared, 'canary'],
    ['2026/11/24/basket[8]0a1b', shared, undefined],
    ['2026/11/24/my-checkout[8]0a1b', shared, undefined],
    ['2026/11/24/[8]0a1b', shared, undefined],
    ['anything [8]', own, undefined],
  ] as const)('%s', (name, logged, side) => {
    expect(sideOf(name, logged)).toBe(side);
  });
});

describe('a pattern for FilterLogEvents', () => {
  it.each(['Text', 'JSON'] as const)('is not longer than CloudWatch takes: %s', (format) => {
    expect(failuresSignal(format, 'all').pattern.length).toBeLessThanOrEqual(1_024);
  });
});
