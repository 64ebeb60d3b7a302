// What it costs and what it saves that no step ends while the evidence stands against the canary: plays good and bad
// versions through the plan, with gates at several places below what is needed to revert.
import { parseArgs } from 'node:util';

import { markdownTable } from 'markdown-table';

import { binomial, poisson, seeded, type Random } from '../simulator/time/random.ts';
import { judge, STANDARD_RULE, type Minute } from '../src/core/statistics/evidence.ts';

const STEPS = [0.1, 0.25, 0.5] as const;
const BAKE = 5;
const MAX_EXTENSION = 3;
/** A minute's metrics are there one minute after its end. */
const LAG = 1;
/** Somebody notices a bad version that was promoted. */
const NOTICED_AT = 60;

interface Version {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly baseline: number;
  readonly canary: number;
  /** Failures of the canary alone in the first minute of each step: Poisson with this mean. */
  readonly coldStart?: number;
  /** Failures come from an environment in runs of a geometric length with this mean. */
  readonly run?: number;
}

const GOOD: readonly Version[] = [1, 10, 100].flatMap((requestsPerSecond) => {
  const good = (name: string, rate: number, more: Partial<Version> = {}) => ({
    name,
    requestsPerSecond,
    baseline: rate,
    canary: rate,
    ...more,
  });
  return [
    good('0.1 %', 0.001),
    good('1 %', 0.01),
    good('0.1 %, runs of 3', 0.001, { run: 3 }),
    good('0 %, 1 cold start a step', 0, { coldStart: 1 }),
    good('0 %, 3 cold starts a step', 0, { coldStart: 3 }),
  ];
});

const BAD: readonly Version[] = [1, 10, 100].flatMap((requestsPerSecond) =>
  (
    [
      [0, 0.05],
      [0.001, 0.011],
      [0.01, 0.02],
      [0.01, 0.05],
    ] as const
  ).map(([baseline, canary]) => ({
    name: `${baseline * 100} → ${Number((canary * 100).toFixed(1))} %`,
    requestsPerSecond,
    baseline,
    canary,
  })),
);

/** What evidence, as a part of what is needed, keeps a step from ending; nothing does when left out. */
const GATES: readonly (readonly [name: string, part: number | undefined])[] = [
  ['no gate', undefined],
  ['all of it', 1],
  ['a third', 1 / 3],
  ['a tenth', 1 / 10],
  ['a thirtieth', 1 / 30],
];

interface Played {
  readonly reverted: boolean;
  readonly minutes: number;
  readonly failed: number;
}

function play(version: Version, part: number | undefined, random: Random): Played {
  const minutes: Minute[] = [];
  for (const weight of STEPS) {
    for (let minute = 1; ; minute++) {
      minutes.push(draw(version, { weight, first: minute === 1 }, random));
      const { logE, revertAt } = judge(minutes.slice(0, minutes.length - LAG));
      if (revertAt !== null) return ended(true, minutes, version);
      if (minute < BAKE) continue;
      const evidence = logE.at(-1) ?? 0;
      const needed = -Math.log(STANDARD_RULE.alpha);
      if (part === undefined || evidence < needed + Math.log(part)) break;
      if (minute < BAKE * MAX_EXTENSION) continue;
      if (evidence >= needed) return ended(true, minutes, version);
      break;
    }
  }
  return ended(false, minutes, version);
}

function draw(
  { requestsPerSecond, baseline, canary, coldStart = 0, run = 1 }: Version,
  { weight, first }: { readonly weight: number; readonly first: boolean },
  random: Random,
): Minute {
  const counts = (share: number, rate: number, more: number) => {
    const total = poisson(random, 60 * requestsPerSecond * share);
    const bad = run === 1 ? binomial(random, total, rate) : inRuns(random, total * rate, run);
    return { total, bad: Math.min(total, bad + more) };
  };
  const cold = first && coldStart > 0 ? poisson(random, coldStart) : 0;
  return { baseline: counts(1 - weight, baseline, 0), canary: counts(weight, canary, cold) };
}

function inRuns(random: Random, mean: number, length: number): number {
  let bad = 0;
  for (let runs = poisson(random, mean / length); runs > 0; runs--) {
    do bad += 1;
    while (random() >= 1 / length);
  }
  return bad;
}

function ended(reverted: boolean, minutes: readonly Minute[], version: Version): Played {
  const failed = minutes.reduce((sum, { canary }) => sum + canary.bad, 0);
  const left = Math.max(0, NOTICED_AT - minutes.length);
  const missed = reverted ? 0 : left * 60 * version.requestsPerSecond * version.canary;
  return { reverted, minutes: minutes.length, failed: failed + missed };
}

function row(version: Version, runs: number, seed: number): readonly string[] {
  const cells = GATES.map(([, part]) => {
    const random = seeded(seed);
    const all = Array.from({ length: runs }, () => play(version, part, random));
    const mean = (of: (each: Played) => number) =>
      all.reduce((sum, each) => sum + of(each), 0) / runs;
    const reverted = (100 * mean((each) => Number(each.reverted))).toFixed(2);
    const minutes = mean((each) => each.minutes).toFixed(2);
    const failed =
      version.baseline === version.canary ? '' : ` · ${mean((each) => each.failed).toFixed(0)}`;
    return `${reverted} · ${minutes}${failed}`;
  });
  return [`${version.requestsPerSecond} r/s, ${version.name}`, ...cells];
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' } } });
const head = GATES.map(([name]) => name);
for (const [title, versions] of [
  ['good versions: reverted, % · minutes to the promotion', GOOD],
  ['bad versions: reverted, % · minutes · failed requests in an hour', BAD],
] as const) {
  const rows = versions.map((version, index) => row(version, Number(values.runs), index + 1));
  process.stdout.write(`${markdownTable([[title, ...head], ...rows])}\n\n`);
}
