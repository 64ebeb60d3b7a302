import { GOES_ON_UNDECIDED } from '../checks/step-end.ts';
import type { Finding } from '../checks/finding.ts';
import type { Entry } from '../report/entry.ts';
import type { State } from '../rollout/state.ts';
import { PASS, worst, type Verdict } from '../rollout/verdict.ts';
import type { ExecutionEvent } from './event.ts';
import { membersOf, numberOf, recordsIn, textOf, type Members } from './members.ts';
import { alarmFindings, comparisonFindings, machineVerdict } from './told-findings.ts';

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
  readonly findings: readonly Finding[];
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
  findings: [],
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
  const warnings = isNews ? undecidedAt(before, state) : [];
  return {
    told: { ...known, ...reading.seen, state: state ?? known.state },
    entries: [
      ...reading.entries,
      ...warnings.map((text): Entry => ({ type: 'warning', at: event.at, text })),
      ...(state !== undefined && (isNews || goesOn)
        ? [{ type: 'state' as const, at: event.at, state }]
        : []),
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
    reasons: type === 'TaskSucceeded' ? reasonsIn(data, before.reasons) : before.reasons,
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

type Seen = Pick<Told, 'findings' | 'verdicts'>;

/** What the checks saw, where this is the event of a reading. */
function readingOf(
  before: Told,
  { variables, reasons, input }: Told,
  { at, assigned }: ExecutionEvent,
): { readonly seen: Seen; readonly entries: readonly Entry[] } {
  const { findings, verdicts } = before;
  const alarms =
    'watched' in assigned && 'readingAt' in variables ? assigned['watched'] : undefined;
  const metrics = 'judged' in assigned && 'readingAt' in variables ? assigned['judged'] : undefined;
  // Of alarms that may have been red, the histories are read first.
  const isHalf = recordsIn(membersOf(alarms)['doubtful']).length > 0;
  if ((alarms === undefined || isHalf) && metrics === undefined) {
    return { seen: { findings, verdicts }, entries: [] };
  }
  const rule = membersOf(membersOf(input)['policy'])['rule'];
  const now =
    metrics === undefined
      ? alarmFindings(alarms, reasons, at)
      : comparisonFindings(metrics, rule, { before: findings, at });
  const judged = verdictOfMetrics(metrics, now);
  const seen = {
    findings: [...findings.filter((each) => !now.some((other) => isOfSame(each, other))), ...now],
    verdicts: {
      alarms: alarms === undefined ? verdicts.alarms : machineVerdict(membersOf(alarms)['verdict']),
      metrics: metrics === undefined ? verdicts.metrics : judged,
    },
  };
  const verdict = worst([seen.verdicts.alarms, seen.verdicts.metrics]);
  return { seen, entries: [{ type: 'reading', at, verdict, findings: now }] };
}

/** In the words of the report, where it is one of a finding. */
function verdictOfMetrics(metrics: unknown, findings: readonly Finding[]): Verdict {
  const gravest = machineVerdict(membersOf(metrics)['verdict']);
  return findings.find(({ verdict }) => verdict.kind === gravest.kind)?.verdict ?? gravest;
}

function isOfSame(one: Finding, other: Finding): boolean {
  return one.kind === other.kind && one.check === other.check;
}

/** Where the rollout stands; undefined while it has not begun. */
function stateOf(
  { variables, input, verdicts, state }: Told,
  event: ExecutionEvent,
): State | undefined {
  if (state?.phase === 'reverting') return state;
  if (event.type.endsWith('StateEntered') && event.state === 'Reverting') {
    return { phase: 'reverting', reason: reasonFor(textOf(variables['because']), verdicts) };
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
    const reason = textOf(variables['reason']);
    return { phase: 'holding', step, passed: reason === '', reason };
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

/** Of a machine that does not say so itself. */
function isOnTheWay({ assigned }: ExecutionEvent, before: State | undefined): boolean {
  return before?.phase === 'shifting' || ('next' in assigned && !('step' in assigned));
}

function isSame(before: State | undefined, now: State): boolean {
  const stepOf = (state: State) => ('step' in state ? state.step : undefined);
  return before?.phase === now.phase && stepOf(before) === stepOf(now);
}

const WHERE = /^(?:before the first step|at [\d.]+ % \(step \d+ of \d+\)): /;

/** Why it reverts, with the words of the report in the place of the machine's where metrics are the reason. */
export function reasonFor(because: string, { alarms, metrics }: Told['verdicts']): string {
  const [where = ''] = WHERE.exec(because) ?? [];
  const isOfMetrics = alarms.kind !== 'fail' && metrics.kind === 'fail' && metrics.reason !== '';
  return where !== '' && isOfMetrics ? `${where}${metrics.reason}` : because;
}

const UNDECIDED = ['few', 'undecided'];

/** What was left undecided by the step that is over, to be warned of. */
function undecidedAt({ variables, findings, state }: Told, now: State): readonly string[] {
  const isOver = now.phase === 'shifting' || now.phase === 'confirming' || now.phase === 'holding';
  if (state?.phase !== 'baking' || !isOver) return [];
  const left = recordsIn(membersOf(variables['judged'])['verdicts']).filter(
    ({ kind, why }) => kind === 'pass' && UNDECIDED.includes(textOf(why)),
  );
  return left.flatMap(({ of }) => {
    const found = findings.find((each) => each.kind === 'comparison' && each.target === of);
    return found === undefined ? [] : [`${found.verdict.reason}. ${GOES_ON_UNDECIDED}`];
  });
}
