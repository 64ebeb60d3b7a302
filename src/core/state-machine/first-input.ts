import { beginningOf, originOf, readMark, withMark } from '../alias/mark.ts';
import { repairCommand } from '../alias/repair.ts';
import type { Shifting } from '../alias/shifting.ts';
import { targetName } from '../alias/target.ts';
import type { AlarmPolicy, AlarmWatch } from '../checks/alarms.ts';
import type { AnalysisPolicy } from '../checks/analysis-policy.ts';
import { judgesAlone, revertsByMetrics } from '../checks/blindness.ts';
import { NOTHING_COUNTED } from '../checks/counted.ts';
import type { AfterPromotion } from '../checks/promoted.ts';
import { alphaAlone } from '../checks/promoted-reader.ts';
import type { Called } from '../checks/reader.ts';
import { sharedOut } from '../checks/shared-alpha.ts';
import { SHARE_OF_ALPHA } from '../checks/step-end.ts';
import { latestSettledMs, MINUTE_MS } from '../minute.ts';
import { extendedMs, isPromotionNext, type Course } from '../rollout/plan.ts';
import { FROM_THE_START, type Beginning } from '../rollout/state.ts';
import { NOTHING_ALONE } from '../statistics/alone.ts';
import { sharePays } from '../statistics/share.ts';
import { formatDuration } from '../text/duration.ts';
import { NOTHING_COMPARED } from './nothing-counted.ts';
import { readingPaceOf } from './history.ts';
import { metricPlan, type Checked, type MetricPlan } from './metric-plan.ts';
import { mostMinutesOf } from './payload.ts';
import type { MachineInput, MachineTarget, MachinePolicy, MachineAccount } from './input.ts';

const A_DAY_MS = 24 * 60 * MINUTE_MS;

export interface MachineOptions extends Pick<Checked, 'compared' | 'thresholds'> {
  readonly afterPromotion: AfterPromotion;
  readonly course: Pick<Course, 'steps' | 'onTheMinute' | 'maxExtension' | 'settlingMs'> &
    Partial<Pick<Course, 'holdAfter'>>;
  /** Where this part of the rollout begins; left out: with the first step. */
  readonly beginning?: Beginning;
  readonly shifting: readonly (Shifting & Called)[];
  readonly region: string;
  readonly watches: readonly AlarmWatch[];
  readonly alarmPolicy: AlarmPolicy;
  /** Left out: the versions are not compared. */
  readonly analysis: AnalysisPolicy | undefined;
  readonly metricDelayMs: number;
  /** What is asked for; a long plan is read less often. */
  readonly pollMs: number;
  /** How long what is held is watched until it is reverted; left out: a day. */
  readonly holdMs?: number;
}

/** @throws when an alias's description has no room for the mark: a program error, as preflight refuses that */
export function machineInput(options: MachineOptions): MachineInput {
  const { course, shifting, region, watches, alarmPolicy, analysis } = options;
  const { beginning = FROM_THE_START, holdMs = A_DAY_MS } = options;
  const graceMs = alarmPolicy.monitoringGraceMs;
  const plan = metricPlan({
    ...options,
    compares: analysis !== undefined,
    judgesAlone: judgesAlone(options),
  });
  const compares = plan.metrics.length > 0;
  const mayHold = course.holdAfter !== undefined || analysis?.onInconclusive === 'hold';
  const pace = readingPaceOf(
    { course, targets: shifting.length, compares },
    { leastMs: options.pollMs, holdMs: mayHold ? holdMs : 0 },
  );
  const first = shifting[0]?.marks[0];
  if (first === undefined) throw new Error('A rollout without a mark cannot be carried by AWS');
  const before = partBefore(shifting);
  return {
    mark: beginningOf(first),
    origin: originOf(first),
    targets: shifting.map((each) => machineTarget(each, { course, beginning, region, before })),
    steps: course.steps.map(({ weight, bakeMs }, index) => ({
      weight,
      bakeMs,
      longestMs: weight < 100 ? extendedMs(course, index) : bakeMs,
      promotionNext: isPromotionNext(course, index),
      few: weight < 100 ? sharePays(weight / 100) : [],
    })),
    onTheMinute: course.onTheMinute,
    pollMs: pace.pollMs,
    standing: beginning.standing ?? -1,
    first: beginning.step,
    hold: {
      after: course.holdAfter ?? -1,
      ms: holdMs,
      words: formatDuration(holdMs),
      pollMs: pace.holdPollMs,
    },
    begun: [],
    changes: [],
    openFrom: 0,
    alarms: watches.map(({ name, state, transitionedAt = 0, ignored }) => ({
      name,
      state,
      at: transitionedAt,
      ignored,
    })),
    alarmPolicy: { onInsufficientData: alarmPolicy.onInsufficientData, graceMs },
    compares,
    policy: machinePolicy(options, plan),
    accounts: shifting.map(() => nothingIn(plan)),
  };
}

