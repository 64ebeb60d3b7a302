import { pick, type Random } from '../simulator/time/random.ts';
import type { Death, Dying, Gap, Happening, JobScenario } from './scenario.ts';

/** No death, at whatever moment. */
export const UNHARMED: Dying = { afterMs: 0, what: 'none', forMs: 0, atWrite: undefined };
export const NO_GAP: Gap = { ms: 0, what: undefined };

const LONGEST_GAP_MS = 10 * 60_000;
const IN_A_GAP: readonly (Happening | undefined)[] = [
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  'alarm blip',
  'alarm blip',
  'alarm',
  'alarm without data',
  'weights wiped',
  'canary promoted by hand',
  'description changed',
];
const DEATHS: readonly Death[] = [
  'cancelled',
  'killed',
  'runner died',
  'runner died',
  'log closed',
];

/** @param steps of the plan, without the promotion */
export function jobsOf(random: Random, steps: number): readonly JobScenario[] {
  const chance = (probability: number) => random() < probability;
  const jobs: JobScenario[] = [];
  const add = (mode: JobScenario['mode'], mortal = true) => {
    const death = mortal && chance(0.2) ? deathOf(random) : UNHARMED;
    jobs.push({ mode, gap: jobs.length === 0 ? NO_GAP : gapOf(random), death });
    // Only these find their way in what a dead job left.
    if (death.what === 'runner died')
      add(pick(random, ['revert', 'rollout', 'start']), chance(0.3));
  };
  add('start');
  const wanted = Math.floor(random() * (steps + 1));
  for (let step = 0; step < wanted; step++) add(chance(0.1) ? 'revert' : 'step');
  add(pick(random, ['promote', 'promote', 'promote', 'step', 'revert']));
  if (chance(0.3)) add('revert');
  return jobs;
}

export function gapOf(random: Random): Gap {
  const ms = random() < 0.2 ? 0 : 1 + Math.floor(random() * LONGEST_GAP_MS);
  return { ms, what: pick(random, IN_A_GAP) };
}

function deathOf(random: Random): Dying {
  return {
    afterMs: Math.floor(random() * 120_000),
    what: pick(random, DEATHS),
    forMs: 0,
    atWrite:
      random() < 0.6
        ? {
            nth: 1 + Math.floor(random() * 3),
            moment: pick(random, ['before it is sent', 'before it arrives', 'before its reply']),
          }
        : undefined,
  };
}
