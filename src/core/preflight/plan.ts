import { neededToJudgeMs, type AfterPromotion } from '../checks/promoted.ts';
import type { Plan } from '../rollout/plan.ts';
import { formatDuration } from '../text/duration.ts';
import type { Inspection } from '../inspection.ts';

/** What a plan is held against besides the credentials. */
export interface Watching {
  readonly alarms: number;
  readonly metricChecks: number;
  readonly commands: number;
  readonly analysis: 'on' | 'observe' | 'off';
  readonly afterPromotion: AfterPromotion;
  /** Of the promotion. */
  readonly bakeMs: number;
  readonly metricDelayMs: number;
}

/** What a person should know who starts a rollout that nothing watches. */
export function inspectWatching(watching: Watching): Inspection {
  const { alarms, commands, analysis } = watching;
  return {
    problems: [],
    warnings:
      alarms === 0 && commands === 0 && analysis === 'off'
        ? [
            'Nothing is watched: no alarm is named in the input alarms, so no failure will be noticed.',
          ]
        : afterwards(watching),
  };
}

/** Who lets the new version bake after the promotion means to have it watched. */
function afterwards(watching: Watching): readonly string[] {
  const { alarms, metricChecks, commands, analysis, afterPromotion } = watching;
  const { bakeMs, metricDelayMs } = watching;
  if (alarms + metricChecks + commands > 0 || analysis === 'off' || bakeMs === 0) return [];
  const needed = neededToJudgeMs(metricDelayMs);
  switch (afterPromotion) {
    case 'off':
      return [
        'After the promotion nothing is watched: no alarm is named, and after-promotion is off.',
      ];
    case 'observe':
      return [
        'After the promotion nothing reverts: no alarm is named, and after-promotion is observe.',
      ];
    case 'revert':
      return bakeMs < needed
        ? [
            `After the promotion nothing can revert: bake-time is ${formatDuration(bakeMs)}, and to judge the new version alone ` +
              `(after-promotion) takes ${formatDuration(needed)}.`,
          ]
        : [];
  }
}

/**
 * Lambda counts a request when it ends. One that hangs is in no metric before its timeout, and a step may be over by then.
 * @param candidates the versions that are rolled out
 */
export function inspectTimeouts(
  candidates: readonly { readonly name: string; readonly timeoutMs: number | undefined }[],
  { steps }: Plan,
  metricDelayMs: number,
): Inspection {
  const shared = steps.filter(({ weight }) => weight < 100);
  if (shared.length === 0) return { problems: [], warnings: [] };
  const shortest = Math.min(...shared.map(({ bakeMs }) => bakeMs)) + metricDelayMs;
  const slow = candidates.filter(({ timeoutMs = 0 }) => timeoutMs > shortest);
  return {
    problems: [],
    warnings: slow.map(
      ({ name, timeoutMs = 0 }) =>
        `${name} may take ${formatDuration(timeoutMs)} (its timeout) for a request, longer than a step bakes ` +
        `(${formatDuration(shortest)} with metric-delay). Lambda counts a request when it ends, so a failure may be seen ` +
        'only after the step; let it bake longer, or lower the timeout.',
    ),
  };
}

/** Of Lambda's control plane, for all of an account in a region; a fifteenth is left for others. */
const WRITES_PER_SECOND = 14;
/** What is written sooner is not worth a word. */
const SOON_MS = 5_000;

/** How long many functions take to be moved, which is how long they take to be put back; undefined for few. */
export function paceOfMany(functions: number): string | undefined {
  const ms = (1_000 * functions) / WRITES_PER_SECOND;
  return ms < SOON_MS
    ? undefined
    : `${functions} functions share the 15 calls a second that Lambda takes from an account: each weight takes ` +
        `${formatDuration(Math.ceil(ms / 1_000) * 1_000)} to write to all of them, and a revert as long.`;
}

/** Why a rollout without alarms, whose versions cannot be compared, does not begin. */
export const NOTHING_WATCHED =
  'No alarm is named in the input alarms, so nothing would be watched: name one, or set analysis: off to do ' +
  'without any check.';
