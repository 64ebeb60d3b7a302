import { pick, seeded, type Random } from '../simulator/time/random.ts';
import { carriedOf } from './carried.ts';
import { codeOf } from './code.ts';
import { commandsOf } from './commands.ts';
import { gapOf, jobsOf } from './jobs.ts';
import { lasting } from './means.ts';
import { regionsOf } from './regions.ts';
import type {
  CallFault,
  Death,
  Happening,
  LogScenario,
  LogTrouble,
  Means,
  Scenario,
  TrafficScenario,
  WriteMoment,
} from './scenario.ts';

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
