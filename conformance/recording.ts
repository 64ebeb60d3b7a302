import type { Call } from './calls.ts';
import { PREFIX } from './names.ts';
import type { Result } from './run.ts';

type Members = Readonly<Record<string, unknown>>;

/** A step of a recording, as `__tests__/fixtures/recordings.json` has them. */
export interface RecordedStep {
  readonly op?: string;
  readonly in?: Members;
  readonly expect?: Members;
  readonly as?: string;
  readonly wait?: number;
}

/** What AWS answered to a sequence of calls: the simulator is held to it. */
export interface RecordedSequence {
  readonly id: string;
  /** The day. */
  readonly recorded: string;
  /** How long Lambda takes in the background where it is played. */
  readonly given: Readonly<Record<string, number>>;
  readonly steps: readonly RecordedStep[];
}

export interface RecordedWhere {
  readonly region: string;
  readonly account: string;
}

const BACKGROUND_MS = 1_000;
/** After these Lambda is at work, and it was asked until it no longer was. */
const SLOW = ['CreateFunction', 'UpdateFunctionConfiguration', 'PublishVersion'];
/** What says something of a function, version or alarm; the rest differs from account to account, or from moment to moment. */
const TELLING = ['FunctionArn', 'FunctionName', 'Version', 'Description', 'RevisionId'];
const TELLING_OF_ALARMS = [
  'AlarmName',
  'AlarmArn',
  'AlarmRule',
  'MetricName',
  'Namespace',
  'Statistic',
];
const LISTS_OF_ALARMS = ['MetricAlarms', 'CompositeAlarms', 'LogAlarms'];
const IS_ASKED_AGAIN = 'GetFunctionConfiguration';

/**
 * The calls of an experiment as a recording, in the shape of those that are kept: names, regions, accounts and revisions of this run
 * are told by what they stand for.
 */
export function recordingOf(
  { experiment, calls, beganAt }: Pick<Result, 'experiment' | 'calls' | 'beganAt'>,
  where: RecordedWhere,
): RecordedSequence {
  const known = revisionsIn(calls);
  const steps = calls.flatMap((call, index): RecordedStep[] => {
    if (!isKept(call)) return [];
    const step = stepOf(call, { where, calls, known, name: `s${index}` });
    return SLOW.includes(call.operation) ? [step, { wait: 10 * BACKGROUND_MS }] : [step];
  });
  return {
    id: `conformance/${experiment.id}`,
    recorded: new Date(beganAt).toISOString().slice(0, 10),
    given: { createMs: BACKGROUND_MS, updateMs: BACKGROUND_MS },
    steps,
  };
}

function isKept({ operation, refused }: Call): boolean {
  if (operation === IS_ASKED_AGAIN || operation.includes('LogGroup')) return false;
  return !(operation === 'CreateFunction' && refused !== undefined);
}

/** By revision, the first step that told it. */
function revisionsIn(calls: readonly Call[]): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const [index, { body }] of calls.entries()) {
    const { RevisionId: revision } = body;
    if (typeof revision === 'string' && !known.has(revision)) known.set(revision, `s${index}`);
  }
  return known;
}

interface Told {
  readonly where: RecordedWhere;
  readonly calls: readonly Call[];
  readonly known: ReadonlyMap<string, string>;
  readonly name: string;
}

function stepOf(call: Call, told: Told): RecordedStep {
  const { operation, input } = call;
  const fill = fillerOf(told);
  if (operation === 'CreateFunction') {
    return {
      op: 'Given:CreateFunction',
      in: { FunctionName: '{fn}', Environment: input['Environment'] },
    };
  }
  const revision = told.known.get(String(input['RevisionId']));
  const asked = Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== undefined)
      .map(([member, value]) => [
        member,
        member === 'RevisionId' && revision !== undefined ? `{rev:${revision}}` : fill(value),
      ]),
  );
  const step = { op: operation, in: asked, as: told.name };
  return operation === 'UpdateFunctionConfiguration'
    ? step
    : { ...step, expect: expected(call, fill, told.known) };
}

function expected(
  { operation, status, refused, body }: Call,
  fill: (value: unknown) => unknown,
  known: ReadonlyMap<string, string>,
): Members {
  if (refused !== undefined) {
    return { status, error: refused.name, message: fill(refused.message) };
  }
  const told = Object.entries(body).map(([member, value]): [string, unknown] => {
    if (member === 'RevisionId') return [member, { rev: known.get(String(value)) }];
    if (LISTS_OF_ALARMS.includes(member)) return [member, alarmsIn(value, fill)];
    const isTold = operation.endsWith('Alias') || TELLING.includes(member);
    return [member, isTold ? fill(value) : '*'];
  });
  return { status, body: Object.fromEntries(told) };
}

/** What an alarm is, not how it stands: nobody can say when CloudWatch looks at it. */
function alarmsIn(value: unknown, fill: (value: unknown) => unknown): readonly Members[] {
  return (value as readonly Members[]).map((alarm) =>
    Object.fromEntries(
      Object.entries(alarm)
        .filter(([, told]) => told !== undefined)
        .map(([member, told]) => [member, TELLING_OF_ALARMS.includes(member) ? fill(told) : '*']),
    ),
  );
}

/** Of the function, or of what there is in its place: all others of the experiment begin with it. */
function firstNameIn(calls: readonly Call[]): string {
  const { input } = calls.find(({ operation }) => operation === 'CreateFunction') ?? {};
  const { FunctionName: name } = input ?? {};
  if (typeof name === 'string') return name;
  const [found] = new RegExp(`${PREFIX}[\\w-]+`).exec(JSON.stringify(calls)) ?? [];
  if (found === undefined) throw new Error('The experiment used no name of its own');
  return found;
}

function fillerOf({ where: { region, account }, calls }: Told): (value: unknown) => unknown {
  const name = firstNameIn(calls);
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return value
        .replaceAll(name, '{fn}')
        .replaceAll(account, '{account}')
        .replaceAll(region, '{region}');
    }
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]));
  };
  return fill;
}
