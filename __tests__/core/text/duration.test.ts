import { describe, expect, it } from '@jest/globals';

import { formatDuration } from '../../../src/core/text/duration.ts';

describe('a duration', () => {
  it.each<[number, string]>([
    [0, '0 s'],
    [151_400, '2 min 31 s'],
    [3_600_000, '1 h'],
    [3_641_000, '1 h 41 s'],
    [3_661_000, '1 h 1 min 1 s'],
    [90_061_000, '1 d 1 h 1 min 1 s'],
  ])('of %d ms keeps its seconds: %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
