import { describeComparison } from '../checks/comparison.ts';
import { describeDurations } from '../checks/durations.ts';
import {
  changedSince,
  keyOf,
  ofKind,
  stateOf,
  watchesAlone,
  type Finding,
} from '../checks/finding.ts';
import { describeLogs } from '../checks/logs.ts';
import { describePromoted } from '../checks/promoted.ts';
import type { SeenState } from '../checks/seen.ts';
import { describeFound } from '../function-search.ts';
import { formatDuration } from '../text/duration.ts';
import type { Entry } from './entry.ts';
import { earlierLine } from './earlier-section.ts';
import { folded, info, warning, type Line } from './line.ts';
import { planTable } from './plan-table.ts';
import { LEAST_POLICY } from './policy-section.ts';
import { hasPassed } from './report.ts';
import {
  describeErrors,
  describeExposure,
  describeSmokeTest,
  describeTarget,
} from './target-lines.ts';
import { stepAt, type Plan } from '../rollout/plan.ts';
import { describeStep, type State } from '../rollout/state.ts';
import { formatWeight } from '../rollout/weight.ts';
import type { Verdict } from '../rollout/verdict.ts';
import { describeCode, type CodeReport } from '../versions/code.ts';
import { describeOld, describeStorage } from '../versions/old.ts';

/** What the teller remembers between two entries. */
export interface Memory {
  readonly startedAt: number;
  readonly plan: Plan;
  readonly state: State | undefined;
  readonly codes: readonly CodeReport[];
  /** The last one of each check. */
  readonly findings: ReadonlyMap<string, Finding>;
  /** Of the last reading. */
  readonly verdict: Verdict | undefined;
  /** When something was last said. */
  readonly spokeAt: number;
}

/** In a long wait, one line about the time left for each tenth of the bake, but not every few seconds. */
const PROGRESS_EVERY_MS = 60_000;
const PROGRESS_PARTS = 10;

/** Before the first entry. @param at when the run began; epoch milliseconds */
export function beginStory(at: number): Memory {
  return {
    startedAt: at,
    spokeAt: at,
    plan: { steps: [] },
    state: undefined,
    codes: [],
    findings: new Map(),
    verdict: undefined,
  };
}

/** What a person should read about an entry: one line per transition, nothing for a poll without news. */
export function tell(
  memory: Memory,
  entry: Entry,
): { readonly memory: Memory; readonly lines: readonly Line[] } {
  const lines = linesOf(memory, entry);
  return {
    memory: {
      ...remember(memory, entry),
      spokeAt: lines.length > 0 ? entry.at : memory.spokeAt,
    },
    lines:
      entry.type === 'plan' ? lines : lines.map((line) => timed(line, entry.at - memory.startedAt)),
  };
}

function timed(line: Line, sinceStartMs: number): Line {
  return { ...line, text: `[+${formatDuration(sinceStartMs)}] ${line.text}` };
}

function remember(memory: Memory, entry: Entry): Memory {
  switch (entry.type) {
    case 'state':
      return { ...memory, state: entry.state };
    case 'reading': {
      const latest = entry.findings.map((each) => [keyOf(each), each] as const);
      const findings = new Map([...memory.findings, ...latest]);
      return { ...memory, findings, verdict: entry.verdict };
    }
    case 'plan':
      return { ...memory, plan: entry.plan };
    case 'code':
      return { ...memory, codes: entry.codes };
    case 'targets':
    case 'found':
    case 'position':
    case 'smoke-tests':
    case 'errors':
    case 'exposure':
    case 'earlier-versions':
    case 'old-versions':
    case 'carrier':
    case 'note':
    case 'details':
    case 'policy':
    case 'warning':
      return memory;
  }
}

function linesOf(memory: Memory, entry: Entry): readonly Line[] {
  switch (entry.type) {
    case 'plan':
      return planTable(entry.plan, entry.longestMs).map(info);
    case 'targets':
      return entry.targets.flatMap(describeTarget);
    case 'found':
      return entry.found.map((each) => folded(describeFound(each), each.functionNames));
    case 'earlier-versions':
      return entry.versions.map((each) => earlierLine(each, entry.at));
    case 'carrier':
      return [info(`AWS carries the rollout: ${entry.url}`)];
    case 'code': {
      const told = memory.codes.map(describeCode);
      return entry.codes
        .map(describeCode)
        .filter((line) => !told.includes(line))
        .map(info);
    }
    case 'old-versions':
      return [
        ...entry.versions.map((each) => describeOld(each, entry.deletes)),
        ...describeStorage(entry.storage),
      ].map(info);
    case 'note':
      return [info(entry.text)];
    case 'details':
      return [folded(entry.title, entry.lines)];
    case 'policy':
      return [folded(LEAST_POLICY, JSON.stringify(entry.policy, null, 2).split('\n'))];
    case 'warning':
      return [warning(entry.text)];
    case 'position':
      return [];
    case 'smoke-tests':
      return entry.reports.map(describeSmokeTest);
    case 'errors':
      return entry.reports.map(describeErrors);
    case 'exposure':
      return entry.exposures.map(describeExposure);
    case 'state':
      return [...transition(memory, entry.state), ...progress(memory, entry)];
    case 'reading': {
      const changes = changedSince(memory.findings, entry.findings).flatMap((change) =>
        describeChange(change, memory.findings.get(keyOf(change))),
      );
      return changes.length > 0 ? changes : extension(memory, entry);
    }
  }
}

