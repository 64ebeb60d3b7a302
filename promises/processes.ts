import { runAction } from '../src/run/action.ts';
import { ALONE, type Surroundings } from '../src/run/surroundings.ts';
import type { Region } from '../src/run/waves/region.ts';
import { connectAws } from '../src/aws/aws.ts';
import { createJournal } from '../src/run/journal.ts';
import type { Mode } from '../src/core/rollout/mode.ts';
import type { RolloutId } from '../src/core/alias/mark.ts';
import { ended, type Ending } from '../src/core/report/ending.ts';
import type { SavedRollout } from '../src/github/saved.ts';
import type { Journal } from '../src/ports.ts';
import { cleanUp, leaveToAws } from '../src/run/rollout/clean-up.ts';
import { messageOf, RunnerGone } from '../src/core/problems.ts';
import { workspace } from './code.ts';
import { shellOf } from './commands.ts';
import { configOf } from './configs.ts';
import { leftAtBeginning } from './means.ts';
import {
  type Attempt,
  type Heard,
  type MainName,
  type PostName,
  type ProcessName,
  type Stage,
  type Told,
} from './stage.ts';
import type { Dying, Scenario, WriteMoment } from './scenario.ts';
import { createWire, isWrite, wireRequest } from './wire.ts';
import type { HttpRequest } from './http-request.ts';

/** Which run of the workflow it is of, what it does, and how it ends. */
export interface Part {
  readonly process: MainName;
  readonly runId: string;
  readonly mode: Mode;
  readonly death: Dying;
}

/** What one process did in one region, and what it left for the post step. */
export interface Lived {
  readonly told: Told;
  readonly saved: SavedRollout | undefined;
}

/** A process of the action, from its first look to its end or its death. */
export async function mainProcess(stage: Stage, part: Part): Promise<Lived> {
  const { runId, mode } = part;
  const life = createLife(part.death, [stage]);
  const { region, lived } = regionOf(stage, part, {
    life,
    wave: 0,
    isMortal: true,
    saved: new Map(),
  });
  life.begin();
  stage.say(`-- main process of run ${runId}${mode === 'rollout' ? '' : `, mode: ${mode}`}`);
  const ending = runAction(region.config, region.id, region.surroundings).catch((error: unknown) =>
    ended('failed', messageOf(error)),
  );
  const end = await Promise.race([ending, life.death]);
  stage.say(end === undefined ? '-- killed' : `-- ${end.outcome}: ${end.reason}`);
  return lived(end);
}

/** That of a process, which may be ended in several ways. */
export interface Life {
  /** Resolves when it is killed. */
  readonly death: Promise<undefined>;
  readonly cancellation: AbortSignal;
  readonly isDead: () => boolean;
  readonly died: () => Told['died'];
  readonly cancelledAt: () => number | undefined;
  /** The clock of its death runs from now on, where that is not aimed at a write. */
  readonly begin: () => void;
  /** Called at each moment of a write. */
  readonly strike: (nth: number, moment: WriteMoment) => void;
  /** Called when it is killed. */
  readonly onDeath: (act: () => void) => void;
}

/** @param stages of all regions that the process is at work in */
export function createLife(death: Dying, stages: readonly [Stage, ...Stage[]]): Life {
  const [{ time, say, happened }] = stages;
  const { clock } = time;
  const dying = Promise.withResolvers<undefined>();
  const mortal = death.what !== 'none';
  const cancellation = new AbortController();
  const onDeath: (() => void)[] = [];
  let died: Told['died'] = 'none';
  let cancelledAt: number | undefined;
  let dead = false;
  const die = () => {
    if (died !== 'none') return;
    const { what } = death;
    died = what;
    say(`** ${what}`);
    happened.push(what);
    switch (what) {
      case 'cancelled':
        cancelledAt = clock.timeOfDay();
        cancellation.abort(new Error('cancelled (SIGINT)'));
        return;
      case 'log closed':
        cancelledAt = clock.timeOfDay();
        cancellation.abort(new RunnerGone());
        return;
      default:
        dead = true;
        for (const act of onDeath) act();
        dying.resolve(undefined);
    }
  };
  return {
    death: dying.promise,
    cancellation: cancellation.signal,
    isDead: () => dead,
    died: () => died,
    cancelledAt: () => cancelledAt,
    begin() {
      if (mortal && death.atWrite === undefined) time.at(clock.now() + death.afterMs, die);
    },
    strike(nth, moment) {
      if (mortal && death.atWrite?.nth === nth && death.atWrite.moment === moment) die();
    },
    onDeath: (act) => {
      onDeath.push(act);
    },
  };
}

