import type { Finding } from '../checks/finding.ts';
import type { Entry } from '../report/entry.ts';
import { repairEntry } from '../report/repair-entry.ts';
import type { Plan } from '../rollout/plan.ts';
import { isFinal, passedWords, whereIn, type State } from '../rollout/state.ts';
import { PASS, worst, type Verdict } from '../rollout/verdict.ts';
import type { ExecutionEvent } from './event.ts';
import { membersOf, numberOf, recordsIn, textOf, type Members } from './members.ts';
import { alarmFindings, machineVerdict } from './told-findings.ts';
import { metricsTold } from './told-metrics.ts';
import { NOTHING_REPLIED, repliedIn, type Replied } from './told-minutes.ts';

/** What is known of an execution by its history so far. */
export interface Told {
  /** The event that was told last; 0 before the first. */
  readonly last: number;
  /** What it was given. */
  readonly input: Members;
  /** Its variables by name, as they were assigned last. */
  readonly variables: Members;
  /** As it was told last; undefined before the first. */
  readonly state: State | undefined;
  /** What CloudWatch said of its alarms last. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Why it reverts, in the machine's own words; empty where it does not. */
  readonly because: string;
  /** What CloudWatch gave for the metrics, until they are judged. */
  readonly replied: Replied;
  readonly findings: readonly Finding[];
  /** So that nobody is warned twice. */
  readonly warned: ReadonlySet<string>;
  readonly verdicts: { readonly alarms: Verdict; readonly metrics: Verdict };
  /** Whether a weight was begun: before that there is nothing to put back. */
  readonly hasMoved: boolean;
  readonly ending: ExecutionEnding | undefined;
}

/** How an execution ended. */
export interface ExecutionEnding {
  readonly at: number;
  readonly type: 'succeeded' | 'failed' | 'aborted' | 'timed out';
  /** One of `ENDED`, or what AWS says where no state of the machine ended it. */
  readonly error: string;
  readonly cause: string;
}

export const NOTHING_TOLD: Told = {
  last: 0,
  input: {},
  variables: {},
  state: undefined,
  reasons: new Map(),
  because: '',
  replied: NOTHING_REPLIED,
  findings: [],
  warned: new Set(),
  verdicts: { alarms: PASS, metrics: PASS },
  hasMoved: false,
  ending: undefined,
};

/**
 * What a person should know of an event, as the entries that the runner would have made. Where the rollout stands is told by the
 * variables of the machine, and not by the names of its states: those may be called otherwise by the next release.
 */
export function tellEvent(
  before: Told,
  event: ExecutionEvent,
): { readonly told: Told; readonly entries: readonly Entry[] } {
  const known = learn(before, event);
  const reading = readingOf(before, known, event);
  const state = stateOf(known, event);
  const isNews = state !== undefined && !isSame(before.state, state);
  const goesOn = reading.entries.length > 0 && state?.phase === 'baking';
  const { at } = event;
  return {
    told: { ...known, ...reading.seen, state: state ?? known.state },
    entries: [
      ...reading.entries,
      ...(state !== undefined && (isNews || goesOn) ? [{ type: 'state' as const, at, state }] : []),
      ...(isNews && state.phase === 'reverting' ? [repairEntry(at, repairsIn(known))] : []),
    ],
  };
}

/** What all events of an execution tell together, oldest first. */
export function toldBy(events: readonly ExecutionEvent[]): Told {
  return events.reduce((told, event) => tellEvent(told, event).told, NOTHING_TOLD);
}

const ENDINGS: Readonly<Record<string, ExecutionEnding['type']>> = {
  ExecutionSucceeded: 'succeeded',
  ExecutionFailed: 'failed',
  ExecutionAborted: 'aborted',
  ExecutionTimedOut: 'timed out',
};

function learn(before: Told, event: ExecutionEvent): Told {
  const { id, at, type, assigned, data, error, cause } = event;
  const ended = ENDINGS[type];
  const variables = { ...before.variables, ...assigned };
  const isBegun = ['shifting', 'settling', 'confirming', 'holding', 'baking'].includes(
    before.state?.phase ?? '',
  );
  return {
    ...before,
    last: id,
    input: type === 'ExecutionStarted' ? membersOf(data) : before.input,
    variables,
    because:
      before.because === '' && isReverting(event) ? textOf(variables['because']) : before.because,
    reasons: type === 'TaskSucceeded' ? reasonsIn(data, before.reasons) : before.reasons,
    replied: (type === 'TaskSucceeded' ? repliedIn(data) : undefined) ?? before.replied,
    hasMoved: before.hasMoved || isBegun || numberOf(variables['step'], -1) >= 0,
    ending: ended === undefined ? before.ending : { at, type: ended, error, cause },
  };
}

