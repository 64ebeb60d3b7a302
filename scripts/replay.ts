// Judges minutes of the past, from a file: what the comparison would have done with them.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { z, ZodError } from 'zod';

import { odds } from '../src/core/checks/comparison.ts';
import {
  failuresToRevert,
  judge,
  STANDARD_RULE,
  type Minute,
  type Rule,
} from '../src/core/statistics/evidence.ts';
import { grouped, percent } from '../src/core/text/numbers.ts';
import { replayedLogs } from './replay-logs.ts';

const USAGE = `Usage: npm run replay -- [--json] FILE

FILE holds one line or object for each minute, with the requests and the failures of the baseline (nb, eb) and of
the canary (nc, ec):

  CSV    nb,eb,nc,ec
         54,0,6,2
  JSON   {"options": {"alpha": 0.01}, "minutes": [{"nb": 54, "eb": 0, "nc": 6, "ec": 2}]}

options, all of them optional: ${Object.keys(STANDARD_RULE).join(', ')}

  --json  print one JSON object: logE, finalLogE, revertAt, pValue, errorsToRevert

Or, for failures that were read from logs (always one JSON object: logE, revertAt, pValue, failuresToRevert; or failures):

  JSON   {"options": {"alpha": 0.002}, "windows": [{"weight": 0.1, "baseline": 0, "canary": 9}]}
         {"lines": [{"format": "Text", "message": "REPORT RequestId: …"}]}
`;

const count = z.number().int().min(0);
const rawMinute = z.strictObject({ nb: count, eb: count, nc: count, ec: count });
const replayed = z.strictObject({
  options: z
    .strictObject({
      alpha: z.number().gt(0).lt(1),
      ratio: z.number().gt(0),
      margin: z.number().min(0).lt(1),
      floor: z.number().min(0).max(1),
      confirm: z.number().min(0),
      burst: z.number().min(1),
    })
    .partial()
    .default({}),
  minutes: z.array(rawMinute),
});

export interface Replay {
  readonly minutes: readonly Minute[];
  readonly rule: Rule;
}

/** @throws {Error} saying what in the file cannot be understood, and where */
export function readReplay(text: string): Replay {
  const raw: unknown = text.trimStart().startsWith('{') ? JSON.parse(text) : fromCsv(text);
  const { options, minutes } = replayed.parse(raw);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return {
    rule: { ...STANDARD_RULE, ...(Object.fromEntries(given) as Partial<Rule>) },
    minutes: minutes.map(({ nb, eb, nc, ec }) => ({
      baseline: { total: nb, bad: eb },
      canary: { total: nc, bad: ec },
    })),
  };
}

function fromCsv(text: string): unknown {
  const [head = '', ...lines] = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const names = head.split(',').map((name) => name.trim().toLowerCase());
  const minutes = lines.map((line, index) => {
    const cells = line.split(',').map((cell) => cell.trim());
    if (cells.length !== names.length) {
      throw new Error(
        `minute ${index + 1} has ${cells.length} values, and there are ${names.length} columns`,
      );
    }
    return Object.fromEntries(names.map((name, column) => [name, numberIn(cells[column] ?? '')]));
  });
  return { minutes };
}

function numberIn(cell: string): number {
  return /^\d+$/.test(cell) ? Number(cell) : NaN;
}

/** In the terms of the vectors: one object, with everything that the judge says. */
export function replayJson({ minutes, rule }: Replay): object {
  const { logE, revertAt, pValue } = judge(minutes, rule);
  return {
    logE,
    finalLogE: logE.at(-1) ?? 0,
    revertAt,
    pValue,
    errorsToRevert: failuresToRevert(minutes, rule),
  };
}

function replayTable({ minutes, rule }: Replay): string {
  const { logE, revertAt, pValue } = judge(minutes, rule);
  const rows = minutes.map(({ baseline, canary }, index) => [
    String(index + 1),
    `${grouped(canary.bad)} of ${grouped(canary.total)}`,
    `${grouped(baseline.bad)} of ${grouped(baseline.total)}`,
    odds(logE[index] ?? 0),
    index === revertAt ? 'reverts' : '',
  ]);
  const all = [['minute', 'canary failed', 'baseline failed', 'evidence', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...all.map((cells) => (cells[column] ?? '').length)),
  );
  const lines = all.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
  const more = failuresToRevert(minutes, rule);
  return [
    ...lines,
    '',
    revertAt === null
      ? `It would not have reverted (p = ${pValue.toPrecision(2)}; ${1 / rule.alpha}:1 is needed` +
        `${more === null ? '' : `, ${grouped(more)} more failures would have reached it`}).`
      : `It would have reverted after minute ${revertAt + 1}, with ${percent(rule.alpha)} of good versions at risk ` +
        'of the same.',
  ].join('\n');
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new Error(USAGE);
  const text = readFileSync(file, 'utf8');
  const logs = text.trimStart().startsWith('{') ? replayedLogs(JSON.parse(text)) : undefined;
  if (logs !== undefined) {
    process.stdout.write(`${JSON.stringify(logs)}\n`);
    return;
  }
  const replay = readReplay(text);
  process.stdout.write(
    values.json ? `${JSON.stringify(replayJson(replay))}\n` : `${replayTable(replay)}\n`,
  );
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    const message = error instanceof ZodError ? z.prettifyError(error) : (error as Error).message;
    process.stderr.write(`${message}\n`);
    process.exitCode = 1;
  }
}
