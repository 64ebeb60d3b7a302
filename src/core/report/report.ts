import type { ErrorReport } from '../checks/error-logs.ts';
import type { Exposure } from '../checks/exposure.ts';
import { changedSince, keyOf, replaces, watchesAlone, type Finding } from '../checks/finding.ts';
import { GOES_ON_UNDECIDED } from '../checks/step-end.ts';
import type { Ending } from './ending.ts';
import type { Entry, Position } from './entry.ts';
import type { FoundFunctions } from '../function-search.ts';
import type { Policy } from '../policy.ts';
import { stepAt, type Plan } from '../rollout/plan.ts';
import type { State } from '../rollout/state.ts';
import type { CodeReport } from '../versions/code.ts';
import type { EarlierVersion } from '../versions/past.ts';
import type { SmokeTestReport } from '../versions/smoke-test.ts';
import type { TargetReport } from '../alias/target.ts';

export interface StepReport {
  readonly weight: number;
  readonly bakeMs: number;
  /** When the traffic was moved; absent when the step was not reached. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly result:
    | 'passed'
    | 'not watched'
    | 'stopped'
    /** When this job ended: AWS had it in its hands. */
    | 'goes on'
    | 'not reached'
    | 'in an earlier job';
}

export interface WeightChange {
  readonly at: number;
  readonly weight: number;
}

type OldVersionsEntry = Extract<Entry, { type: 'old-versions' }>;

/** The whole story of a run, as plain data. Times are epoch milliseconds of the time of day. */
export interface Report extends Ending {
  readonly region: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly targets: readonly TargetReport[];
  /** The functions that were found by searching, by each search. */
  readonly found: readonly FoundFunctions[];
  readonly steps: readonly StepReport[];
  /** Where the rollout stands in the end; absent when it was not found out where it stood before. */
  readonly position: Position | undefined;
  readonly weights: readonly WeightChange[];
  /** Every one that differed from the one before it; of those that replace, the newest. */
  readonly findings: readonly Finding[];
  readonly smokeTests: readonly SmokeTestReport[];
  /** What the canary logged of its errors, after a revert. */
  readonly errors: readonly ErrorReport[];
  /** What users felt of the canary, counted after a revert. */
  readonly exposures: readonly Exposure[];
  readonly warnings: readonly string[];
  /** Versions that existed before this run, and when that was looked at. */
  readonly earlierVersions: { readonly at: number; readonly versions: readonly EarlierVersion[] };
  /** The code that was asked for, and what became of it. */
  readonly codes: readonly CodeReport[];
  /** Versions that nothing needed any more, and whether they were deleted. */
  readonly oldVersions: Pick<OldVersionsEntry, 'deletes' | 'versions' | 'storage'>;
  /** Of a dry run: the least that the role of the job must be allowed. */
  readonly policy: Policy | undefined;
  /** Link to the execution that carries the rollout, where AWS does. */
  readonly carrier: string | undefined;
  /** Those of its regions, where it went through several; empty where it was one. */
  readonly regions: readonly RegionReport[];
  /** Whether a step passed although there were too few requests to judge by. */
  readonly undecided: boolean;
}

/** What a rollout through several regions came to in one of them. */
export interface RegionReport {
  /** From 1. */
  readonly wave: number;
  /** Whether it ended so because of another region, which says why. */
  readonly isElsewhere: boolean;
  readonly report: Report;
}

/** Somebody else moved an alias of a rollout that had begun. */
export function endedForeign({ outcome, isForeign, weights }: Report): boolean {
  return outcome === 'failed' && (isForeign || weights.length > 0);
}

/** Everything a run leaves behind, made from what happened alone. */
export function reportOf(
  entries: readonly Entry[],
  ending: Ending,
  { startedAt, endedAt }: { readonly startedAt: number; readonly endedAt: number },
): Report {
  // The last one: a fast track has fewer steps than what was planned at first.
  const planned = entries.findLast((entry) => entry.type === 'plan');
  const known = entries.findLast((entry) => entry.type === 'targets');
  const found = entries.findLast((entry) => entry.type === 'position');
  const before = found ?? NOWHERE;
  const steps =
    planned === undefined
      ? []
      : stepReports(planned.plan, entries, { ...before, outcome: ending.outcome });
  const weights = weightChanges(steps, entries, before);
  const warnings = entries.flatMap((entry) => (entry.type === 'warning' ? [entry.text] : []));
  return {
    ...ending,
    region: known?.region ?? '',
    startedAt,
    endedAt,
    targets: known?.targets ?? [],
    found: entries.findLast((entry) => entry.type === 'found')?.found ?? [],
    steps,
    position: found && positionOf(ending, { steps, weights, before }),
    weights,
    findings: findingsToTell(entries),
    errors: entries.flatMap((entry) => (entry.type === 'errors' ? entry.reports : [])),
    exposures: entries.flatMap((entry) => (entry.type === 'exposure' ? entry.exposures : [])),
    smokeTests: entries.flatMap((entry) => (entry.type === 'smoke-tests' ? entry.reports : [])),
    warnings,
    carrier: entries.findLast((entry) => entry.type === 'carrier')?.url,
    earlierVersions: entries.findLast((entry) => entry.type === 'earlier-versions') ?? {
      at: endedAt,
      versions: [],
    },
    codes: entries.findLast((entry) => entry.type === 'code')?.codes ?? [],
    oldVersions: entries.findLast((entry) => entry.type === 'old-versions') ?? {
      deletes: false,
      versions: [],
      storage: undefined,
    },
    policy: entries.findLast((entry) => entry.type === 'policy')?.policy,
    regions: [],
    undecided: warnings.some((text) => text.endsWith(GOES_ON_UNDECIDED)),
  };
}

