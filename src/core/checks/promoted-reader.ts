import { targetName } from '../alias/target.ts';
import type { AnalysisPolicy } from './analysis-policy.ts';
import type { Series } from '../metric-source.ts';
import { pairMinutes } from './pairing.ts';
import {
  ALIAS_SOURCES,
  enteredAlone,
  judgePromoted,
  NOTHING_PROMOTED,
  PROMOTED_SOURCES,
  type AfterPromotion,
} from './promoted.ts';
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
  const shared = { ...rule, alpha: alphaAlone(rule, targets.length) };
  return targets.map((watched) => {
    const sources = {
      baseline: PROMOTED_SOURCES,
      canary: PROMOTED_SOURCES,
      alias: ALIAS_SOURCES,
    };
    const target = targetName(watched.target);
    return reader(watched, sources, {
      account: NOTHING_PROMOTED,
      until: 'end',
      enter: (account, { baseline, canary, alias }, scope) => {
        const pairs = { baseline: pairOf(baseline), canary: pairOf(canary) };
        const { from, sideBySide, mixed } = scope;
        const options = { from, to: sideBySide, mixed, withoutBad: 'late' } as const;
        return enteredAlone(account, {
          sideBySide: pairMinutes(pairs, options),
          series: { ...canary, ...alias },
          scope,
        });
      },
      judge: (account, { at }) => ({
        finding: judgePromoted({ target, account, rule: shared, mode }, at),
        warnings: [],
        unseen: undefined,
      }),
    });
  });
}

/** The promise is for the rollout, so that each target has its part. */
export function alphaAlone({ alpha }: Pick<AnalysisPolicy['rule'], 'alpha'>, targets: number) {
  return alpha / targets;
}

function pairOf({ requests, failures }: Readonly<Record<'requests' | 'failures', Series>>) {
  return { total: requests, bad: failures };
}
