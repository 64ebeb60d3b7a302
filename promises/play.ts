// Longer than most: the processes of a rollout and the stage that they play on.

import { runAction } from '../src/run/action.ts';
import { connectAws } from '../src/aws/aws.ts';
import { createJournal } from '../src/run/journal.ts';
import { STANDARD_RULE } from '../src/core/statistics/evidence.ts';
import type { Entry } from '../src/core/report/entry.ts';
import type { RolloutId } from '../src/core/alias/mark.ts';
import { parseAlarmId } from '../src/core/text/arn.ts';
import { planOf } from '../src/core/rollout/plan.ts';
import type { Ending } from '../src/core/report/report.ts';
import type { SavedRollout } from '../src/github/saved.ts';
import type { Config } from '../src/inputs/config.ts';
import type { Journal } from '../src/ports.ts';
import { cleanUp } from '../src/run/modes/clean-up.ts';
import { messageOf } from '../src/core/problems.ts';
import { createAlias } from '../simulator/lambda/aliases.ts';
import { createFunction, publishVersion, updateFunction } from '../simulator/lambda/functions.ts';
import { putProvisioned } from '../simulator/lambda/provisioned.ts';
import { seeded } from '../simulator/time/random.ts';
import { createSimulator, type RecordedRequest, type Simulator } from '../simulator/simulator.ts';
import type { AliasRecord } from '../simulator/lambda/state.ts';
import { happen } from './happenings.ts';
import type { CallFault, Scenario, TrafficScenario } from './scenario.ts';
import { systemClock } from '../src/system/clock.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';
import { createWire } from './wire.ts';

export type ProcessName = 'main' | 'post' | 'next run' | 'rival';

/** What one process of the action did, as it tells it itself. */
export interface Told {
  readonly process: ProcessName;
  readonly startedAt: number;
  readonly entries: readonly Entry[];
  /** Absent when the process was killed. */
  readonly ending?: Ending;
  readonly endedAt: number;
  readonly config: Config;
}

/** A state that an alias really had, and who brought it about. */
export interface TrueAlias extends AliasRecord {
  readonly by: ProcessName | 'others' | 'AWS' | 'preparation';
}

/** A request, and which process it came from. */
export interface SentRequest extends RecordedRequest {
  readonly by: TrueAlias['by'];
}

/** Everything that is known of a simulated rollout after it. */
export interface Played {
  readonly scenario: Scenario;
  readonly told: readonly Told[];
  readonly aliases: readonly TrueAlias[];
  readonly requests: readonly SentRequest[];
  readonly simulator: Simulator;
  readonly faults: Readonly<Partial<Record<CallFault, number>>>;
  /** What others did, and how the process died, while there was a process. */
  readonly happened: readonly string[];
  /** One line for everything that happened, in order. */
  readonly trace: readonly string[];
}

/** Any time will do, as long as it is the same for a seed. */
export const STARTS_AT = Date.UTC(2026, 0, 1);
/** A write that is still on its way when everything has ended must not change anything. */
const AFTERMATH_MS = 10 * 60_000;
const REGION = 'eu-west-1';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'simulated', AWS_SECRET_ACCESS_KEY: 'simulated' };
export const STABLE = '1';
export const OTHER = '2';
export const CANARY = '3';

