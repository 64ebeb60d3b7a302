import { pick, seeded } from '../simulator/time/random.ts';
import type { Dying, Scenario } from './scenario.ts';

/** Their names, by their places. */
export const REGIONS = ['eu-west-1', 'us-east-1', 'us-west-2'] as const;

const ONE_IN = 10;
/** Keeps what is decided here apart from everything else of a seed, which is what it would be without. */
const STREAM = 0x4e61;
const WAVES: readonly (readonly number[])[] = [
  [0, 0],
  [0, 1],
  [0, 0, 1],
  [0, 1, 1],
];

/** The scenario, through several regions if its seed has it so. */
export function regionsOf(scenario: Scenario): Scenario {
  const random = seeded(scenario.seed ^ STREAM);
  // What AWS carries is a world of its own, and costs many times the CPU.
  if (random() * ONE_IN >= 1 || scenario.carried !== undefined) return scenario;
  const waves = pick(random, WAVES);
  const count = 1 + Math.max(...waves);
  const anywhere = () => Math.floor(random() * waves.length);
  const death = (dying: Dying): Dying => ({ ...dying, afterMs: dying.afterMs * count });
  return {
    ...scenario,
    regions: {
      waves,
      onFailure: pick(random, ['revert-all', 'revert-all', 'keep-earlier'] as const),
      bakeSeconds: pick(random, [0, 0, 60]),
      happensIn: scenario.happenings.map(anywhere),
      diesIn: anywhere(),
      // Last, so that the others are what they were.
      rivalIn: anywhere(),
    },
    // All waves are as exposed as one would be.
    happenings: scenario.happenings.map((each) => ({ ...each, afterMs: each.afterMs * count })),
    death: death(scenario.death),
    rivalAfterMs: scenario.rivalAfterMs === undefined ? undefined : scenario.rivalAfterMs * count,
    // One job does all of it, and has the time for it.
    jobs: [],
    means: undefined,
  };
}
