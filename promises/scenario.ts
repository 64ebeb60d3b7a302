import { pick, seeded, type Random } from '../simulator/time/random.ts';
import { carriedOf, type CarriedScenario } from './carried.ts';
import { codeOf, type CodeScenario } from './code.ts';
import { commandsOf, type CommandScenario } from './commands.ts';
import { gapOf, jobsOf, type JobScenario } from './jobs.ts';
import { lasting, type Means } from './means.ts';
import { regionsOf, type RegionsScenario } from './regions.ts';

/** What goes wrong with one call. */
export type CallFault =
  | 'throttled'
  | 'unavailable'
  | 'bad gateway'
  | 'reset'
  | 'lost reply'
  | 'hang'
  | 'late'
  | 'malformed'
  | 'expired token'
  | 'denied';

/** What others do, or AWS does by itself, while the rollout runs. */
export type Happening =
  | 'weights wiped'
  | 'moved to another version'
  | 'canary promoted by hand'
  | 'another weight set'
  | 'description changed'
  | 'alarm blip'
  | 'alarm'
  | 'alarm deleted'
  | 'alarm not evaluated'
  | 'alarm without data'
  | 'monitoring dark'
  | 'Lambda throttled'
  | 'canary inactive'
  | 'function updated'
  | 'version published'
  | 'Lambda hangs'
  | 'slow metrics'
  | 'session ended'
  | 'provisioning fails'
  | 'provisioning slow'
  | 'alias unreadable'
  | 'machine asleep'
  | LogTrouble;

/** What goes wrong with the logs, where they are read. */
export type LogTrouble =
  | 'logs denied'
  | 'logs throttled'
  | 'logs hang'
  | 'logs slow and in pages'
  | 'logs never whole'
  | 'no lines of the old version'
  | 'late lines of the old version';

/** How the process ends, unless it comes to its end by itself. */
export type Death = 'none' | 'cancelled' | 'killed' | 'runner died' | 'log closed';

/** A death that is aimed at a write of the process, whenever that comes. */
export interface AtWrite {
  /** Which of its writes, from 1. */
  readonly nth: number;
  readonly moment: WriteMoment;
}

/** A death at a moment, or at a write. */
export type Dying = Timed<Death> & { readonly atWrite: AtWrite | undefined };

/** Before the write leaves, while it is on its way, or when it took effect and its reply is on its way. */
export type WriteMoment = 'before it is sent' | 'before it arrives' | 'before its reply';

export interface Timed<T> {
  /** After the beginning of the run. */
  readonly afterMs: number;
  readonly what: T;
  readonly forMs: number;
}

/** Requests that come in through the alias of each function, and the share of them that fails. */
export interface TrafficScenario {
  readonly requestsPerSecond: number;
  readonly stableErrorRate: number;
  readonly canaryErrorRate: number;
}

/** Failures are read from the logs as well. */
export interface LogScenario {
  readonly mode: 'on' | 'observe';
  readonly troubles: readonly Timed<LogTrouble>[];
}

