import { seeded } from '../simulator/time/random.ts';
import { controlPlaneQuota } from '../simulator/wire/quota.ts';
import { createSimulator } from '../simulator/simulator.ts';
import type { AliasRecord } from '../simulator/lambda/state.ts';
import { createAnswers } from './answers.ts';
import { createCarrier } from './carrier.ts';
import { toldByCarrier } from './carrier-told.ts';
import { prepareCode } from './code.ts';
import { happen } from './happenings.ts';
import type { CallFault, Scenario } from './scenario.ts';
import { STARTS_AT, type Played, type Stage, type Told, type TrueAlias } from './stage.ts';
import type { VirtualTime } from './virtual-time.ts';
import { prepare } from './world.ts';

/** A region with everything in it that a simulated rollout plays on, and what is known of it in the end. */
export interface Scene {
  readonly stage: Stage;
  /** Resolves when nothing goes on that AWS carries. */
  readonly over: () => Promise<void>;
  /** No process lives any more: what happens from now on happened to none. */
  readonly close: () => void;
  readonly played: (told: readonly Told[]) => Played;
}

interface SceneOptions {
  readonly scenario: Scenario;
  readonly region: string;
  /** Its place among the regions of the rollout, from 0: what is left to chance is another thing in each. */
  readonly place: number;
  readonly time: VirtualTime;
  readonly trace: string[];
  /** Before anybody else does anything. */
  readonly meddle: (world: Pick<Stage, 'simulator' | 'time'>) => void;
}

/** Sets it up, and plans what others will do in it. */
export function createScene({ scenario, region, place, time, trace, meddle }: SceneOptions): Scene {
  const { clock } = time;
  const seed = scenario.seed ^ (place << 20);
  const simulator = createSimulator({
    clock: { now: () => clock.timeOfDay() },
    time,
    seed,
    region,
    logging: scenario.logs !== undefined,
  });
  prepare(simulator, scenario);
  if (scenario.quota !== undefined) {
    simulator.faults.add(controlPlaneQuota(scenario.quota, { now: () => clock.timeOfDay() }));
  }

  const where = scenario.regions === undefined ? '' : `${region} `;
  const say = (text: string) => {
    trace.push(`${((clock.now() - STARTS_AT) / 1000).toFixed(3).padStart(9)} s  ${where}${text}`);
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
  const random = seeded(seed ^ 0x5eed);
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
    region,
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
  let whileAlive = Infinity;
  return {
    stage,
    over: carrier.over,
    close: () => {
      whileAlive = happened.length;
    },
    played: (told) => {
      simulator.advance();
      return {
        scenario,
        region,
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
        waves: undefined,
      };
    },
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
