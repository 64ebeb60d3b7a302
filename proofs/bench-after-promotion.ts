// What the rule after the promotion costs good versions in all that can befall a function, and what it saves when a
// version fails only once it has all of the traffic.
import { parseArgs } from 'node:util';

import { markdownTable } from 'markdown-table';

import { binomial, poisson, seeded, type Random } from '../simulator/time/random.ts';
import { allowedAfter } from '../src/core/checks/promoted.ts';
import {
  afterMinuteAlone,
  judgeAlone,
  NOTHING_ALONE,
  type AloneCounts,
} from '../src/core/statistics/alone.ts';
import { STANDARD_RULE, type Counts } from '../src/core/statistics/evidence.ts';

const WEIGHTS = [0.1, 0.25, 0.5].flatMap((weight) => Array.from({ length: 5 }, () => weight));
/** The minutes of the last bake that have settled when it ends. */
const LAST_BAKE = 10;

interface Cell {
  readonly name: string;
  /** Share that fails, whatever the version, in a minute that is counted from the promotion. */
  readonly shared: (minute: number) => number;
  /** Share that fails of the new version's, when it is alone. */
  readonly alone?: number;
  readonly traffic?: (minute: number) => number;
  /** Length of the runs that failures come in. */
  readonly run?: number;
  readonly coldStarts?: number;
}

const outage = (length: number, rate = 0.3) => ({
  name: `shared outage, ${rate * 100} % for ${length} min`,
  shared: (minute: number) => (minute >= 2 && minute < 2 + length ? rate : 0.001),
});

const CELLS: readonly Cell[] = [
  { name: '0.1 %', shared: () => 0.001 },
  { name: '1 %', shared: () => 0.01 },
  ...[1, 2, 3, 5].map((length) => outage(length)),
  outage(2, 1),
  {
    name: 'ramp 0.1 → 3 % over the rollout',
    shared: (minute) => 0.001 + (0.029 * (minute + 15)) / 25,
  },
  {
    name: 'ramp 0.1 → 3 % after the promotion',
    shared: (minute) => 0.001 + (0.029 * Math.max(0, minute)) / 10,
  },
  {
    name: 'traffic halves each 3 min, 0.5 %',
    shared: () => 0.005,
    traffic: (minute) => 2 ** (-(minute + 15) / 3),
  },
  { name: '0.1 %, runs of 3', shared: () => 0.001, run: 3 },
  { name: '0.1 %, runs of 10', shared: () => 0.001, run: 10 },
  { name: '0 %, 3 cold starts at the promotion', shared: () => 0, coldStarts: 3 },
  { name: 'fails always, once alone', shared: () => 0.001, alone: 1 },
  { name: 'fails half, once alone', shared: () => 0.001, alone: 0.5 },
  { name: 'fails 5 %, once alone', shared: () => 0.001, alone: 0.05 },
  { name: 'fails 1 %, once alone', shared: () => 0.001, alone: 0.01 },
];
const TRAFFIC = [1, 10, 100] as const;
const RULES = [1, 2, 3, 4].flatMap((lasting) => [2, 3, 5].map((times) => ({ lasting, times })));

/** After which minute each rule reverts. */
function play(
  cell: Cell,
  requestsPerSecond: number,
  random: Random,
): readonly (number | undefined)[] {
  const counts = (minute: number, share: number, rate: number, more = 0): Counts => {
    const mean = 60 * requestsPerSecond * share * (cell.traffic?.(minute) ?? 1);
    const total = poisson(random, mean);
    const bad = binomial(random, total, rate);
    const inRuns = cell.run === undefined ? bad : runs(random, (total * rate) / cell.run, cell.run);
    return { total, bad: Math.min(total, inRuns + more) };
  };
  const before = WEIGHTS.map((weight, index) => {
    const minute = index - WEIGHTS.length;
    return counts(minute, 1 - weight, cell.shared(minute));
  });
  const baseline = before.reduce((all, { total, bad }) => ({
    total: all.total + total,
    bad: all.bad + bad,
  }));
  const after = Array.from({ length: LAST_BAKE }, (_, minute) => {
    const cold = minute === 0 ? poisson(random, cell.coldStarts ?? 0) : 0;
    return counts(minute, 1, cell.alone ?? cell.shared(minute), cold);
  });
  return RULES.map(({ lasting, times }) => {
    const allowed = allowedAfter(baseline, STANDARD_RULE, times);
    let so: AloneCounts = NOTHING_ALONE;
    const found = after.findIndex((minute) => {
      so = afterMinuteAlone(so, minute, lasting);
      return judgeAlone(so, { allowed, alpha: 0.01, lasting }).reverts;
    });
    return found < 0 ? undefined : found;
  });
}

function runs(random: Random, mean: number, length: number): number {
  let bad = 0;
  for (let left = poisson(random, mean); left > 0; left--) {
    do bad += 1;
    while (random() >= 1 / length);
  }
  return bad;
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '500' } } });
const head = RULES.map(({ lasting, times }) => `${lasting} min, ${times} ×`);
const rows = CELLS.flatMap((cell, index) =>
  TRAFFIC.map((requestsPerSecond) => {
    const random = seeded(index + 1);
    const all = Array.from({ length: Number(values.runs) }, () =>
      play(cell, requestsPerSecond, random),
    );
    return [
      `${cell.name}, ${requestsPerSecond} r/s`,
      ...RULES.map((_, rule) => {
        const reverted = all.flatMap((each) => each[rule] ?? []).toSorted((a, b) => a - b);
        const share = ((100 * reverted.length) / all.length).toFixed(1);
        const median = reverted[Math.floor(reverted.length / 2)];
        return median === undefined ? share : `${share} · ${median + 1}`;
      }),
    ];
  }),
);
process.stdout.write(
  `reverted, % · minute in the median\n\n${markdownTable([['after the promotion', ...head], ...rows])}\n`,
);
