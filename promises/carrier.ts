import { addRepairRule } from '../simulator/states/repair-rule.ts';
import { stopAfter } from '../simulator/states/stop-after.ts';
import type { Execution } from '../simulator/states/executions.ts';
import type { Fault, SeenRequest } from '../simulator/wire/faults.ts';
import type { RecordedRequest, Simulator } from '../simulator/simulator.ts';
import { seeded } from '../simulator/time/random.ts';
import { definitionText } from '../src/core/state-machine/definition.ts';
import type { CallFault, Scenario } from './scenario.ts';
import type { Attempt, CarrierName, MainName, TrueAlias } from './stage.ts';
import type { VirtualTime } from './virtual-time.ts';
import { answerOf } from './wire.ts';

/** Step Functions in a simulated world: who its executions are, what goes wrong with their calls, and what they did. */
export interface Carrier {
  /** In the order in which they began. */
  readonly executions: () => readonly Carrying[];
  /** Resolves when all have ended that do, and what repairs them. */
  readonly over: () => Promise<void>;
}

export interface Carrying {
  readonly name: CarrierName;
  readonly execution: Execution;
  /** Which process began the rollout, or this part of it. */
  readonly startedBy: MainName;
}

export interface CarrierOptions {
  readonly simulator: Simulator;
  readonly time: VirtualTime;
  readonly scenario: Scenario;
  readonly say: (text: string) => void;
  readonly happened: string[];
  readonly attempts: Attempt[];
  readonly onFault: (fault: CallFault) => void;
  /** Who brought about the states of the aliases, and sent the requests, by their places in the records. */
  readonly writers: TrueAlias['by'][];
  readonly senders: TrueAlias['by'][];
}

export const STATE_MACHINE = 'lambda-canary';
/** As the main processes are numbered (runs.ts). */
const RUNS: Readonly<Record<string, MainName>> = { 42: 'main', 43: 'next run', 44: 'rival' };
const FIRST_JOB = 50;
const SLOWEST_MS = 800;
const LATEST_MS = 60_000;
const STREAM = 0xa5f;
const REPAIRED_WITHIN_MS = 5_000;
/** No plan here lasts as long, with its extensions, what is held, and the patience of a revert. */
const LONGEST_MS = 6 * 60 * 60_000;
/** A role does not expire. */
const NOT_OF_A_ROLE: readonly CallFault[] = ['expired token'];

/** Makes the state machine, and the rule that repairs; from then on executions are watched. */
export function createCarrier(options: CarrierOptions): Carrier {
  const { simulator, time, scenario, say, happened, attempts, writers, senders } = options;
  const { executions, faults, alarms } = simulator;
  const { carried } = scenario;
  const known = new Map<string, Carrying>();
  if (carried === undefined) return { executions: () => [], over: () => Promise.resolve() };
  const random = seeded(scenario.seed ^ STREAM);
  const { clock } = time;

  const { arn } = executions.createStateMachine({
    name: STATE_MACHINE,
    definition: definitionText(),
  });
  for (let rule = 0; rule < carried.repairs; rule++) {
    addRepairRule(executions, { time, clock: { now: () => clock.timeOfDay() } });
  }
  if (carried.stoppedAfter !== undefined) {
    stopAfter(executions, carried.stoppedAfter, {
      isMeant: (name) => carrying(name).name.startsWith('AWS'),
    });
  }
  executions.onEnd(({ name, status, error = '', cause = '' }) => {
    if (status === 'ABORTED' && error === '') happened.push('execution stopped');
    say(`-- ${carrying(name).name}: ${status} ${error} ${cause}`);
  });

  function carrying(name: string): Carrying {
    const before = known.get(name);
    if (before !== undefined) return before;
    const execution = executions.all.get(arn.replace(':stateMachine:', ':execution:') + `:${name}`);
    if (execution === undefined) throw new Error(`There is no execution ${name}`);
    const repaired = /"(arn:[^"]*:execution:[^"]*)"/.exec(execution.input)?.[1];
    const startedBy = startedByIn(repaired ?? name);
    const repairs = [...known.values()].filter(
      (each) => each.startedBy === startedBy && !each.name.startsWith('AWS'),
    );
    const kind =
      repaired === undefined ? 'AWS' : repairs.length === 0 ? 'repair' : 'another repair';
    const found = { name: `${kind} for ${startedBy}`, execution, startedBy } as const;
    known.set(name, found);
    say(`-- ${found.name} begins: ${name}`);
    return found;
  }

  // ── What goes wrong with the calls of executions ──

  let chosen: { readonly fault: CallFault | undefined; readonly takesMs: number } = NO_CHOICE;
  /** Requests that were late, and arrive now. */
  const arriving = new Set<string>();
  let isAsking = false;

  faults.add((request) => {
    if (request.execution === undefined || isAsking) return undefined;
    if (arriving.has(keyOf(request))) return undefined;
    const takesMs = Math.ceil(random() * SLOWEST_MS);
    chosen = { fault: chooseFault(), takesMs };
    // What befalls everybody befalls executions as well, and none but this rule is asked twice.
    isAsking = true;
    const ofAll = faults.find(request);
    isAsking = false;
    if (ofAll !== undefined) {
      chosen = { fault: undefined, takesMs };
      return ofAll;
    }
    if (chosen.fault === undefined) {
      return readings.isOld(request) && random() < 0.5
        ? { type: 'stale' }
        : { type: 'delay', ms: takesMs };
    }
    options.onFault(chosen.fault);
    say(`~~ ${chosen.fault}, of ${carrying(request.execution).name}: ${request.operation}`);
    return faultOf(chosen.fault, request);
  });

  function chooseFault(): CallFault | undefined {
    if (random() >= scenario.faultRate) return undefined;
    const fault = scenario.faults[Math.floor(random() * scenario.faults.length)];
    return fault === undefined || NOT_OF_A_ROLE.includes(fault) ? undefined : fault;
  }

  function faultOf(fault: CallFault, request: SeenRequest): Fault | undefined {
    switch (fault) {
      case 'lost reply':
        return { type: 'lost-reply' };
      case 'reset':
      case 'hang':
        return { type: fault };
      case 'late': {
        const key = keyOf(request);
        const until = new Promise<void>((resolve) => {
          time.at(clock.now() + random() * LATEST_MS, () => {
            arriving.add(key);
            resolve();
          });
        });
        return { type: 'late', until };
      }
      default:
        return answerOf(fault, request.service);
    }
  }

  // ── Who did what ──

  const readings = createReadings(simulator, scenario.staleMs);
  let written = 0;
  faults.before(({ execution }) => {
    if (execution !== undefined) written = simulator.aliasHistory.length;
  });
  faults.after(({ execution }) => {
    if (execution === undefined) return;
    for (let index = written; index < simulator.aliasHistory.length; index++) {
      writers[index] = carrying(execution).name;
    }
  });
  simulator.onRequest((request) => {
    readings.note(request);
    if (request.execution === undefined) return;
    const by = carrying(request.execution).name;
    senders[simulator.requests.length - 1] = by;
    if (arriving.delete(keyOf(request))) return;
    attempts.push({ ...attemptOf(request), by, heard: heardOf(request) });
  });

  function heardOf({ operation, error, at }: RecordedRequest): Attempt['heard'] {
    const { fault, takesMs } = chosen;
    if (fault !== undefined && UNHEARD.includes(fault)) return undefined;
    const understood = error === '' && fault !== 'malformed';
    const red =
      understood &&
      operation === 'DescribeAlarms' &&
      [...alarms.alarms.values()].some(
        ({ state, evaluationState }) => state === 'ALARM' && evaluationState === undefined,
      );
    return { at: at + takesMs, understood, red };
  }

  return {
    executions: () => [...executions.all.values()].map(({ name }) => carrying(name)),
    async over() {
      const until = clock.now() + LONGEST_MS;
      const goesOn = () => [...executions.all.values()].some(({ status }) => status === 'RUNNING');
      // What is late may begin yet, and a rule takes a moment.
      do await clock.sleep(LATEST_MS + REPAIRED_WITHIN_MS);
      while (goesOn() && clock.now() < until);
    },
  };
}

