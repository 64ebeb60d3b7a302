import { targetName } from '../alias/target.ts';
import type { Shared } from '../statistics/share.ts';
import { judgeComparison, type ComparedMetrics } from './comparison.ts';
import type { AnalysisPolicy } from './analysis-policy.ts';
import { lambdaMetric } from '../metric-source.ts';
import { entered, NOTHING_COUNTED, type Counted } from './counted.ts';
import { pairMinutes } from './pairing.ts';
import { reader, type Called, type Reader } from './reader.ts';
import type { Scope } from './scope.ts';
import { sharedOut } from './shared-alpha.ts';
import { silence } from './silence.ts';

/** What Lambda itself counts. */
export const ERRORS: ComparedMetrics = {
  name: 'errors',
  bad: lambdaMetric('Errors', 'Sum'),
  total: lambdaMetric('Invocations', 'Sum'),
};

/** Compares Lambda's own errors of the two versions, and what the user wants compared besides. */
export function comparisonReaders(
  targets: readonly Called[],
  compared: readonly ComparedMetrics[],
  policy: AnalysisPolicy,
  durationsRevert = false,
): readonly Reader[] {
  const all = [ERRORS, ...compared];
  const comparisons = all.length + (durationsRevert ? 1 : 0);
  const shared = sharedOut(policy, { comparisons, targets: targets.length });
  return targets.flatMap((target) => all.map((each) => comparisonReader(each, target, shared)));
}

function comparisonReader(
  { name, bad, total }: ComparedMetrics,
  watched: Called,
  policy: AnalysisPolicy,
): Reader {
  const isErrors = name === ERRORS.name;
  const target = targetName(watched.target);
  const sources = { baseline: { total, bad }, canary: { total, bad }, alias: {} };
  return reader(watched, sources, {
    account: NOTHING_COUNTED,
    until: 'promotion',
    enter: (counted, series, { at, bake, from, sideBySide: to, mixed, weights }) => {
      const withoutBad = isErrors ? 'late' : 'none';
      const minutes = pairMinutes(series, { from, to, mixed, withoutBad });
      return entered(counted, minutes, { rule: policy.rule, at, bake, weights });
    },
    judge: (counted, { at, bake, weights, settledTo }) => {
      const shares = isErrors ? sharesOf(counted, weights) : [];
      const { requestsPerMinute } = watched;
      const comparison = {
        name,
        target,
        counted,
        countsTraffic: isErrors,
        shares,
        requestsPerMinute,
      };
      const isAwaited = isErrors && bake.weight < 100;
      return {
        ...judgeComparison(comparison, { at, bake, policy, settledTo }),
        unseen: isAwaited ? silence(target, counted, watched.pauseMs) : undefined,
      };
    },
  });
}

/** What was counted of both versions under each weight. */
function sharesOf({ underWeights }: Counted, weights: Scope['weights']): readonly Shared[] {
  return weights.map(({ weight }, index) => {
    const { baseline = 0, canary = 0 } = underWeights[index] ?? {};
    return { weight: weight / 100, baseline, canary };
  });
}
