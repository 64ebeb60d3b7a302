// How much of its share a version may be missing before it is told: good versions whose routing is not exact, and bad ones of which
// requests hang and so are counted never.
import { markdownTable } from 'markdown-table';

import { binomial, poisson, seeded } from '../simulator/time/random.ts';
import { tooFewEvidence, type Shared } from '../src/core/statistics/share.ts';

const RUNS = 1000;
const MINUTES = 15;
const NEEDED = Math.log(10_000);
const SHARES = [1, 0.95, 0.9, 0.85, 0.8, 0.7, 0.5, 0.4, 0.1, 0] as const;

const rows = [0.01, 0.1, 0.5].flatMap((weight) =>
  [1, 10, 100, 1000].map((requestsPerSecond) => [
    `${weight * 100} %, ${requestsPerSecond} r/s`,
    ...SHARES.map((counted, index) => {
      const random = seeded(index + 1);
      const found = Array.from({ length: RUNS }, () => {
        const windows: Shared[] = [];
        for (let minute = 0; minute < MINUTES; minute++) {
          const due = poisson(random, 60 * requestsPerSecond * weight);
          const baseline = poisson(random, 60 * requestsPerSecond * (1 - weight));
          windows.push({ weight, baseline, canary: binomial(random, due, counted) });
          if (tooFewEvidence(windows) >= NEEDED) return minute + 1;
        }
        return undefined;
      }).flatMap((each) => each ?? []);
      const median = found.toSorted((a, b) => a - b)[Math.floor(found.length / 2)];
      const told = ((100 * found.length) / RUNS).toFixed(1);
      return median === undefined ? told : `${told} · ${median}`;
    }),
  ]),
);
process.stdout.write(
  `told within ${MINUTES} minutes, % · minute in the median\n\n` +
    `${markdownTable([['part of its share that is counted', ...SHARES.map(String)], ...rows])}\n`,
);