interface Placed {
  readonly life: Life;
  readonly wave: number;
  /** Whether a death that is aimed at a write is aimed at one of this region. */
  readonly isMortal: boolean;
  /** What the process has saved for its post step, by region. */
  readonly saved: Map<string, SavedRollout>;
}

/** A region as a process of the action is at work in it. */
export function regionOf(
  stage: Stage,
  { process, runId, mode }: Part,
  { life, wave, isMortal, saved }: Placed,
): {
  readonly region: Region;
  readonly lived: (ending: Ending | undefined) => Lived;
} {
  const { scenario, time, alive, region } = stage;
  const { clock } = time;
  const config = { ...configOf(scenario, mode), region };
  const journal = journalOf(stage);
  const { aws, wire } = awsOf(stage, process, journal.startedAt, (nth, moment) => {
    if (isMortal) life.strike(nth, moment);
  });
  life.onDeath(() => {
    wire.cut();
  });
  const id: RolloutId = {
    repository: 'acme/shop',
    runId,
    attempt: '1',
    nonce: runId.padStart(8, '0'),
    plan: 'f00d',
    workflow: 'c0ffee',
  };
  const surroundings: Surroundings = {
    aws,
    runs: {
      url: ({ repository, runId }) => `https://github.com/${repository}/actions/runs/${runId}`,
      status: (run) => {
        const url = `https://github.com/${run.repository}/actions/runs/${run.runId}`;
        return Promise.resolve({ type: alive.has(run.runId) ? 'running' : 'ended', url });
      },
    },
    clock,
    shell: shellOf(stage, process),
    packages: workspace,
    journal,
    keep: {
      save: (rollout) => {
        // As GitHub does: through text.
        if (life.isDead()) return;
        saved.set(region, JSON.parse(JSON.stringify(rollout)) as SavedRollout);
      },
      leave: () => {
        if (!life.isDead()) saved.delete(region);
      },
      forget: (alsoIn = []) => {
        if (!life.isDead()) for (const each of [region, ...alsoIn]) saved.delete(each);
      },
    },
    cancellation: life.cancellation,
    jobCancellation: life.cancellation,
    wave: ALONE,
    random: stage.random,
  };
  return {
    region: { wave, config, id, surroundings },
    lived: (ending) => ({
      told: {
        process,
        startedAt: journal.startedAt,
        config,
        // What a dead process would have gone on to say is not heard.
        entries: [...journal.entries],
        endedAt: clock.timeOfDay(),
        cancelledAt: life.cancelledAt(),
        died: life.died(),
        ending,
      },
      saved: saved.get(region),
    }),
  };
}

/** The post step of a process that did not end by itself. */
export async function postProcess(
  stage: Stage,
  process: PostName,
  saved: SavedRollout,
  { config, startedAt: sessionBegan }: Told,
): Promise<Told> {
  const { clock } = stage.time;
  stage.say('-- post process');
  const journal = journalOf(stage);
  const { aws } = awsOf(stage, process, sessionBegan);
  const { execution } = saved;
  const ending =
    execution === undefined
      ? await cleanUp(saved, { aws, clock, journal })
      : await leaveToAws({ ...saved, execution }, { aws, clock, journal });
  stage.say(`-- ${ending.outcome}: ${ending.reason}`);
  const { startedAt, entries } = journal;
  const endedAt = clock.timeOfDay();
  const alive = { cancelledAt: undefined, died: 'none' } as const;
  return { process, startedAt, entries, ending, endedAt, ...alive, config };
}

