import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  describeEarlier,
  isDoubtful,
  pastIn,
  withDoubt,
  type EarlierVersion,
  type ServedInHistory,
} from '../../../src/core/versions/past.ts';

const MINUTE = 60_000;
const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };

/** What each version served, minute by minute; a blank where it served nothing. */
function history(
  version: string,
  live: string,
  rows: Readonly<Record<string, string>>,
): ServedInHistory {
  const served = new Map(
    Object.entries(rows).map(([each, row]) => [
      each,
      new Map(
        [...row].flatMap((digit, minute) =>
          digit === ' ' ? [] : [[minute * MINUTE, Number(digit)] as const],
        ),
      ),
    ]),
  );
  return { version, live, served, periodMs: MINUTE };
}

const was = (of: ServedInHistory) => pastIn(of, false);

describe('what became of a version, by the requests that an alias sent it,', () => {
  it('is that it was reverted where the same version served before and after it', () => {
    expect(was(history('2', '1', { 1: '99889', 2: '  11 ' }))).toEqual({
      type: 'reverted',
      after: '1',
      requests: 2,
      until: 4 * MINUTE,
    });
  });

  it('is the same when nobody was served since the revert, and when it was promoted in between', () => {
    expect(was(history('2', '1', { 1: '998', 2: '  1' }))?.type).toBe('reverted');
    expect(was(history('2', '1', { 1: '99    9', 2: ' 19999 ' }))?.type).toBe('reverted');
  });

  it('is that it was live where another one came after it', () => {
    expect(was(history('2', '3', { 1: '99     ', 2: ' 1999  ', 3: '    199' }))).toEqual({
      type: 'live',
      requests: 28,
      until: 5 * MINUTE,
    });
  });

  it('is that it was taken back also where a version before the last one came again', () => {
    const far = { 1: '99       9', 2: '  1999   ', 3: '     999 ' };
    expect(was(history('3', '1', far))?.type).toBe('reverted');
  });

  it('is what became of it the last time', () => {
    const again = { 1: '998 99    ', 2: '  1  1999 ', 3: '         9' };
    expect(was(history('2', '3', again))?.type).toBe('live');
  });

  it('is not told by a history that begins in its time where a newer one came after it, unless there is none longer', () => {
    const forward = history('2', '3', { 2: '9991 ', 3: '   89' });
    expect(was(forward)).toBeUndefined();
    expect(pastIn(forward, true)?.type).toBe('live');
    expect(was(history('2', '1', { 1: '   99', 2: '9991 ' }))?.type).toBe('reverted');
  });

  it('is that it was taken back where the newer one that served before it served after it', () => {
    expect(was(history('2', '3', { 2: '  11 ', 3: '99889' }))?.type).toBe('reverted');
  });

  it('is nothing where it served nothing', () => {
    const without = history('2', '1', { 1: '999', 2: '0 0' });
    expect(was(without)).toBeUndefined();
    expect(pastIn(without, true)).toEqual({ type: 'unserved' });
  });

  it('is told right for every version of every course of releases', () => {
    const release = fc.record({
      split: fc.integer({ min: 1, max: 4 }),
      share: fc.integer({ min: 1, max: 99 }),
      alone: fc.integer({ min: 1, max: 5 }),
      fate: fc.constantFrom('promoted', 'promoted', 'reverted', 'rolled back'),
    });
    fc.assert(
      fc.property(fc.array(release, { minLength: 1, maxLength: 8 }), (releases) => {
        const served = new Map<string, Map<number, number>>();
        const fates = new Map<string, string>();
        let minute = 0;
        let live = '1';
        const serve = (version: string, requests: number) => {
          const series = served.get(version) ?? new Map<number, number>();
          served.set(version, series.set(minute * MINUTE, requests));
        };
        const alone = (version: string, minutes: number) => {
          for (let left = minutes; left > 0; left--, minute++) serve(version, 100);
        };
        alone(live, 3);
        releases.forEach(({ split, share, alone: minutes, fate }, index) => {
          const canary = String(index + 2);
          for (let left = split; left > 0; left--, minute++) {
            serve(canary, share);
            serve(live, 100 - share);
          }
          if (fate !== 'reverted') alone(canary, minutes);
          if (fate === 'promoted') {
            fates.set(live, 'live');
            live = canary;
          } else {
            fates.set(canary, 'reverted');
          }
          alone(live, minutes);
        });
        fates.delete('1');
        fates.delete(live);
        for (const [version, fate] of fates) {
          expect(pastIn({ version, live, served, periodMs: MINUTE }, false)?.type).toBe(fate);
        }
      }),
    );
  });
});

describe('a version that existed before this run', () => {
  const NOW = Date.UTC(2026, 10, 24, 15, 0);
  const earlier = (change: Partial<EarlierVersion>): EarlierVersion => ({
    target,
    version: '2',
    publishedAt: NOW - 49 * 60 * MINUTE,
    attempt: undefined,
    past: { type: 'unserved' },
    ...change,
  });

  it('is announced with when it was published, by whom, and what became of it', () => {
    const past = {
      type: 'reverted',
      after: '1',
      requests: 532,
      until: NOW - 47 * 60 * MINUTE,
    } as const;
    expect(describeEarlier(earlier({ past }), NOW)).toBe(
      'checkout:live: version 2 was published 2 d ago, not by this run. It was taken back: it served 532 requests ' +
        'until 1 d 23 h ago, and then version 1 served again.',
    );
    const own = earlier({ attempt: '1', publishedAt: NOW - 25 * MINUTE });
    expect(describeEarlier(own, NOW)).toBe(
      'checkout:live: version 2 was published 25 min ago, by attempt 1 of this run. No request of it is known.',
    );
  });

  it('is doubtful where an earlier attempt published it just now, and nothing is counted yet', () => {
    const recent = { attempt: '1', publishedAt: NOW - 3 * MINUTE };
    expect(isDoubtful(withDoubt(earlier(recent), NOW))).toBe(true);
    expect(isDoubtful(withDoubt(earlier({ ...recent, attempt: undefined }), NOW))).toBe(false);
    expect(isDoubtful(withDoubt(earlier({ attempt: '1' }), NOW))).toBe(false);
  });
});
