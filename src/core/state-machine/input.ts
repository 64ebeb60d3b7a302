import { readMark, withMark } from '../alias/mark.ts';
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
import type { TimedValue } from '../checks/thresholds.ts';
import { latestSettledMs } from '../minute.ts';
import { extendedMs, isPromotionNext, type Course } from '../rollout/plan.ts';
import { NOTHING_ALONE, type AloneCounts } from '../statistics/alone.ts';
import { sharePays, type SharePay } from '../statistics/share.ts';
import { NOTHING_COMPARED, type MachineCounted } from './nothing-counted.ts';
import { pollMsFor } from './history.ts';
import { metricPlan, type Checked, type MetricPlan } from './metric-plan.ts';
import { mostMinutesOf } from './payload.ts';

/** What an execution is given: the plan, and all numbers of the rules that the definition does not have. Durations in milliseconds. */
export interface MachineInput {
  /** `repair`: whatever became of the rollout, put stable back where its mark is. */
  readonly mode?: 'repair';
  /** How the marks of this rollout begin. */
  readonly mark: string;
  readonly targets: readonly MachineTarget[];
  readonly steps: readonly MachineStep[];
  readonly onTheMinute: boolean;
  readonly pollMs: number;
  /** When an earlier execution began to shift; none if this one does. Epoch milliseconds. */
  readonly begun: readonly number[];
  readonly alarms: readonly Omit<MachineWatch, 'seenAt'>[];
  readonly alarmPolicy: { readonly onInsufficientData: string; readonly graceMs: number };
  readonly compares: boolean;
  readonly policy: MachinePolicy;
  /** By target. */
  readonly accounts: readonly MachineAccount[];
}

export interface MachineTarget {
  /** As people know it: function and alias. */
  readonly name: string;
  readonly functionId: string;
  readonly functionName: string;
  readonly alias: string;
  readonly stable: string;
  readonly canary: string;
  /** The alias's own, without any mark. */
  readonly description: string;
  /** The same as it was found. */
  readonly found: string;
  readonly revision: string;
  /** By step. */
  readonly marks: readonly string[];
  /** The command that repairs the alias. */
  readonly repair: string;
  /** The longest time in which nobody called it before; null when that is not known. */
  readonly pauseMs: number | null;
  /** Before the rollout; 0 when that is not known. */
  readonly requestsPerMinute: number;
}

export interface MachineStep {
  readonly weight: number;
  readonly bakeMs: number;
  /** With its extension. */
  readonly longestMs: number;
  /** Whether nothing is left after it but the promotion. */
  readonly promotionNext: boolean;
  /** What requests pay to the bets that some of the canary's are missing; none of the promotion. */
  readonly few: readonly SharePay[];
}

export interface MachineWatch {
  readonly name: string;
  readonly state: string;
  /** Of its last transition; 0 when that is not known. */
  readonly at: number;
  readonly ignored: boolean;
  readonly seenAt: number;
}

/** What is judged by metrics, and how. */
export interface MachinePolicy extends MetricPlan {
  readonly mode: string;
  /** Whether any of it reverts. */
  readonly reverts: boolean;
  /** How many minutes a reading may be of, so that the reply has room for them. */
  readonly mostMinutes: number;
  readonly aloneReverts: boolean;
  /** Natural logarithm of what the evidence against a version that is alone must come up to. */
  readonly enoughAlone: number;
  readonly minInvocations: number;
  readonly onInconclusive: string;
  readonly delayMs: number;
  /** When a minute that is waited for has settled at the latest, after its end. */
  readonly latestMs: number;
  readonly graceMs: number;
  readonly rule: {
    readonly ratio: number;
    readonly margin: number;
    readonly floor: number;
    readonly confirm: number;
    readonly burst: number;
    /** Natural logarithms of what the evidence must come up to. */
    readonly enough: number;
    readonly enoughMissing: number;
  };
}

/** Of Lambda's own errors, and of everything else that is judged of a target. */
export interface MachineAccount extends MachineCounted {
  readonly recent: readonly unknown[];
  readonly silent: number;
  readonly inStep: { readonly step: number; readonly baseline: number; readonly canary: number };
  readonly under: readonly unknown[];
  /** What the user wants compared besides. */
  readonly compared: readonly MachineCounted[];
  readonly alone: AloneCounts;
  /** By check: the last minutes that had data. */
  readonly measured: readonly { readonly values: readonly TimedValue[] }[];
}

export interface MachineOptions extends Pick<Checked, 'compared' | 'thresholds'> {
  readonly afterPromotion: AfterPromotion;
  readonly course: Pick<Course, 'steps' | 'onTheMinute' | 'maxExtension' | 'settlingMs'>;
  readonly shifting: readonly (Shifting & Called)[];
  readonly region: string;
  readonly watches: readonly AlarmWatch[];
  readonly alarmPolicy: AlarmPolicy;
  /** Left out: the versions are not compared. */
  readonly analysis: AnalysisPolicy | undefined;
  readonly metricDelayMs: number;
  /** What is asked for; a long plan is read less often. */
  readonly pollMs: number;
}

/** @throws when an alias's description has no room for the mark: a program error, as preflight refuses that */
export function machineInput(options: MachineOptions): MachineInput {
  const { course, shifting, region, watches, alarmPolicy, pollMs } = options;
  const graceMs = alarmPolicy.monitoringGraceMs;
  const plan = metricPlan({
    ...options,
    compares: options.analysis !== undefined,
    judgesAlone: judgesAlone(options),
  });
  const compares = plan.metrics.length > 0;
  const targets = shifting.map((each) => machineTarget(each, region));
  return {
    mark: markPrefix(shifting),
    targets,
    steps: course.steps.map(({ weight, bakeMs }, index) => ({
      weight,
      bakeMs,
      longestMs: weight < 100 ? extendedMs(course, index) : bakeMs,
      promotionNext: isPromotionNext(course, index),
      few: weight < 100 ? sharePays(weight / 100) : [],
    })),
    onTheMinute: course.onTheMinute,
    pollMs: pollMsFor({ course, targets: shifting.length, compares }, pollMs),
    begun: [],
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

function markPrefix([first]: readonly Shifting[]): string {
  const [mark] = first?.marks ?? [];
  if (mark === undefined) throw new Error('A rollout without a mark cannot be carried by AWS');
  const { repository, runId, attempt, nonce } = mark;
  return `lambda-canary{run=${repository}/${runId}/${attempt} id=${nonce} `;
}

function machineTarget(
  {
    target,
    versions,
    alias,
    marks,
    pauseMs,
    requestsPerMinute,
  }: MachineOptions['shifting'][number],
  region: string,
): MachineTarget {
  return {
    name: targetName(target),
    functionId: target.functionId,
    functionName: target.functionName,
    alias: target.alias,
    ...versions,
    description: readMark(alias.description).description,
    found: alias.description,
    revision: alias.revisionId,
    marks: marks.map((mark) => withMark('', mark) ?? ''),
    repair: repairCommand(target, versions.stable, region),
    pauseMs: pauseMs ?? null,
    requestsPerMinute: requestsPerMinute ?? 0,
  };
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