/** Which process began what is of this name, or ARN: both end with its run, its attempt and its nonce. */
export function startedByIn(name: string): MainName {
  const run = /-(\d+)-1-\d+$/.exec(name)?.[1] ?? '';
  return RUNS[run] ?? `job ${Number(run) - FIRST_JOB + 1}`;
}

const NO_CHOICE = { fault: undefined, takesMs: 0 };
const UNHEARD: readonly CallFault[] = ['lost reply', 'reset', 'hang', 'late'];

function keyOf({ operation, input, execution = '' }: SeenRequest): string {
  return `${execution} ${operation} ${JSON.stringify(input)}`;
}

function attemptOf({ operation, input, at }: RecordedRequest): Omit<Attempt, 'by' | 'heard'> {
  const { path, FunctionVersion, RoutingConfig } = input as {
    readonly path?: string;
    readonly FunctionVersion?: string;
    readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Record<string, number> };
  };
  return {
    at,
    operation,
    functionName: functionIn(path),
    routing:
      operation === 'UpdateAlias' ? (RoutingConfig?.AdditionalVersionWeights ?? {}) : undefined,
    version: FunctionVersion,
  };
}

function functionIn(path = ''): string {
  return /\/functions\/([^/]+)/.exec(path)?.[1] ?? '';
}

/** Which readings of an alias may be of the time before its last write, and of no time before that. */
function createReadings(simulator: Simulator, staleMs: number) {
  const latest = new Map<string, { writtenAt: number; before: number; readAt: number }>();
  const of = ({ input }: SeenRequest) => {
    const { path, FunctionName = '' } = input as { readonly path?: string; FunctionName?: string };
    const name = path === undefined ? FunctionName : functionIn(path);
    const found = latest.get(name) ?? {
      writtenAt: -Infinity,
      before: -Infinity,
      readAt: -Infinity,
    };
    latest.set(name, found);
    return found;
  };
  return {
    note(request: RecordedRequest): void {
      if (request.error !== '') return;
      const known = of(request);
      if (request.operation === 'GetAlias') known.readAt = request.at;
      if (request.operation !== 'UpdateAlias') return;
      known.before = known.writtenAt;
      known.writtenAt = request.at;
    },
    isOld(request: SeenRequest): boolean {
      if (request.operation !== 'GetAlias' || staleMs === 0) return false;
      const { writtenAt, before, readAt } = of(request);
      return simulator.now() < writtenAt + staleMs && readAt > before && readAt <= writtenAt;
    },
  };
}