/** Everything about one simulated rollout that is left to chance. */
export interface Scenario {
  readonly seed: number;
  readonly functions: number;
  readonly alarms: number;
  readonly steps: readonly { readonly weight: number; readonly bakeSeconds: number }[];
  readonly bakeSeconds: number;
  /** How many times its bake a step may last. */
  readonly maxExtension: number;
  readonly pollSeconds: number;
  readonly graceSeconds: number;
  readonly onInsufficientData: 'continue' | 'wait' | 'revert';
  readonly onCancel: 'revert' | 'hold';
  readonly onUnfinished: 'revert' | 'resume' | 'fail' | '';
  readonly descriptionLength: number;
  readonly provisioned: boolean;
  /** Share of the calls that go wrong, 0 to 1. */
  readonly faultRate: number;
  readonly faults: readonly CallFault[];
  readonly happenings: readonly Timed<Happening>[];
  readonly death: Dying;
  /** For so long after a write, the alias may be read as it was before. */
  readonly staleMs: number;
  /** Calls a second that Lambda's control plane answers; undefined: as many as there are. */
  readonly quota: number | undefined;
  /** Absent without traffic; then the versions are not compared either. */
  readonly traffic: TrafficScenario | undefined;
  /** When another run begins to move the same aliases, if one does. */
  readonly rivalAfterMs: number | undefined;
  /** Absent when there is enough of everything. */
  readonly means: Means | undefined;
  /** Between the death of a runner and the next run. */
  readonly gap: Gap;
  /** What the other run does: a person may put back what still goes on. */
  readonly rivalMode: 'rollout' | 'revert';
  /** None: one job does all of it. */
  readonly jobs: readonly JobScenario[];
  /** Absent where no logs are read. */
  readonly logs: LogScenario | undefined;
  /** Absent where the user has no commands. */
  readonly commands: CommandScenario | undefined;
  /** Absent where the processes carry the rollout themselves. */
  readonly carried: CarriedScenario | undefined;
  /** Absent where what is published is what is there. */
  readonly code: CodeScenario | undefined;
  /** Absent where there is one region. */
  readonly regions: RegionsScenario | undefined;
}

/** Time in which no process of ours lives, and what happens in the middle of it. */
export interface Gap {
  readonly ms: number;
  readonly what: Happening | undefined;
}

const ALL_FAULTS: readonly CallFault[] = [
  'throttled',
  'unavailable',
  'bad gateway',
  'reset',
  'lost reply',
  'hang',
  'late',
  'malformed',
  'expired token',
  'denied',
];
/** What does not end a rollout by itself, when it is rare. */
const PASSING_FAULTS: readonly CallFault[] = ALL_FAULTS.filter(
  (fault) => fault !== 'expired token' && fault !== 'denied',
);

const HAPPENINGS: readonly Happening[] = [
  'weights wiped',
  'moved to another version',
  'canary promoted by hand',
  'another weight set',
  'description changed',
  'alarm blip',
  'alarm',
  'alarm deleted',
  'alarm not evaluated',
  'alarm without data',
  'monitoring dark',
  'Lambda throttled',
  'canary inactive',
  'function updated',
  'version published',
  'Lambda hangs',
  'slow metrics',
  'session ended',
  'provisioning fails',
  'provisioning slow',
  'alias unreadable',
  'machine asleep',
];

const LOG_TROUBLES: readonly LogTrouble[] = [
  'logs denied',
  'logs throttled',
  'logs hang',
  'logs slow and in pages',
  'logs never whole',
  'no lines of the old version',
  'late lines of the old version',
];

const DEATHS: readonly Death[] = [
  'cancelled',
  'cancelled',
  'killed',
  'killed',
  'killed',
  'killed',
  'runner died',
  'runner died',
  'log closed',
];

const MOMENTS: readonly WriteMoment[] = [
  'before it is sent',
  'before it arrives',
  'before its reply',
];

/** Most at the first: only then is nothing there yet from which a revert could be known. */
const WRITES = [1, 1, 1, 2, 2, 3, 4] as const;

/** Everything that a seed decides. */
export function scenarioOf(seed: number): Scenario {
  return regionsOf(carriedOf(ofRunners(seed)));
}