function transition(memory: Memory, now: State): readonly Line[] {
  const { plan, state: before } = memory;
  const step = watchedStep(before);
  if (step === undefined || now.phase === before?.phase) return arrival(plan, before, now);
  const isAlone = stepAt(plan, step).weight >= 100;
  const seen = isAlone ? describeAlone(memory, now) : describeVersions(memory, now);
  const passed = hasPassed(now)
    ? [info(`${describeStep(plan, step)} ${isAlone ? endAlone(memory) : 'passed'}`)]
    : [];
  return [...seen.map(info), ...passed, ...arrival(plan, before, now)];
}

/** The step whose weight was in force and watched. */
function watchedStep(state: State | undefined): number | undefined {
  switch (state?.phase) {
    case 'baking':
      return state.step;
    case 'checking':
      return state.standing;
    default:
      return undefined;
  }
}

function describeAlone({ findings }: Memory, now: State): readonly string[] {
  return ofKind([...findings.values()], 'promoted')
    .map(describePromoted)
    .filter((text) => now.phase !== 'reverting' || !now.reason.includes(text));
}

/** What nothing watched has not passed. */
function endAlone({ findings }: Memory): string {
  return [...findings.values()].some(watchesAlone)
    ? 'passed'
    : 'is over; nothing watched the new version there';
}

/** How the versions compare. The reason of a revert tells of what it rests on already. */
function describeVersions({ findings }: Memory, now: State): readonly string[] {
  const isReason = (text: string) => now.phase === 'reverting' && now.reason.includes(text);
  return [...findings.values()].flatMap(atEndOfStep).filter((text) => !isReason(text));
}

function atEndOfStep(finding: Finding): readonly string[] {
  switch (finding.kind) {
    case 'comparison':
      return finding.evidence.length > 0 ? [describeComparison(finding)] : [];
    case 'duration':
      return finding.canary.p50 === null ? [] : [describeDurations(finding)];
    case 'logs':
      return finding.canary + finding.baseline === 0 ? [] : [describeLogs(finding)];
    case 'alarm':
    case 'threshold':
    case 'command':
    case 'promoted':
      // Told when they change, or when the last step ends.
      return [];
  }
}

function arrival(plan: Plan, before: State | undefined, now: State): readonly Line[] {
  switch (now.phase) {
    case 'shifting':
      return [];
    case 'baking': {
      if (before?.phase === 'baking') return [];
      const { weight, bakeMs } = stepAt(plan, now.step);
      const what = weight >= 100 ? 'promoted' : `${formatWeight(weight)} shifted`;
      return [
        info(
          `${what} (step ${now.step + 1} of ${plan.steps.length}); baking for ${formatDuration(bakeMs)}`,
        ),
      ];
    }
    case 'checking':
      return before?.phase === 'checking' ? [] : [info(checking(plan, now))];
    case 'settling':
      return [info('the promotion is written; reading the alias back')];
    case 'holding':
      return [];
    case 'confirming':
      return [info('all steps passed; taking the mark off the alias and reading it back')];
    case 'reverting':
      return [info(`reverting ${now.reason}`)];
    case 'promoted':
    case 'reverted':
    case 'revert-failed':
    case 'held':
    case 'failed':
      // The end is told by the headline, once.
      return [];
  }
}

function checking(plan: Plan, { standing, since, until }: State & { phase: 'checking' }): string {
  const wait =
    until > since.steady
      ? `, and waiting ${formatDuration(until - since.steady)} for the next minute to begin: metrics are counted by the minute`
      : '';
  return standing === undefined
    ? `reading the checks before the first weight${wait}`
    : `at ${describeStep(plan, standing)} since an earlier job; reading the checks first${wait}`;
}

function describeChange(now: Finding, before: Finding | undefined): readonly Line[] {
  switch (now.kind) {
    case 'alarm':
      return stateChange('alarm', now, before);
    case 'threshold':
      return stateChange('metric', now, before);
    case 'command':
      return stateChange('check', now, before);
    case 'comparison':
    case 'duration':
    case 'promoted':
    case 'logs':
      // Told when a step ends, and when they decide something.
      return [];
  }
}

function stateChange(what: string, now: SeenState, before: Finding | undefined): readonly Line[] {
  // An alarm that is fine from the first reading on is no news.
  if (before === undefined && now.state === 'OK') return [];
  const last = before && stateOf(before);
  const from = last === undefined || last === now.state ? '' : `${last} → `;
  const why = now.detail === '' ? '' : `: ${now.detail}`;
  return [info(`${what} ${now.check}: ${from}${now.state}${why}`)];
}

/** That a step goes on beyond its bake is said at once. */
function extension(
  { verdict: before }: Memory,
  { verdict }: Entry & { readonly type: 'reading' },
): readonly Line[] {
  return verdict.kind === 'extend' && before?.kind !== 'extend'
    ? [info(`the step is extended: ${verdict.reason}`)]
    : [];
}

/** Of a step that goes on after a reading. */
function progress(
  { plan, state: before, spokeAt, verdict }: Memory,
  { at, state }: Entry & { readonly type: 'state' },
): readonly Line[] {
  if (state.phase !== 'baking' || before?.phase !== 'baking') return [];
  const { weight, bakeMs } = stepAt(plan, state.step);
  if (at - spokeAt < Math.max(PROGRESS_EVERY_MS, bakeMs / PROGRESS_PARTS)) return [];
  const left = state.until - state.readAt;
  if (left > 0) {
    return [
      info(
        `at ${formatWeight(weight)}: ${Math.floor(100 - (100 * left) / bakeMs)} % of the bake is over, ` +
          `${formatDuration(left)} left`,
      ),
    ];
  }
  if (verdict === undefined || verdict.kind === 'pass') return [];
  return [info(`at ${formatWeight(weight)}: the bake is over, but ${verdict.reason}`)];
}