/** Plays a scenario to its end, with the action's own code from preflight on, the SDK and the simulated AWS. */
export async function play(scenario: Scenario): Promise<Played> {
  Object.assign(process.env, CREDENTIALS);
  await (sdkLoaded ??= loadSdk());
  const time = createVirtualTime(STARTS_AT, scenario.seed);
  const { clock } = time;
  const simulator = createSimulator({
    clock: { now: () => clock.timeOfDay() },
    seed: scenario.seed,
    region: REGION,
  });
  prepare(simulator, scenario);

  const trace: string[] = [];
  const say = (text: string) => {
    trace.push(`${((clock.now() - STARTS_AT) / 1000).toFixed(3).padStart(9)} s  ${text}`);
  };
  const faults: Partial<Record<CallFault, number>> = {};
  const happened: string[] = scenario.provisioned ? ['provisioned concurrency moves'] : [];
  const random = seeded(scenario.seed ^ 0x5eed);
  const writers: TrueAlias['by'][] = [];
  const senders: TrueAlias['by'][] = [];
  /** Notes whose doing it is what happens meanwhile. */
  const attribute = <T>(by: TrueAlias['by'], act: () => T): T => {
    simulator.advance();
    const { aliasHistory, requests } = simulator;
    const [written, sent] = [aliasHistory.length, requests.length];
    const result = act();
    for (let index = written; index < aliasHistory.length; index++) writers[index] = by;
    for (let index = sent; index < requests.length; index++) senders[index] = by;
    return result;
  };
  simulator.onRequest(({ operation, error, input }) => {
    say(`${operation}${summary(operation, input)}${error === '' ? '' : ` → ${error}`}`);
  });
  for (const { afterMs, what, forMs } of scenario.happenings) {
    time.at(STARTS_AT + afterMs, () => {
      say(`** ${what}`);
      happened.push(what);
      attribute('others', () => {
        happen(what, { simulator, time, forMs });
      });
    });
  }

  const prepared = simulator.aliasHistory.length;
  const stage: Stage = {
    scenario,
    time,
    simulator,
    say,
    random,
    faults,
    happened,
    alive: new Set(),
    attribute,
  };
  const told: Told[] = [];
  await time.run(async () => {
    await Promise.all([workflowRun(stage, told), rivalRun(stage, told)]);
  });
  const whileAlive = happened.length;
  await time.passUntil(clock.now() + AFTERMATH_MS);
  simulator.advance();

  return {
    scenario,
    told,
    aliases: simulator.aliasHistory.map((record, index) => ({
      ...record,
      weights: withoutTransition(record.weights),
      by: index < prepared ? 'preparation' : (writers[index] ?? 'AWS'),
    })),
    requests: simulator.requests.map((request, index) => ({
      ...request,
      by: senders[index] ?? 'AWS',
    })),
    simulator,
    faults,
    happened: happened.slice(0, whileAlive),
    trace,
  };
}

let sdkLoaded: Promise<unknown> | undefined;

/**
 * The SDK loads parts of itself when they are needed first. That takes no time of the simulation, in which
 * whatever waits for an answer would meanwhile run out of patience.
 */
function loadSdk(): Promise<unknown> {
  const refuse = () => Promise.reject(new Error('only loaded'));
  const { aliases, alarms } = connectAws({
    region: REGION,
    role: undefined,
    idToken: refuse,
    connect: () => ({ requestHandler: { handle: refuse } as never }),
    clock: systemClock,
  });
  const target = { functionId: 'f', functionName: 'f', alias: 'live' };
  return Promise.allSettled([
    aliases.find(target),
    aliases.find(target, { urgency: 'revert' }),
    alarms.read(['alarm'], new AbortController().signal),
  ]);
}

/** A workflow run: the main process, and who comes after it when it does not end by itself. */
async function workflowRun(stage: Stage, told: Told[]): Promise<void> {
  const { scenario, alive } = stage;
  alive.add(RUN_IDS.main);
  const main = await mainProcess(stage, 'main');
  told.push(main.told);
  const { ending } = main.told;
  const runnerDied = ending === undefined && scenario.death.what === 'runner died';
  if (!runnerDied && main.saved && (ending === undefined || ending.outcome === 'revert-failed')) {
    told.push(await postProcess(stage, main.saved, main.told.config));
  }
  alive.delete(RUN_IDS.main);
  if (runnerDied) {
    alive.add(RUN_IDS['next run']);
    told.push((await mainProcess(stage, 'next run')).told);
    alive.delete(RUN_IDS['next run']);
  }
}

/** Another run that rolls out the same thing, as happens without a concurrency group. */
async function rivalRun(stage: Stage, told: Told[]): Promise<void> {
  const { rivalAfterMs } = stage.scenario;
  if (rivalAfterMs === undefined) return;
  await stage.time.clock.sleep(rivalAfterMs);
  stage.happened.push('rival run');
  stage.alive.add(RUN_IDS.rival);
  told.push((await mainProcess(stage, 'rival')).told);
  stage.alive.delete(RUN_IDS.rival);
}