const NOWHERE = { at: 0, weight: 0, step: 0, startedBy: '' };

function positionOf(
  { outcome }: Ending,
  { steps, weights, before }: Pick<Report, 'steps' | 'weights'> & { readonly before: Position },
): Position {
  const reached = steps.findLastIndex(({ startedAt }) => startedAt !== undefined) + 1;
  return {
    startedBy: before.startedBy,
    step: Math.max(reached, before.step),
    weight: outcome === 'reverted' ? 0 : (weights.at(-1)?.weight ?? before.weight),
  };
}

function findingsToTell(entries: readonly Entry[]): readonly Finding[] {
  const last = new Map<string, Finding>();
  const news = entries.flatMap((entry) => {
    if (entry.type !== 'reading') return [];
    const changed = changedSince(last, entry.findings);
    for (const finding of changed) last.set(keyOf(finding), finding);
    return changed;
  });
  return news.filter((finding) => !replaces(finding) || last.get(keyOf(finding)) === finding);
}

/** Of a step that this job did not take. */
const NOT_HERE = { startedAt: undefined, endedAt: undefined };

/** What became of each step of the plan. */
function stepReports(
  plan: Plan,
  entries: readonly Entry[],
  { step: before, outcome }: Position & Pick<Ending, 'outcome'>,
): readonly StepReport[] {
  const states = entries.filter((entry) => entry.type === 'state');
  return plan.steps.map(({ weight, bakeMs }, step) => {
    const isBaking = ({ state }: StateEntry) => state.phase === 'baking' && state.step === step;
    const begun = states.findIndex(isBaking);
    const begin = states[begun];
    if (begin?.state.phase !== 'baking') {
      return step < before
        ? { weight, bakeMs, ...NOT_HERE, result: 'in an earlier job' }
        : instantStep(plan, step, states);
    }
    const end = states.slice(begun).find((entry) => !isBaking(entry));
    const passed = end !== undefined && hasPassed(end.state);
    return {
      weight,
      bakeMs,
      startedAt: begin.state.since.timeOfDay,
      endedAt: end && (decidedAt(end, entries) ?? end.at),
      result: passed ? passedAs(weight, entries) : outcome === 'started' ? 'goes on' : 'stopped',
    };
  });
}

/** Of what a failed check ended, when that was read: the reason of the revert counts the time up to then. */
function decidedAt(end: StateEntry, entries: readonly Entry[]): number | undefined {
  if (end.state.phase !== 'reverting') return undefined;
  const reading = entries
    .slice(0, entries.indexOf(end))
    .findLast((entry) => entry.type === 'reading');
  return reading?.verdict.kind === 'fail' ? reading.at : undefined;
}

/** What nothing watched has not passed. */
function passedAs(weight: number, entries: readonly Entry[]): StepReport['result'] {
  const findings = entries.flatMap((entry) => (entry.type === 'reading' ? entry.findings : []));
  return weight < 100 || findings.some(watchesAlone) ? 'passed' : 'not watched';
}

/** Whether a step that led to this state is over with its checks passed. */
export function hasPassed(next: State): boolean {
  return (
    next.phase === 'confirming' ||
    next.phase === 'shifting' ||
    (next.phase === 'holding' && next.passed)
  );
}

type StateEntry = Extract<Entry, { type: 'state' }>;

/** A promotion with a bake time of zero is never seen baking. */
function instantStep(plan: Plan, step: number, states: readonly StateEntry[]): StepReport {
  const { weight, bakeMs } = stepAt(plan, step);
  const confirming = states.find(({ state }) => state.phase === 'confirming');
  return confirming !== undefined && bakeMs === 0
    ? { weight, bakeMs, startedAt: confirming.at, endedAt: confirming.at, result: 'not watched' }
    : { weight, bakeMs, ...NOT_HERE, result: 'not reached' };
}

/** The weights of the canary as they came into force. */
function weightChanges(
  steps: readonly StepReport[],
  entries: readonly Entry[],
  before: Position & { readonly at: number },
): readonly WeightChange[] {
  const reverted = entries.find(
    (entry) => entry.type === 'state' && entry.state.phase === 'reverted',
  );
  const changes = [
    ...steps.flatMap(({ startedAt, weight }) =>
      startedAt === undefined ? [] : [{ at: startedAt, weight }],
    ),
    ...(reverted === undefined ? [] : [{ at: reverted.at, weight: 0 }]),
  ];
  return changes.length === 0 || before.weight === 0
    ? changes
    : [{ at: before.at, weight: before.weight }, ...changes];
}
