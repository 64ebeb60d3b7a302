import { seeded } from '../simulator/time/random.ts';
import { controlPlaneQuota } from '../simulator/wire/quota.ts';
import { createSimulator } from '../simulator/simulator.ts';
import type { AliasRecord } from '../simulator/lambda/state.ts';
import { createAnswers } from './answers.ts';
import { createCarrier } from './carrier.ts';
import { toldByCarrier } from './carrier-told.ts';
import { prepareCode } from './code.ts';
import { happen } from './happenings.ts';
import { rivalRun, workflowRun } from './runs.ts';
import type { CallFault, Scenario } from './scenario.ts';
import { loadSdk } from './sdk.ts';
import { REGION, STARTS_AT, type Played, type Stage, type Told, type TrueAlias } from './stage.ts';
import { createVirtualTime } from './virtual-time.ts';
import { prepare } from './world.ts';

/** A write that is still on its way when everything has ended must not change anything. */
const AFTERMATH_MS = 10 * 60_000;
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'simulated', AWS_SECRET_ACCESS_KEY: 'simulated' };
/** With it, the credentials are those of a session whose end nobody tells. */
const SESSION_TOKEN = 'AWS_SESSION_TOKEN';

/**
 * Plays a scenario to its end, with the action's own code from preflight on, the SDK and the simulated AWS.
 * @param meddle does what no scenario has, before anybody else does anything
 */
export async function play(
  scenario: Scenario,
  meddle: (world: Pick<Stage, 'simulator' | 'time'>) => void = () => undefined,
): Promise<Played> {
  Object.assign(process.env, CREDENTIALS);
  if (scenario.means?.what === 'session') process.env[SESSION_TOKEN] = 'simulated';
  else Reflect.deleteProperty(process.env, SESSION_TOKEN);
  await loadSdk();
  const time = createVirtualTime(STARTS_AT, scenario.seed);
  const { clock } = time;
  const simulator = createSimulator({
    clock: { now: () => clock.timeOfDay() },
    time,
    seed: scenario.seed,
    region: REGION,
    logging: scenario.logs !== undefined,
  });
  prepare(simulator, scenario);
  if (scenario.quota !== undefined) {
    simulator.faults.add(controlPlaneQuota(scenario.quota, { now: () => clock.timeOfDay() }));
  }

  const trace: string[] = [];
  const say = (text: string) => {
    trace.push(`${((clock.now() - STARTS_AT) / 1000).toFixed(3).padStart(9)} s  ${text}`);
  };
  const faults: Partial<Record<CallFault, number>> = {};
  const { provisioned, means } = scenario;
  const happened: string[] = [
    ...(scenario.logs === undefined ? [] : ['failures are read from logs']),
    ...(scenario.commands === undefined ? [] : ['commands of the user are run']),
    ...(scenario.code === undefined ? [] : ['code is uploaded']),
    ...(scenario.commands?.troubles ?? []).map(({ what }) => what),
    ...(scenario.carried === undefined
      ? []
      : [
          scenario.carried.waits
            ? 'AWS carries the rollout, followed'
            : 'AWS carries the rollout, left',
        ]),
    ...(provisioned ? ['provisioned concurrency moves'] : []),
    ...(means === undefined ? [] : [`${means.what} hardly longer than the plan`]),
  ];
  const random = seeded(scenario.seed ^ 0x5eed);
  const writers: TrueAlias['by'][] = [];
  const senders: TrueAlias['by'][] = [];
  /** Notes whose doing it is what happens meanwhile. */
  const attribute = <T>(by: TrueAlias['by'], act: () => T): T => {
    simulator.advance();
    const { aliasHistory, requests } = simulator;
    const [written, sent] = [aliasHistory.length, requests.length];
    try {
      return act();
    } finally {
      for (let index = written; index < aliasHistory.length; index++) writers[index] = by;
      for (let index = sent; index < requests.length; index++) senders[index] = by;
    }
  };
  simulator.onRequest(({ operation, error, input, execution }) => {
    say(
      `${execution === undefined ? '' : '(AWS) '}${operation}${summary(operation, input)}${error === '' ? '' : ` → ${error}`}`,
    );
  });
  for (const { afterMs, what, forMs } of [
    ...scenario.happenings,
    ...(scenario.logs?.troubles ?? []),
  ]) {
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
    attempts: [],
    commandRuns: [],
    deploys: [],
    answers: createAnswers({ simulator, clock, random, staleMs: scenario.staleMs }),
    alive: new Set(),
    attribute,
  };
  const carrier = createCarrier({
    simulator,
    time,
    scenario,
    say,
    happened,
    attempts: stage.attempts,
    onFault: (fault) => {
      faults[fault] = (faults[fault] ?? 0) + 1;
    },
    writers,
    senders,
  });
  meddle({ simulator, time });
  prepareCode(stage);
  const told: Told[] = [];
  await time.run(async () => {
    await Promise.all([workflowRun(stage, told), rivalRun(stage, told)]);
    await carrier.over();
  });
  const whileAlive = happened.length;
  await time.passUntil(clock.now() + AFTERMATH_MS);
  simulator.advance();

  return {
    scenario,
    told,
    carriers: carrier.executions().map((each) => toldByCarrier(each, told)),
    aliases: simulator.aliasHistory.map((record, index) => ({
      ...record,
      weights: isMoving(record) ? {} : record.weights,
      moving: isMoving(record),
      by: index < prepared ? 'preparation' : (writers[index] ?? 'AWS'),
    })),
    requests: simulator.requests.map((request, index) => ({
      ...request,
      by: senders[index] ?? 'AWS',
    })),
    attempts: stage.attempts,
    commandRuns: stage.commandRuns,
    deploys: stage.deploys,
    suspensions: time.suspensions,
    simulator,
    faults,
    happened: happened.slice(0, whileAlive),
    trace,
  };
}

/** Nobody sets a weight of 1: AWS shows it while it moves provisioned concurrency. */
function isMoving({ weights }: AliasRecord): boolean {
  return Object.values(weights).includes(1);
}

function summary(operation: string, input: unknown): string {
  if (operation !== 'UpdateAlias') return '';
  const { FunctionVersion, RoutingConfig, RevisionId } = input as Record<string, unknown>;
  return ` ${JSON.stringify({ FunctionVersion, RoutingConfig, RevisionId: String(RevisionId).slice(0, 8) })}`;
}
