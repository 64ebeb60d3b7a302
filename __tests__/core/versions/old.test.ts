import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  describeOld,
  describeStorage,
  nearlyFull,
  shareOfDeletions,
  surplusVersions,
  usesOfAliases,
} from '../../../src/core/versions/old.ts';
import { withMark } from '../../../src/core/alias/mark.ts';

const AT = Date.UTC(2026, 10, 23);
const DAY_MS = 86_400_000;
const listed = (version: number, days = 30) => ({
  version: String(version),
  publishedAt: AT - days * DAY_MS,
  codeBytes: 1_024,
});
const numbers = (versions: readonly { readonly version: string }[]) =>
  versions.map(({ version }) => Number(version));

describe('old versions', () => {
  it('are those beyond the newest, the oldest first', () => {
    const { deleted } = surplusVersions(
      [9, 10, 2, 1].map((each) => listed(each)),
      new Map(),
      {
        keep: 2,
        keepForMs: DAY_MS,
        at: AT,
      },
    );
    expect(numbers(deleted)).toEqual([1, 2]);
  });

  it('are kept with the reason when something needs them', () => {
    const uses = new Map([['1', 'the alias prod names it']]);
    const { deleted, kept } = surplusVersions([listed(1), listed(2), listed(3)], uses, {
      keep: 1,
      keepForMs: 0,
      at: AT,
    });
    expect(numbers(deleted)).toEqual([2]);
    expect(kept).toEqual([{ version: '1', because: 'the alias prod names it' }]);
  });

  it('are never $LATEST, nor of an age that is not known', () => {
    const versions = [
      { ...listed(1), publishedAt: undefined },
      { ...listed(2), version: '$LATEST' },
      listed(3),
    ];
    const { deleted } = surplusVersions(versions, new Map(), { keep: 0, keepForMs: 0, at: AT });
    expect(numbers(deleted)).toEqual([3]);
  });

  it('whatever there is, leave the newest, the young and the needed', () => {
    const age = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 30 }),
        fc.array(age, { minLength: 30, maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 99 })),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 30 }),
        (found, ages, needed, keep, days) => {
          const versions = found.map((each, index) => listed(each, ages[index]));
          const uses = new Map(needed.map((each) => [String(each), 'needed']));
          const rule = { keep, keepForMs: days * DAY_MS, at: AT };
          const { deleted } = surplusVersions(versions, uses, rule);
          const newest = found.toSorted((one, other) => other - one).slice(0, keep);
          for (const each of deleted) {
            expect(newest).not.toContain(Number(each.version));
            expect(needed).not.toContain(Number(each.version));
            expect(AT - (each.publishedAt ?? AT)).toBeGreaterThanOrEqual(days * DAY_MS);
          }
          const gone = new Set(numbers(deleted));
          const ofNobody = versions.filter(
            ({ version, publishedAt }) =>
              !gone.has(Number(version)) &&
              !newest.includes(Number(version)) &&
              !uses.has(version) &&
              AT - publishedAt >= days * DAY_MS,
          );
          expect(ofNobody).toEqual([]);
        },
      ),
    );
  });

  it('are needed by every alias: what it serves, its weights, and what its mark may go back to', () => {
    const mark = {
      repository: 'acme/shop',
      runId: '1',
      attempt: '1',
      nonce: 'ab',
      plan: 'cd',
      workflow: 'ef',
      stable: '3',
      canary: '4',
      begunAt: AT,
      startedBy: '1',
      targets: undefined,
      step: 1,
      weight: 10,
      held: false,
      carriedBy: 'runner' as const,
    };
    const uses = usesOfAliases(
      new Map([
        ['live', { routing: { version: '7', weights: { '8': 10 } }, description: '' }],
        [
          'beta',
          {
            routing: { version: '4', weights: {} },
            description: withMark('', mark) ?? '',
          },
        ],
      ]),
    );
    expect(Object.fromEntries(uses)).toEqual({
      '3': 'the alias beta names it',
      '4': 'the alias beta names it',
      '7': 'the alias live names it',
      '8': 'the alias live names it',
    });
  });

  it('of many functions are taken in turn, up to what one run deletes', () => {
    expect(shareOfDeletions([40, 3, 40], 50)).toEqual([24, 3, 23]);
    expect(shareOfDeletions([2, 1], 50)).toEqual([2, 1]);
    expect(shareOfDeletions([], 50)).toEqual([]);
  });

  it('are told in one line', () => {
    const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
    const old = {
      target,
      deleted: [listed(1), listed(2)],
      kept: [{ version: '3', because: 'the alias prod names it' }],
      problems: [],
      left: 4,
    };
    expect(describeOld(old, true)).toBe(
      'checkout:live: versions 1, 2 deleted (2 KB of code); 3 is kept because the alias prod names it; ' +
        '4 more are left for the next run',
    );
    expect(describeOld({ ...old, deleted: [], kept: [], left: 0 }, false)).toBe(
      'checkout:live: no old version would be deleted',
    );
  });

  it('are worth a warning when the storage for code is above nine tenths full', () => {
    const limit = 75 * 1_024 ** 3;
    expect(nearlyFull({ used: 0.9 * limit, limit })).toBeUndefined();
    expect(nearlyFull({ used: 0.95 * limit, limit })).toContain('is 95 % full');
    expect(describeStorage({ used: 1_536, limit })).toEqual([
      'Code takes 1.5 KB of the 75 GB that Lambda stores for the account in this region.',
    ]);
    expect(describeStorage(undefined)).toEqual([]);
  });
});