/** Each process has its own connections; a dead one hears nothing any more. */
function awsOf(
  { simulator, time, scenario, region, random, faults, say, attribute, attempts, answers }: Stage,
  process: ProcessName,
  sessionBegan: number,
  onWrite: (nth: number, moment: WriteMoment) => void = () => undefined,
) {
  const wire = createWire({
    simulator,
    time,
    scenario,
    random,
    answers,
    onWrite,
    sessionEndsAt: sessionEndOf(scenario, sessionBegan),
    onSend: (request) => {
      const attempt: Attempt = {
        ...attemptOf(request),
        at: time.clock.timeOfDay(),
        by: process,
        heard: undefined,
      };
      attempts.push(attempt);
      return (status, body) => {
        attempt.heard = heardOf(attempt, { at: time.clock.timeOfDay(), status, body });
      };
    },
    onArrival: (arrive) => attribute(process, arrive),
    onFault: (fault, { method, path, headers }) => {
      faults[fault] = (faults[fault] ?? 0) + 1;
      say(`~~ ${fault}: ${headers['x-amz-target'] ?? `${method} ${path}`}`);
    },
  });
  const aws = connectAws({
    region,
    role: undefined,
    idToken: () => Promise.reject(new Error('There is no OIDC provider here')),
    connect: () => ({ requestHandler: { handle: wire.handle } as never }),
    clock: time.clock,
  });
  return { aws, wire };
}

/** Tells in the trace what the log would. */
function journalOf({ time: { clock }, say }: Stage): Journal {
  return createJournal(clock, ({ level, text }) => {
    say(`${level === 'info' ? '  ' : level} ${text}`);
  });
}

/** The credentials of a process are older than it is, and die when its user says so. */
function sessionEndOf({ means }: Scenario, began: number): number {
  return means?.what === 'session' ? began + leftAtBeginning(means.lastsMs) : Infinity;
}

function heardOf(
  { operation }: Attempt,
  { at, status, body }: { readonly at: number; readonly status: number; readonly body: string },
): Heard {
  const understood = status < 300 && !body.startsWith('<');
  return { at, understood, red: understood && operation === 'DescribeAlarms' && showsRed(body) };
}

/** A state that CloudWatch could not evaluate is no evidence. */
function showsRed(body: string): boolean {
  const {
    MetricAlarms = [],
    CompositeAlarms = [],
    LogAlarms = [],
  } = JSON.parse(body) as Readonly<
    Record<string, readonly { readonly StateValue: string; readonly EvaluationState?: string }[]>
  >;
  return [...MetricAlarms, ...CompositeAlarms, ...LogAlarms].some(
    ({ StateValue, EvaluationState }) => StateValue === 'ALARM' && EvaluationState === undefined,
  );
}

function attemptOf(request: HttpRequest): Omit<Attempt, 'at' | 'by' | 'heard'> {
  const { method, path, headers } = request;
  const functionName = /\/functions\/([^/]+)/.exec(path)?.[1] ?? '';
  if (!isWrite(request)) {
    const named = headers['x-amz-target']?.split('.').at(-1);
    const operation = named ?? `${method} ${path}`;
    return { operation, functionName, routing: undefined, version: undefined };
  }
  const { FunctionVersion, RoutingConfig } = JSON.parse(wireRequest(request).body) as {
    readonly FunctionVersion?: string;
    readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Record<string, number> };
  };
  return {
    operation: 'UpdateAlias',
    functionName,
    routing: RoutingConfig?.AdditionalVersionWeights ?? {},
    version: FunctionVersion,
  };
}
