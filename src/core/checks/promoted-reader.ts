import { targetName } from '../alias/target.ts';
import type { AnalysisPolicy } from './comparison.ts';
import type { Series } from './metric-source.ts';
import { pairMinutes } from './pairing.ts';
import { ALIAS_SOURCES, judgePromoted, PROMOTED_SOURCES, type AfterPromotion } from './promoted.ts';
import { reader, type Reader, type WatchedTarget } from './reader.ts';

/**
 * Judges each version that is alone, by what was measured of the one before.
 * @param mode whether one that fails too often is reverted
 */
export function promotedReaders(
  targets: readonly WatchedTarget[],
  { rule }: Pick<AnalysisPolicy, 'rule'>,
  mode: Exclude<AfterPromotion, 'off'>,
): readonly Reader[] {
  const shared = { ...rule, alpha: rule.alpha / targets.length };
  return targets.map((watched) => {
    const sources = {
      baseline: PROMOTED_SOURCES,
      canary: { ...PROMOTED_SOURCES, ...ALIAS_SOURCES },
    };
    return reader(
      watched,
      sources,
      ({ baseline, canary }, { at, bake, from, to, sideBySide, mixed }) => {
        const pairs = { baseline: pairOf(baseline), canary: pairOf(canary) };
        const options = { from, to: sideBySide, mixed, withoutBad: 'late' } as const;
        const target = targetName(watched.target);
        const minutes = pairMinutes(pairs, options);
        const known = { target, sideBySide: minutes, series: canary, bake, to, rule: shared, mode };
        return { finding: judgePromoted(known, at), warnings: [] };
      },
    );
  });
}

function pairOf({ requests, failures }: Readonly<Record<'requests' | 'failures', Series>>) {
  return { total: requests, bad: failures };
}