/** Of the answer of DescribeAlarms; others have none. */
function reasonsIn(data: unknown, before: Told['reasons']): Told['reasons'] {
  const reply = membersOf(data);
  const alarms = ['MetricAlarms', 'CompositeAlarms', 'LogAlarms'].flatMap((kind) =>
    recordsIn(reply[kind]),
  );
  if (alarms.length === 0) return before;
  const found = alarms.map(
    (each) => [textOf(each['AlarmName']), textOf(each['StateReason'])] as const,
  );
  return new Map([...before, ...found]);
}

type Seen = Pick<Told, 'findings' | 'verdicts' | 'replied' | 'warned'>;

/** What the checks saw, where this is the event of a reading. */
function readingOf(
  before: Told,
  known: Told,
  { at, assigned }: ExecutionEvent,
): { readonly seen: Seen; readonly entries: readonly Entry[] } {
  const { findings, verdicts, warned } = before;
  const { variables } = known;
  const isBegun = 'readingAt' in variables;
  const alarms = isBegun ? assigned['watched'] : undefined;
  const metrics = isBegun ? assigned['judged'] : undefined;
  // Of alarms that may have been red, the histories are read first.
  const isHalf = recordsIn(membersOf(alarms)['doubtful']).length > 0;
  if ((alarms === undefined || isHalf) && metrics === undefined) {
    return { seen: { findings, verdicts, warned, replied: known.replied }, entries: [] };
  }
  const told = metrics === undefined ? alarmsTold(known, at) : metricsOf(before, known, at);
  const news = told.warnings.filter((text) => !warned.has(text));
  const seen = {
    findings: [
      ...findings.filter((each) => !told.findings.some((other) => isOfSame(each, other))),
      ...told.findings,
    ],
    verdicts: { ...verdicts, ...told.verdicts },
    // What was judged is not to be taken for the next one's.
    replied: metrics === undefined ? known.replied : NOTHING_REPLIED,
    warned: new Set([...warned, ...news]),
  };
  const verdict = worst([seen.verdicts.alarms, seen.verdicts.metrics]);
  return {
    seen,
    entries: [
      { type: 'reading', at, verdict, findings: told.findings },
      ...news.map((text): Entry => ({ type: 'warning', at, text })),
    ],
  };
}

interface ReadingTold {
  readonly findings: readonly Finding[];
  readonly verdicts: Partial<Told['verdicts']>;
  readonly warnings: readonly string[];
}

function alarmsTold({ variables, reasons, input }: Told, at: number): ReadingTold {
  const { watched } = variables;
  const policy = membersOf(input['alarmPolicy']);
  const readingAt = numberOf(variables['readingAt'], at);
  const findings = alarmFindings({ watched, reasons, at, readingAt, policy });
  const gravest = machineVerdict(membersOf(watched)['verdict']);
  const found = findings.find(({ verdict }) => verdict.kind === gravest.kind);
  return { findings, verdicts: { alarms: found?.verdict ?? gravest }, warnings: [] };
}

function metricsOf(before: Told, { variables, input, replied }: Told, at: number): ReadingTold {
  const { judged: judgedBefore } = before.variables;
  const { findings, verdict, warnings } = metricsTold({
    at,
    input,
    variables,
    judgedBefore,
    replied,
    before: before.findings,
  });
  return { findings, verdicts: { metrics: verdict }, warnings };
}

function isOfSame(one: Finding, other: Finding): boolean {
  return one.kind === other.kind && one.check === other.check;
}

