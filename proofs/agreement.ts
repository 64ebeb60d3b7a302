// Plays whole rollouts under traffic on virtual time, and compares what they do with what the judge says of the
// requests that were really served.
import { parseArgs } from 'node:util';

import { markdownTable } from 'markdown-table';

import { agreementOf, underTraffic, type Agreement } from '../promises/agreement.ts';
import type { TrafficScenario } from '../promises/scenario.ts';
import { percent } from '../src/core/text/numbers.ts';

interface Cell extends TrafficScenario {
  readonly name: string;
}

const cells: readonly Cell[] = [1, 10].flatMap((requestsPerSecond) => [
  { name: 'no worse', requestsPerSecond, stableErrorRate: 0.001, canaryErrorRate: 0.001 },
  { name: 'no worse', requestsPerSecond, stableErrorRate: 0.01, canaryErrorRate: 0.01 },
  { name: '0 → 5 %', requestsPerSecond, stableErrorRate: 0, canaryErrorRate: 0.05 },
  { name: '1 % → 5 %', requestsPerSecond, stableErrorRate: 0.01, canaryErrorRate: 0.05 },
  { name: 'fails always', requestsPerSecond, stableErrorRate: 0.001, canaryErrorRate: 1 },
]);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seeds: { type: 'string', default: '40' } } });
  const seeds = Number(values.seeds);
  const rows: string[][] = [];
  let disagreements = 0;
  for (const [index, cell] of cells.entries()) {
    const all: Agreement[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      all.push(await agreementOf(underTraffic(index * 100_000 + seed, cell)));
    }
    disagreements += all.filter(({ reverted, judged }) => reverted !== judged).length;
    rows.push(rowOf(cell, all));
  }
  const head = [
    'new version',
    'requests/s',
    'old fails',
    'rollouts',
    'reverted',
    'judge alone',
    'minutes',
    'failed',
  ];
  process.stdout.write(`${markdownTable([head, ...rows])}\n\nDisagreements: ${disagreements}\n`);
  if (disagreements > 0) process.exitCode = 1;
}

function rowOf(
  { name, requestsPerSecond, stableErrorRate }: Cell,
  all: readonly Agreement[],
): string[] {
  const part = (is: (each: Agreement) => boolean) => percent(all.filter(is).length / all.length);
  return [
    name,
    String(requestsPerSecond),
    percent(stableErrorRate),
    String(all.length),
    part(({ reverted }) => reverted),
    part(({ judged }) => judged),
    String(median(all.map(({ minutes }) => minutes))),
    String(median(all.map(({ failed }) => failed))),
  ];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

await main();
