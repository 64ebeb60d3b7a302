// When a minute's metrics are complete: how long several rules wait for it, how often they take one that is not, and what that
// does to good versions in an outage that both share. CloudWatch shows what was published of a minute so far. How Lambda
// publishes is not documented, so the ways that were seen of others, or may be, are played.
import { parseArgs } from 'node:util';

import { markdownTable } from 'markdown-table';

import { binomial, poisson, seeded, type Random } from '../simulator/time/random.ts';
import { judge, type Counts, type Minute } from '../src/core/statistics/evidence.ts';

const SLOT_S = 5;
const SLOTS = 60 / SLOT_S;
const MINUTES = 9;
const POLL_S = 15;
const WEIGHT = 0.1;
/** A third of all requests fails for two minutes, from a random second of the fourth on. */
const OUTAGE = { share: 0.3, from: 180, seconds: 120 };

/** When what an environment did until some second can be seen: seconds, of a rollout. */
type Published = (second: number, phase: number, random: number) => number;

const every =
  (period: number, pipeline: number): Published =>
  (second, phase) =>
    Math.ceil((second - phase * period) / period) * period + phase * period + pipeline;
const afterMinute =
  (delay: number): Published =>
  (second) =>
    Math.ceil(second / 60) * 60 + delay;

const SHAPES: readonly (readonly [string, Published])[] = [
  ['each minute at once, after 20 s', afterMinute(20)],
  ['each minute at once, after 45 s', afterMinute(45)],
  ['environments each 20 s', every(20, 5)],
  ['environments each 60 s', every(60, 5)],
  // SQS: 26, 29 and 30 of 30 one, two and three minutes after.
  [
    '87 % after 1 min, 97 % after 2',
    (second, _, random) =>
      Math.ceil(second / 60) * 60 + (random < 0.87 ? 55 : random < 0.97 ? 110 : 170),
  ],
];

/** What is seen of a minute, and for how long it has been so. */
interface Look {
  readonly ageS: number;
  readonly unchangedS: number;
  /** Whether anything is seen of both versions. */
  readonly ofBoth: boolean;
}
/** The last one is that of src/core/checks/settling.ts, at a poll of 15 s. */
const RULES: readonly (readonly [string, (look: Look) => boolean])[] = [
  ['60 s', ({ ageS }) => ageS >= 60],
  ['90 s', ({ ageS }) => ageS >= 90],
  ['120 s', ({ ageS }) => ageS >= 120],
  ['unchanged 15 s', ({ ageS, unchangedS }) => ageS >= 120 || unchangedS >= 15],
  ['unchanged 30 s', ({ ageS, unchangedS }) => ageS >= 120 || unchangedS >= 30],
  [
    'unchanged 15 s from 60 s on',
    ({ ageS, unchangedS, ofBoth }) =>
      ageS >= 120 || (ageS >= (ofBoth ? 75 : 90) && unchangedS >= 15),
  ],
];

interface Slot {
  readonly counts: Counts;
  /** When it can be seen. */
  readonly at: number;
}
/** Of one version, by minutes. */
type Version = readonly (readonly Slot[])[];

function version(
  requestsPerSecond: number,
  environments: number,
  { published, fails }: { readonly published: Published; readonly fails: (s: number) => number },
  random: Random,
): Version {
  const minutes: Slot[][] = Array.from({ length: MINUTES }, () => []);
  for (let environment = 0; environment < environments; environment++) {
    const phase = random();
    for (let slot = 0; slot < MINUTES * SLOTS; slot++) {
      const total = poisson(random, (requestsPerSecond * SLOT_S) / environments);
      const bad = binomial(random, total, fails(slot * SLOT_S));
      const at = published((slot + 1) * SLOT_S, phase, random());
      minutes[Math.floor(slot / SLOTS)]?.push({ counts: { total, bad }, at });
    }
  }
  return minutes;
}

function seen(slots: readonly Slot[], now: number): Counts {
  let [total, bad] = [0, 0];
  for (const { counts, at } of slots) {
    if (at > now) continue;
    total += counts.total;
    bad += counts.bad;
  }
  return { total, bad };
}

interface Played {
  readonly waitedS: number;
  readonly incomplete: number;
  readonly reverted: boolean;
}

function play(
  baseline: Version,
  canary: Version,
  settles: (look: Look) => boolean,
  firstPoll: number,
): Played {
  const taken = new Map<number, number>();
  const changed = new Map<number, { text: string; at: number }>();
  let incomplete = 0;
  let reverted = false;
  for (let now = firstPoll; now <= (MINUTES + 2) * 60; now += POLL_S) {
    const minutes: Minute[] = [];
    for (let index = 0; index < MINUTES; index++) {
      const ageS = now - (index + 1) * 60;
      if (ageS < 0) break;
      const minute = {
        baseline: seen(baseline[index] ?? [], now),
        canary: seen(canary[index] ?? [], now),
      };
      const text = JSON.stringify(minute);
      if (changed.get(index)?.text !== text) changed.set(index, { text, at: now });
      const ofBoth = minute.baseline.total > 0 && minute.canary.total > 0;
      const unchangedS = now - (changed.get(index)?.at ?? now);
      const isSettled = taken.has(index) || settles({ ageS, unchangedS, ofBoth });
      if (!isSettled) break;
      if (!taken.has(index)) {
        taken.set(index, ageS);
        const all =
          seen(canary[index] ?? [], Infinity).total + seen(baseline[index] ?? [], Infinity).total;
        if (minute.baseline.total + minute.canary.total < all) incomplete += 1;
      }
      minutes.push(minute);
    }
    reverted ||= judge(minutes).revertAt !== null;
  }
  const waits = [...taken.values()];
  return {
    waitedS: waits.reduce((sum, each) => sum + each, 0) / waits.length,
    incomplete: incomplete / MINUTES,
    reverted,
  };
}

function row(
  [name, published]: (typeof SHAPES)[number],
  { requestsPerSecond, environments }: { requestsPerSecond: number; environments: number },
  runs: number,
): readonly string[] {
  const cells = RULES.map(([, settles]) => {
    const random = seeded(1);
    let [waited, incomplete, reverted] = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const from = OUTAGE.from + 60 * random();
      const fails = (second: number) =>
        second >= from && second < from + OUTAGE.seconds ? OUTAGE.share : 0.001;
      const world = { published, fails };
      const canary = version(
        requestsPerSecond * WEIGHT,
        Math.max(1, Math.round(environments * WEIGHT)),
        world,
        random,
      );
      const baseline = version(requestsPerSecond * (1 - WEIGHT), environments, world, random);
      const played = play(baseline, canary, settles, POLL_S * random());
      waited += played.waitedS;
      incomplete += played.incomplete;
      reverted += Number(played.reverted);
    }
    const percent = (count: number) => ((100 * count) / runs).toFixed(1);
    return `${(waited / runs).toFixed(0)} s · ${percent(incomplete)} · ${percent(reverted)}`;
  });
  return [`${requestsPerSecond} r/s, ${name}`, ...cells];
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '300' } } });
const WORLDS = [
  { requestsPerSecond: 10, environments: 4 },
  { requestsPerSecond: 100, environments: 20 },
];
process.stdout.write(
  `${markdownTable([
    [
      'waited after its end · taken incomplete, % · reverted in a shared outage, %',
      ...RULES.map(([name]) => name),
    ],
    ...WORLDS.flatMap((world) => SHAPES.map((shape) => row(shape, world, Number(values.runs)))),
  ])}\n`,
);