const RUN_IDS: Readonly<Record<Exclude<ProcessName, 'post'>, string>> = {
  main: '42',
  'next run': '43',
  rival: '44',
};

interface Stage {
  readonly scenario: Scenario;
  readonly time: VirtualTime;
  readonly simulator: Simulator;
  readonly say: (text: string) => void;
  readonly random: () => number;
  readonly faults: Partial<Record<CallFault, number>>;
  readonly happened: string[];
  /** The runs that have not ended. */
  readonly alive: Set<string>;
  readonly attribute: <T>(by: TrueAlias['by'], act: () => T) => T;
}

/** An alias as it was written, without the weight that AWS shows while it moves provisioned concurrency. */
function withoutTransition(weights: AliasRecord['weights']): AliasRecord['weights'] {
  return Object.values(weights).includes(1) ? {} : weights;
}

function prepare(simulator: Simulator, scenario: Scenario): void {
  const { lambda, alarms } = simulator;
  for (const functionName of names('f', scenario.functions)) {
    createFunction(lambda, { functionName });
    publishVersion(lambda, functionName);
    createAlias(lambda, functionName, 'live', {
      version: STABLE,
      description: 'd'.repeat(scenario.descriptionLength),
    });
    updateFunction(lambda, functionName, { code: `${functionName}, never live` });
    publishVersion(lambda, functionName);
    updateFunction(lambda, functionName, { code: `${functionName}, the canary` });
    if (scenario.traffic !== undefined) serve(simulator, functionName, scenario.traffic);
    if (scenario.provisioned) putProvisioned(lambda, functionName, 'live', 2);
  }
  for (const name of names('alarm', scenario.alarms)) {
    alarms.putLogAlarm(name);
    alarms.setState(name, 'OK', 'all is well');
  }
}

function serve(
  { lambda, traffic }: Simulator,
  functionName: string,
  { requestsPerSecond, stableErrorRate, canaryErrorRate }: TrafficScenario,
): void {
  const found = lambda.functions.get(functionName);
  if (found === undefined) throw new Error(`There is no function ${functionName}`);
  const [stable] = found.versions;
  for (const [version, errorRate] of [
    [stable, stableErrorRate],
    [found.latest, canaryErrorRate],
  ] as const) {
    if (version === undefined) continue;
    const behaviour = { ...version.configuration.behaviour, errorRate };
    version.configuration = { ...version.configuration, behaviour };
  }
  traffic.set(functionName, 'live', requestsPerSecond);
}

function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}

const ANALYSIS: Config['analysis'] = {
  mode: 'on',
  given: true,
  policy: {
    rule: STANDARD_RULE,
    minInvocations: 50,
    maxExtension: 3,
    onInconclusive: 'promote',
    metricDelayMs: 90_000,
  },
};

function configOf(scenario: Scenario): Config {
  return {
    mode: 'rollout',
    requests: names('f', scenario.functions).map((name) => ({
      target: { functionId: name, functionName: name, alias: 'live' },
      version: undefined,
      codeSha256: undefined,
    })),
    plan: planOf(
      scenario.steps.map(({ weight, bakeSeconds }) => ({ weight, bakeMs: bakeSeconds * 1000 })),
      scenario.bakeSeconds * 1000,
    ),
    alarms: names('alarm', scenario.alarms).map(parseAlarmId),
    description: 'simulated',
    pollIntervalMs: scenario.pollSeconds * 1000,
    monitoringGraceMs: scenario.graceSeconds * 1000,
    onAlarmAtStart: 'fail',
    onInsufficientData: scenario.onInsufficientData,
    onCancel: scenario.onCancel,
    onUnfinished:
      scenario.onUnfinished === ''
        ? { action: 'revert', given: false }
        : { action: scenario.onUnfinished, given: true },
    analysis: { ...ANALYSIS, mode: scenario.traffic === undefined ? 'off' : 'on' },
    compareMetrics: [],
    compareDuration: 'observe',
    metricChecks: [],
    smokeTests: new Map(),
    credentialsLastMs: undefined,
    jobLastsMs: 6 * 3_600_000,
    dryRun: false,
    region: REGION,
    role: undefined,
    githubToken: '',
    environment: '',
    comment: 'never',
  };
}

