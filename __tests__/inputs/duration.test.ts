import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { durationMs } from '../../src/inputs/duration.ts';

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['5 min', 300_000],
    ['1h30m', 5_400_000],
    ['1h 30m 15sec', 5_415_000],
    ['1.5h', 5_400_000],
    [' 2d ', 172_800_000],
    ['0s', 0],
  ])('%j is what it says', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(['', '5', '5 m 3', '-5m', '5x', 'm5', '5mm', '5ms', '1e3s', '.5s', '5,5m', '5m, 10%'])(
    '%j is none',
    (text) => {
      expect(durationMs(text)).toBeUndefined();
    },
  );

  it('is the sum of its parts, in whatever order they stand', () => {
    const part = fc.tuple(fc.nat(1_000), fc.constantFrom('s', 'sec', 'm', 'min', 'h', 'd'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const each = parts.map(([count, unit]) => durationMs(`${count}${unit}`) ?? NaN);
        const whole = durationMs(parts.map(([count, unit]) => `${count} ${unit}`).join(' '));
        expect(whole).toBe(each.reduce((sum, ms) => sum + ms, 0));
      }),
    );
  });
});
