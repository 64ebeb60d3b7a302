// Breaks each promise on purpose, in a copy of the project, and shows who notices: the test nearest to the code, the
// simulation, the tests of the sources, or those of the bundle.
import { parseArgs } from 'node:util';

import { markdownTable } from 'markdown-table';

import { run } from './command.ts';
import { copyProject, withMutant } from './copy.ts';
import { MUTANTS } from './mutants/all.ts';
import type { Mutant } from './mutants/mutant.ts';
import { KINDS, watchmenOf, type Watchman } from './watchmen.ts';

const USAGE = `Usage: npm run mutate -- [--part N/OF] [--only KIND] [WORDS…]

  WORDS   only the mutants with one of these in their names
  --part  every so many-th of them, so that the parts take about as long
  --only  asks none but: ${KINDS.join(', ')}
`;

/**
 * How many times as long as without the mutant a watchman may take. What takes longer does not come to an end, which is
 * noticed too: on the same machine, right before, it needed a fifth of that.
 */
const PATIENCE = 5;
/** What takes a moment may well take many times as long when the machine is busy. */
const LEAST_PATIENCE_MS = 2 * 60_000;

interface Caught {
  readonly by: string;
  readonly how: string;
}

function options() {
  const { values, positionals } = parseArgs({
    options: {
      part: { type: 'string', default: '1/1' },
      only: { type: 'string' },
    },
    allowPositionals: true,
  });
  const [, part = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(values.part) ?? []).map(Number);
  if (part < 1 || part > of)
    throw new Error(`--part must be like 1/4, not ${values.part}\n${USAGE}`);
  const mutants = MUTANTS.filter(
    ({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
  ).filter((_, index) => index % of === part - 1);
  if (mutants.length === 0) throw new Error(`No mutant is called so.\n${USAGE}`);
  const only = KINDS.find((kind) => kind === values.only);
  if (only === undefined && values.only !== undefined)
    throw new Error(`--only must be one of ${KINDS.join(', ')}, not ${values.only}\n${USAGE}`);
  return { mutants, only };
}

async function main(): Promise<void> {
  const { mutants, only } = options();
  // What was started would go on without us, and the copy would stay.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  const copy = copyProject();
  for (const mutant of mutants) await withMutant(copy, mutant, () => Promise.resolve());

  const patienceWith = createPatience(copy);
  const rows: (readonly string[])[] = [];
  for (const mutant of mutants) {
    const startedAt = performance.now();
    const caught = await firstToNotice(mutant, watchmenOf(mutant, copy, only), copy, patienceWith);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(
      `${caught === undefined ? 'SURVIVED' : 'caught'}: ${mutant.name} (${caught?.by ?? 'nobody'}, ${seconds} s)`,
    );
    rows.push([mutant.name, caught?.by ?? '**nobody**', caught?.how ?? '']);
  }

  console.log(`\n${markdownTable([['broken on purpose', 'noticed by', 'how'], ...rows])}`);
  const survivors = rows.filter(([, by]) => by === '**nobody**').length;
  console.log(`\n${rows.length - survivors} of ${rows.length} mutants were caught.`);
  if (survivors > 0) process.exitCode = 1;
}

async function firstToNotice(
  mutant: Mutant,
  watchmen: readonly Watchman[],
  copy: string,
  patienceWith: (watchman: Watchman) => Promise<number>,
): Promise<Caught | undefined> {
  for (const watchman of watchmen) {
    const patienceMs = await patienceWith(watchman);
    const how = await withMutant(copy, mutant, () => ask(watchman, copy, patienceMs));
    if (how !== undefined) return { by: watchman.name, how };
  }
  return undefined;
}

/**
 * How long each watchman may take, by how long it takes when nothing is broken.
 * @throws when it finds something broken then
 */
function createPatience(copy: string): (watchman: Watchman) => Promise<number> {
  const known = new Map<string, number>();
  return async (watchman) => {
    const key = JSON.stringify(watchman.commands);
    const before = known.get(key);
    if (before !== undefined) return before;
    const startedAt = performance.now();
    const how = await ask(watchman, copy, Infinity);
    if (how !== undefined) throw new Error(`Without any mutant, ${watchman.name} fails: ${how}`);
    const patienceMs = Math.max(LEAST_PATIENCE_MS, PATIENCE * (performance.now() - startedAt));
    known.set(key, patienceMs);
    return patienceMs;
  };
}

/** @returns how it noticed something, if it did */
async function ask(
  { commands }: Watchman,
  copy: string,
  patienceMs: number,
): Promise<string | undefined> {
  let leftMs = patienceMs;
  for (const command of commands) {
    const { ended, passed, output, tookMs } = await run(command, copy, leftMs);
    if (!ended) return `it does not come to an end in ${Math.round(patienceMs / 1000)} s`;
    if (!passed) return firstFailure(output);
    leftMs = Math.max(1, leftMs - tookMs);
  }
  return undefined;
}

function firstFailure(output: string): string {
  const seeds = /^Broken promises: (\d+)\n\s+seed \d+: (.*)$/m.exec(output);
  if (seeds !== null) return `${seeds[1] ?? ''}× ${seeds[2] ?? ''}`.replaceAll('|', '');
  const test = /^\s+● (.*)$/m.exec(output)?.[1] ?? output.trim().split('\n').at(-1) ?? '';
  return test.replaceAll('|', '').slice(0, 160);
}

await main();