/** What is kept of the minutes of one target before there are any: `NOTHING_COUNTED`. */
function nothingIn({ compared, thresholds }: MetricPlan): MachineAccount {
  const { recent, silentMinutes, underWeights } = NOTHING_COUNTED;
  return {
    ...NOTHING_COMPARED,
    recent,
    silent: silentMinutes,
    inStep: { step: 0, baseline: 0, canary: 0 },
    under: underWeights,
    compared: compared.map(() => NOTHING_COMPARED),
    alone: NOTHING_ALONE,
    measured: thresholds.map(() => ({ values: [] })),
  };
}

function machineTarget(
  {
    target,
    versions,
    alias,
    marks,
    pauseMs,
    requestsPerMinute,
    begun,
  }: MachineOptions['shifting'][number],
  {
    course,
    beginning,
    region,
    before,
  }: Pick<MachineOptions, 'course' | 'region'> & {
    readonly beginning: Beginning;
    readonly before: string;
  },
): MachineTarget {
  const { description, mark: found } = readMark(alias.description);
  return {
    name: targetName(target),
    functionId: target.functionId,
    functionName: target.functionName,
    alias: target.alias,
    ...versions,
    description,
    found: found === undefined ? '' : beginningOf(found),
    before,
    revision: alias.revisionId,
    begun,
    standing: standingAt(course, beginning, begun.at(-1)),
    marks: marks.map((mark) => withMark('', mark) ?? ''),
    repair: repairCommand(target, versions.stable, region),
    pauseMs: pauseMs ?? null,
    requestsPerMinute: requestsPerMinute ?? 0,
  };
}

/** How the marks of the part before begin: those that the new one may take off, and does not write. */
function partBefore(shifting: MachineOptions['shifting']): string {
  for (const { alias, nonces } of shifting) {
    const { mark } = readMark(alias.description);
    if (mark !== undefined && nonces.includes(mark.nonce)) return beginningOf(mark);
  }
  return '';
}

/** Where one target stands; one that a dead execution had left behind, at an earlier step. */
function standingAt(
  { steps }: Pick<Course, 'steps'>,
  { standing }: Beginning,
  weight: number | undefined,
): number {
  if (standing === undefined || weight === undefined) return -1;
  return steps[standing]?.weight === weight
    ? standing
    : steps.findIndex((step) => step.weight === weight);
}

function machinePolicy(options: MachineOptions, plan: MetricPlan): MachinePolicy {
  const { analysis, afterPromotion, shifting, alarmPolicy } = options;
  const common = {
    ...plan,
    graceMs: alarmPolicy.monitoringGraceMs,
    reverts: revertsByMetrics(options),
    mostMinutes: mostMinutesOf(plan, shifting.length),
    aloneReverts: afterPromotion === 'revert',
  };
  if (analysis === undefined) {
    return { ...NO_COMPARISON, ...common, delayMs: options.metricDelayMs };
  }
  const targets = shifting.length;
  const { mode, minInvocations, onInconclusive, metricDelayMs, rule } = sharedOut(analysis, {
    comparisons: 1 + plan.compared.length,
    targets,
  });
  const { alpha, ratio, margin, floor, confirm, burst } = rule;
  const enough = -Math.log(alpha);
  const enoughMissing = -Math.log(alpha * SHARE_OF_ALPHA);
  return {
    ...common,
    mode,
    minInvocations,
    onInconclusive,
    delayMs: metricDelayMs,
    latestMs: latestSettledMs(metricDelayMs),
    enoughAlone: -Math.log(alphaAlone(analysis.rule, targets)),
    rule: { ratio, margin, floor, confirm, burst, enough, enoughMissing },
  };
}

/** Where nothing is compared, the states still find all members of a policy. */
const NO_COMPARISON = {
  mode: 'observe',
  minInvocations: 0,
  onInconclusive: 'promote',
  latestMs: 0,
  enoughAlone: 1,
  rule: { ratio: 1, margin: 0, floor: 0, confirm: 0, burst: 1, enough: 1, enoughMissing: 1 },
} as const;
