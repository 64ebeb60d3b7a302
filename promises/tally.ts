import type { Played, Told } from './stage.ts';
import { violationsOf } from './promises.ts';

/** What came of many simulated rollouts. */
export interface Tally {
  readonly runs: number;
  readonly requests: number;
  readonly simulatedHours: number;
  /** By kind, of what went wrong with calls. */
  readonly faults: Counts;
  /** By kind, of what others did, and of how processes died. */
  readonly happenings: Counts;
  /** By process, of what it said at its end. */
  readonly outcomes: Counts;
  readonly violations: readonly { readonly seed: number; readonly what: string }[];
}

type Counts = Readonly<Record<string, number>>;

export const NOTHING: Tally = {
  runs: 0,
  requests: 0,
  simulatedHours: 0,
  faults: {},
  happenings: {},
  outcomes: {},
  violations: [],
};

export function tallyOf(played: Played): Tally {
  const { scenario, waves } = played;
  const regions = [played, ...(waves?.others ?? [])].map(ofOneRegion);
  return {
    ...regions.reduce(add),
    runs: 1,
    violations: violationsOf(played).map(({ promise, what }) => ({
      seed: scenario.seed,
      what: `promise ${promise}: ${what}`,
    })),
  };
}

function ofOneRegion({ told, carriers, requests, faults, happened }: Played): Tally {
  const [first] = told;
  const last = told.at(-1);
  return {
    runs: 1,
    requests: requests.length,
    simulatedHours: ((last?.endedAt ?? 0) - (first?.startedAt ?? 0)) / 3_600_000,
    faults,
    happenings: count(happened),
    outcomes: count(
      [...told, ...carriers].map((each) => `${nameOf(each)}: ${each.ending?.outcome ?? 'killed'}`),
    ),
    violations: [],
  };
}

/** Jobs of a rollout over several are told by what they do. */
function nameOf({ process, config: { mode } }: Told): string {
  if (process.startsWith('post')) return 'post';
  if (process.startsWith('AWS')) return 'execution';
  if (process.includes('repair')) return 'repair';
  return mode === 'rollout' ? process.replace(/^job .*/, 'rollout after others') : `mode: ${mode}`;
}

export function add(one: Tally, other: Tally): Tally {
  return {
    runs: one.runs + other.runs,
    requests: one.requests + other.requests,
    simulatedHours: one.simulatedHours + other.simulatedHours,
    faults: sum(one.faults, other.faults),
    happenings: sum(one.happenings, other.happenings),
    outcomes: sum(one.outcomes, other.outcomes),
    violations: [...one.violations, ...other.violations],
  };
}

function count(names: readonly string[]): Counts {
  return names.reduce<Counts>((counts, name) => sum(counts, { [name]: 1 }), {});
}

function sum(one: Counts, other: Counts): Counts {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]),
  );
}