function ofRunners(seed: number): Scenario {
  const random = seeded(seed);
  const chance = (probability: number) => random() < probability;
  const between = (least: number, most: number) =>
    least + Math.floor(random() * (most - least + 1));

  const count = between(0, 3);
  const weights = Array.from({ length: count }, () => between(1, 9_999) / 100).sort(
    (a, b) => a - b,
  );
  const steps = [...new Set(weights)].map((weight) => ({ weight, bakeSeconds: between(1, 240) }));
  const bakeSeconds = chance(0.2) ? 0 : between(1, 240);
  const durationMs =
    1_000 * (bakeSeconds + steps.reduce((sum, step) => sum + step.bakeSeconds, 0)) + 20_000;
  const moment = () => Math.floor(random() * durationMs);

  const calm = chance(0.25);
  const provisioned = chance(0.15);
  const jobs = chance(0.25) ? jobsOf(random, steps.length) : [];
  const traffic = chance(0.15) ? trafficOf(random) : undefined;
  // What a step may last besides its bake; where versions are compared, it waits for its minute.
  const shiftMs = traffic === undefined ? 20_000 : 80_000;
  return {
    seed,
    functions: chance(0.05) ? between(3, 5) : chance(0.25) ? 2 : 1,
    alarms: between(1, 3),
    steps,
    bakeSeconds,
    pollSeconds: between(1, 40),
    graceSeconds: between(0, 120),
    onInsufficientData: pick(random, ['continue', 'wait', 'revert'] as const),
    onCancel: chance(0.2) ? 'hold' : 'revert',
    onUnfinished: pick(random, ['', 'revert', 'resume', 'fail'] as const),
    // Without a mark, no other job can go on.
    descriptionLength: pick(random, jobs.length > 0 ? [0, 0, 20] : [0, 0, 20, 250]),
    provisioned,
    faultRate: calm ? 0 : pick(random, [0.02, 0.1, 0.3]),
    faults: chance(0.3) ? ALL_FAULTS : PASSING_FAULTS,
    happenings: Array.from({ length: calm ? between(0, 1) : between(0, 3) }, () => ({
      afterMs: moment(),
      what: pick(random, HAPPENINGS),
      forMs: between(1, 240_000),
    })).sort((a, b) => a.afterMs - b.afterMs),
    death: {
      afterMs: moment(),
      what: chance(0.5) ? 'none' : pick(random, DEATHS),
      atWrite: chance(0.8)
        ? { nth: pick(random, WRITES), moment: pick(random, MOMENTS) }
        : undefined,
      forMs: 0,
    },
    staleMs: chance(0.08) ? between(500, 4_000) : 0,
    quota: chance(0.08) ? between(5, 15) : undefined,
    rivalAfterMs: chance(provisioned ? 0.4 : 0.15)
      ? Math.floor(random() * 0.7 * durationMs)
      : undefined,
    traffic,
    gap: gapOf(random),
    rivalMode: chance(provisioned ? 0.7 : 0.3) ? 'revert' : 'rollout',
    jobs,
    means: chance(provisioned || traffic !== undefined ? 0.4 : 0.1)
      ? meansOf(random, durationMs + (steps.length + 1) * shiftMs)
      : undefined,
    // These last, so that the others are what they were.
    maxExtension: pick(random, [1, 1.5, 3]),
    logs: traffic !== undefined && chance(0.7) ? logsOf(random, moment) : undefined,
    commands: chance(0.15) ? commandsOf(random, moment) : undefined,
    carried: undefined,
    code: codeOf(seed),
    regions: undefined,
  };
}

function logsOf(random: Random, moment: () => number): LogScenario {
  const count = pick(random, [0, 1, 1, 2]);
  return {
    mode: random() < 0.8 ? 'on' : 'observe',
    troubles: Array.from({ length: count }, () => ({
      afterMs: moment(),
      what: pick(random, LOG_TROUBLES),
      forMs: 1 + Math.floor(random() * 240_000),
    })),
  };
}

/** Before they end, a revert must be over. */
const REVERT_MS = 3 * 60_000;

/** Enough of them for the plan, and little more. */
function meansOf(random: Random, planMs: number): Means {
  const leftMs = planMs + REVERT_MS + Math.floor(random() * 40_000);
  return { what: pick(random, ['job', 'session'] as const), lastsMs: lasting(leftMs) };
}

function trafficOf(random: Random): TrafficScenario {
  const stableErrorRate = pick(random, [0, 0.001, 0.01]);
  return {
    requestsPerSecond: pick(random, [0.1, 2, 20]),
    stableErrorRate,
    canaryErrorRate: pick(random, [stableErrorRate, stableErrorRate, stableErrorRate + 0.05, 1]),
  };
}
