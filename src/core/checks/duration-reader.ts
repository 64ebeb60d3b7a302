import { targetName } from '../alias/target.ts';
import type { AnalysisPolicy } from './analysis-policy.ts';
import { NOTHING_COUNTED } from './counted.ts';
import { enteredDurations, NOTHING_TIMED } from './duration-account.ts';
import {
  describeDurations,
  DURATION_ALPHA,
  gravestTest,
  isSlower,
  judgeDurations,
  type ComparedDurations,
  type DurationFinding,
} from './durations.ts';
import { reader, type Called, type Reader } from './reader.ts';
import { sharedOut } from './shared-alpha.ts';
import { decided, doubtIn, judgeStepEnd, PASSED, type Decided, type Judging } from './step-end.ts';
import { baselineSources, canarySources, type Yardstick } from './yardstick.ts';

/** A target, and how long its requests took before. */
export interface Timed extends Called {
  readonly yardstick: Yardstick | undefined;
}

/**
 * Compares how long requests of the two versions take.
 * @param reverting by what a canary that is slower fails, and how many comparisons there are with this one; left out, it is only
 *   reported
 */
export function durationReaders(
  targets: readonly Timed[],
  reverting?: { readonly policy: AnalysisPolicy; readonly comparisons: number },
): readonly Reader[] {
  const policy =
    reverting && sharedOut(reverting.policy, { ...reverting, targets: targets.length });
  const alpha = policy?.rule.alpha ?? DURATION_ALPHA / targets.length;
  return targets.map((watched): Reader => {
    const { yardstick } = watched;
    const target = targetName(watched.target);
    const sources = {
      baseline: baselineSources(yardstick),
      canary: canarySources(yardstick),
      alias: {},
    };
    return reader(watched, sources, {
      account: NOTHING_TIMED,
      until: 'promotion',
      enter: (account, { baseline, canary }, { from, sideBySide: to, mixed }) =>
        enteredDurations(account, { baseline, canary, from, to, mixed, alpha }),
      judge: (account, { at, bake, settledTo }) => {
        const durations = judgeDurations({ target, yardstick, account, alpha });
        const { verdict, warnings } =
          policy === undefined
            ? PASSED
            : decideDurations(durations, { at, bake, policy, settledTo });
        const finding: DurationFinding = {
          kind: 'duration',
          check: target,
          at: at.timeOfDay,
          verdict,
          ...durations,
        };
        return { finding, warnings, unseen: undefined };
      },
    });
  });
}

function decideDurations(durations: ComparedDurations, judging: Judging): Decided {
  const described = () => describeDurations(durations);
  if (isSlower(durations)) return decided('fail', described());
  const test = gravestTest(durations);
  const doubt = test === undefined ? 'none' : doubtIn(test.logE, test.needed);
  const traffic = {
    target: durations.target,
    counted: NOTHING_COUNTED,
    shares: [],
    requestsPerMinute: undefined,
    countsTraffic: false,
  };
  return judgeStepEnd(traffic, { doubt, described }, judging);
}