async function mainProcess(
  stage: Stage,
  process: Exclude<ProcessName, 'post'>,
): Promise<{ readonly told: Told; readonly saved: SavedRollout | undefined }> {
  const { scenario, time, say, alive } = stage;
  const { clock } = time;
  const runId = RUN_IDS[process];
  const config = configOf(scenario);
  const journal = journalOf(stage);
  const { aws, wire } = awsOf(stage, process);
  const cancellation = new AbortController();
  let dead = false;
  let saved: SavedRollout | undefined;
  const id: RolloutId = {
    repository: 'acme/shop',
    runId,
    attempt: '1',
    nonce: runId.padStart(8, '0'),
    plan: 'f00d',
    workflow: 'c0ffee',
  };
  say(`-- main process of run ${runId}`);
  const ending = runAction(config, id, {
    aws,
    runs: {
      url: ({ repository, runId }) => `https://github.com/${repository}/actions/runs/${runId}`,
      status: (run) => {
        const url = `https://github.com/${run.repository}/actions/runs/${run.runId}`;
        return Promise.resolve({ type: alive.has(run.runId) ? 'running' : 'ended', url });
      },
    },
    clock,
    journal,
    keep: {
      save: (rollout) => {
        // As GitHub does: through text.
        if (!dead) saved = JSON.parse(JSON.stringify(rollout)) as SavedRollout;
      },
      forget: () => {
        if (!dead) saved = undefined;
      },
    },
    cancellation: cancellation.signal,
    random: stage.random,
  }).catch((error: unknown): Ending => ({ outcome: 'failed', reason: messageOf(error) }));

  const death = new Promise<undefined>((resolve) => {
    const { what, afterMs } = scenario.death;
    if (process !== 'main' || what === 'none') return;
    time.at(journal.startedAt + afterMs, () => {
      say(`** ${what}`);
      stage.happened.push(what);
      if (what === 'cancelled') {
        cancellation.abort(new Error('cancelled (SIGINT)'));
        return;
      }
      dead = true;
      wire.cut();
      resolve(undefined);
    });
  });
  const ended = await Promise.race([ending, death]);
  const { startedAt, entries } = journal;
  say(ended === undefined ? '-- killed' : `-- ${ended.outcome}: ${ended.reason}`);
  const told: Told = {
    process,
    startedAt,
    config,
    // What a dead process would have gone on to say is not heard.
    entries: [...entries],
    endedAt: clock.now(),
    ...(ended === undefined ? {} : { ending: ended }),
  };
  return { told, saved };
}

async function postProcess(stage: Stage, saved: SavedRollout, config: Config): Promise<Told> {
  const { clock } = stage.time;
  stage.say('-- post process');
  const journal = journalOf(stage);
  const { aws } = awsOf(stage, 'post');
  const ending = await cleanUp(saved, { aws, clock, journal });
  stage.say(`-- ${ending.outcome}: ${ending.reason}`);
  const { startedAt, entries } = journal;
  return { process: 'post', startedAt, entries, ending, endedAt: clock.now(), config };
}

/** Each process has its own connections; a dead one hears nothing any more. */
function awsOf(
  { simulator, time, scenario, random, faults, say, attribute }: Stage,
  process: ProcessName,
) {
  const wire = createWire({
    simulator,
    time,
    scenario,
    random,
    onArrival: (arrive) => attribute(process, arrive),
    onFault: (fault, { method, path, headers }) => {
      faults[fault] = (faults[fault] ?? 0) + 1;
      say(`~~ ${fault}: ${headers['x-amz-target'] ?? `${method} ${path}`}`);
    },
  });
  const aws = connectAws({
    region: REGION,
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

function summary(operation: string, input: unknown): string {
  if (operation !== 'UpdateAlias') return '';
  const { FunctionVersion, RoutingConfig, RevisionId } = input as Record<string, unknown>;
  return ` ${JSON.stringify({ FunctionVersion, RoutingConfig, RevisionId: String(RevisionId).slice(0, 8) })}`;
}