/** Where the rollout stands; undefined while it has not begun. */
function stateOf(told: Told, event: ExecutionEvent): State | undefined {
  const { variables, input, state } = told;
  if (state?.phase === 'reverting') return state;
  if (isReverting(event)) {
    return { phase: 'reverting', reason: reasonFor(textOf(variables['because']), told) };
  }
  if (!('step' in variables)) return undefined;
  const moment = (at: unknown) => {
    const time = numberOf(at, event.at);
    return { steady: time, timeOfDay: time };
  };
  const step = numberOf(variables['step']);
  const next = numberOf(variables['next']);
  const since = moment(variables['since']);
  const act = event.state === 'Confirming' ? 'confirm' : variables['act'];
  const standing = step < 0 ? undefined : step;
  const weight = numberOf(recordsIn(input['steps'])[step]?.['weight']);
  if (act === 'confirm' || state?.phase === 'confirming') return { phase: 'confirming' };
  if (variables['held'] === true) {
    // Where it stood is told of the bake before it.
    if (state?.phase === 'holding' && state.step === step) return state;
    const reason = textOf(variables['reason']);
    const plan = planIn(input);
    const passed = plan.steps[step] === undefined ? '' : passedWords(plan, step);
    const why = reason === '' ? passed : reasonFor(reason, told);
    return { phase: 'holding', step, passed: reason === '', reason: why };
  }
  if (variables['begins'] === true && act !== 'shift') {
    const upcoming = numberOf(variables['upcoming']);
    const until = numberOf(variables['until']);
    // The bake of what is gone on with is reckoned from before its execution began.
    const begun = moment(variables['actedAt']);
    return { phase: 'checking', step: upcoming, standing, since: begun, until, readAt: 0 };
  }
  if (act === 'shift' || (act === undefined && isOnTheWay(event, state) && next > step)) {
    return { phase: 'shifting', step: next, standing };
  }
  if (standing === undefined) {
    const until = numberOf(variables['until']);
    return { phase: 'checking', step: 0, standing, since, until, readAt: 0 };
  }
  if (weight >= 100 && variables['settled'] !== true) {
    return { phase: 'settling', step, shiftedAt: moment(variables['shiftedAt']) };
  }
  return {
    phase: 'baking',
    step,
    shiftedAt: moment(variables['shiftedAt']),
    since,
    until: numberOf(variables['until']),
    readAt: numberOf(variables['readingAt'], since.steady),
  };
}

function isReverting({ type, state }: ExecutionEvent): boolean {
  return type.endsWith('StateEntered') && state === 'Reverting';
}

/** The aliases that somebody else moved, by how the targets are called. */
export function foreignIn({ variables }: Told): readonly string[] {
  const foreign = recordsIn(variables['everyone']).filter(({ fate }) => fate === 'foreign');
  return foreign.map(({ name }) => textOf(name));
}

/** Of a machine that does not say so itself. */
function isOnTheWay({ assigned }: ExecutionEvent, before: State | undefined): boolean {
  return before?.phase === 'shifting' || ('next' in assigned && !('step' in assigned));
}

function isSame(before: State | undefined, now: State): boolean {
  const stepOf = (state: State) => ('step' in state ? state.step : undefined);
  return before?.phase === now.phase && stepOf(before) === stepOf(now);
}

/** How the machine says where in the plan something happened: `WHERE` of words.ts. */
const WHERE = /^(?:before the first step|at [\d.]+ % \(step \d+ of \d+\)): /;

/** Why it reverts or is held, in the words of the report. What the machine says is told as it is where nothing better is known. */
function reasonFor(because: string, told: Told): string {
  const [begin = ''] = WHERE.exec(because) ?? [];
  if (begin === '') return because;
  const { variables } = told;
  const where = whereTold(told, numberOf(variables['readingAt'], NaN));
  const why = because.slice(begin.length);
  return `${where === '' ? begin : where}${wordsFor(why, told)}`;
}

function wordsFor(why: string, { verdicts: { alarms, metrics }, variables }: Told): string {
  const raw = machineVerdict(membersOf(variables['watched'])['verdict']);
  if (raw.kind === alarms.kind && raw.reason !== '' && why.startsWith(raw.reason)) {
    return alarms.reason + why.slice(raw.reason.length);
  }
  // Whose alias it is stands above all that was measured.
  const isMoved = variables['moved'] === 'foreign' || variables['moved'] === 'taken';
  const decides = metrics.kind === 'fail' || metrics.kind === 'hold';
  return decides && !isMoved && alarms.kind !== 'fail' && metrics.reason !== ''
    ? metrics.reason
    : why;
}

/**
 * `at 10 % (step 1 of 3), after 2 min 33 s: `, for what happens to it at a moment; empty where the rollout does not stand anywhere.
 * @param at epoch milliseconds
 */
export function whereTold({ state, input }: Told, at: number): string {
  if (state === undefined || isFinal(state) || state.phase === 'reverting') return '';
  const plan = planIn(input);
  const step = 'step' in state ? state.step : 0;
  const standing = 'standing' in state ? (state.standing ?? step) : step;
  // A newer machine may count its steps otherwise.
  if (plan.steps[step] === undefined || plan.steps[standing] === undefined) return '';
  const when = Number.isFinite(at) ? { steady: at } : undefined;
  return `${whereIn(plan, state, when)}: `;
}

function planIn(input: Members): Plan {
  return {
    steps: recordsIn(input['steps']).map(({ weight, bakeMs }) => ({
      weight: numberOf(weight),
      bakeMs: numberOf(bakeMs),
    })),
  };
}

function repairsIn({ input }: Told): readonly string[] {
  return recordsIn(input['targets']).map(({ repair }) => textOf(repair));
}
