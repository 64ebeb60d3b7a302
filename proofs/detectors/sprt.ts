import type { Minute } from '../../src/core/statistics/evidence.ts';
import { onPlan, type Detector } from './detector.ts';

const ALPHA = 0.01;
const BETA = 0.1;

/**
 * Wald's sequential probability ratio test of "the canary fails `ratio` times as often", given the number of
 * failures of both. To accept that it does not ends the watch.
 */
export function waldSprt(ratio: number): Detector {
  return onPlan(`Wald SPRT ratio ${ratio}, .01/.1`, (minutes) => {
    const [enough, little] = [Math.log((1 - BETA) / ALPHA), Math.log(BETA / (1 - ALPHA))];
    let logRatio = 0;
    for (const [index, minute] of minutes.entries()) {
      logRatio += logLikelihoodRatio(minute, ratio);
      if (logRatio >= enough) return index;
      if (logRatio <= little) return null;
    }
    return null;
  });
}

/** The same ratio for the true one, which nobody knows, and without ever giving up. */
export const oracle: Detector = onPlan(
  'oracle: knows the true ratio, alpha .01',
  (minutes, { cell: { baseline, canary } }) => {
    let logRatio = 0;
    for (const [index, minute] of minutes.entries()) {
      logRatio += logLikelihoodRatio(minute, canary / baseline);
      if (logRatio >= -Math.log(ALPHA)) return index;
    }
    return null;
  },
);

/** @param ratio infinite when the baseline never fails */
function logLikelihoodRatio({ baseline, canary }: Minute, ratio: number): number {
  const total = baseline.total + canary.total;
  if (canary.total === 0 || baseline.total === 0) return 0;
  const share = canary.total / total;
  if (ratio === Infinity) return baseline.bad > 0 ? -Infinity : -canary.bad * Math.log(share);
  const growth = Math.log1p(share * (ratio - 1));
  return canary.bad * Math.log(ratio) - (canary.bad + baseline.bad) * growth;
}
