// Breaks each promise on purpose, in a copy of the project, and shows what notices: the simulation, the tests
// of the sources, or those of the bundle.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { markdownTable } from 'markdown-table';

import { MUTANTS, type Mutant } from './mutants/all.ts';

const PROJECT = new URL('..', import.meta.url).pathname;
const SEEDS = '1500';
/** A mutant may make a program wait for ever; that is noticed too. */
const PATIENCE_MS = 2 * 60_000;

interface Watchman {
  readonly name: string;
  readonly commands: readonly (readonly [string, ...string[]])[];
}

const JEST = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--bail'] as const;

/** The quick ones first: a mutant is asked after until somebody has noticed it. */
const WATCHMEN: readonly Watchman[] = [
  { name: 'simulation', commands: [['node', 'scripts/simulate.ts', '--seeds', SEEDS]] },
  {
    name: 'tests of the sources',
    commands: [['node', ...JEST, '--testPathIgnorePatterns', 'bundle', 'moto', 'simulator']],
  },
  {
    name: 'tests of the bundle',
    commands: [
      ['npx', 'ncc', 'build', 'src/index.ts', '--out', 'dist', '--quiet'],
      ['node', ...JEST, 'bundle'],
    ],
  },
];

interface TsConfig {
  readonly compilerOptions: object;
}

interface Caught {
  readonly by: string;
  readonly how: string;
}

function main(): void {
  const wanted = process.argv.slice(2);
  const mutants = MUTANTS.filter(
    ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
  );
  const copy = mkdtempSync(join(tmpdir(), 'lambda-canary-mutants-'));
  try {
    copyProject(copy);
    for (const mutant of mutants) withMutant(copy, mutant, () => undefined);
    const unbroken = notice(copy);
    if (unbroken !== undefined)
      throw new Error(`Without any mutant, ${unbroken.by} fails: ${unbroken.how}`);
    const rows = mutants.map((mutant) => {
      const caught = withMutant(copy, mutant, () => notice(copy));
      console.log(`${caught === undefined ? 'SURVIVED' : 'caught'}: ${mutant.name}`);
      return [mutant.name, caught?.by ?? '**nobody**', caught?.how ?? ''];
    });
    console.log(`\n${markdownTable([['broken on purpose', 'noticed by', 'how'], ...rows])}`);
    const survivors = rows.filter(([, by]) => by === '**nobody**').length;
    console.log(`\n${rows.length - survivors} of ${rows.length} mutants were caught.`);
    if (survivors > 0) process.exitCode = 1;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** What is committed or about to be, without what can be made of it. */
function copyProject(to: string): void {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  for (const file of files.split('\n').filter(Boolean)) {
    cpSync(join(PROJECT, file), join(to, file), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(to, 'node_modules'));
  // A mutant is to be caught by what it does, not by the names that it leaves unused.
  const config = JSON.parse(readFileSync(join(to, 'tsconfig.json'), 'utf8')) as TsConfig;
  Object.assign(config.compilerOptions, {
    noUnusedLocals: false,
    noUnusedParameters: false,
    allowUnreachableCode: true,
  });
  writeFileSync(join(to, 'tsconfig.json'), JSON.stringify(config));
}

function withMutant<T>(copy: string, { name, file, from, to }: Mutant, act: () => T): T {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`"${name}" does not fit ${file} any more`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  try {
    return act();
  } finally {
    writeFileSync(path, source);
  }
}

function notice(copy: string): Caught | undefined {
  for (const { name, commands } of WATCHMEN) {
    for (const [command, ...parameters] of commands) {
      const { status, stdout, stderr } = spawnSync(command, parameters, {
        cwd: copy,
        encoding: 'utf8',
        timeout: PATIENCE_MS,
      });
      if (status === null) return { by: name, how: 'it does not come to an end' };
      if (status !== 0) return { by: name, how: firstFailure(`${stdout}\n${stderr}`) };
    }
  }
  return undefined;
}

function firstFailure(output: string): string {
  const seeds = /^Broken promises: (\d+)\n\s+seed \d+: (.*)$/m.exec(output);
  if (seeds !== null) return `${seeds[1] ?? ''}× ${seeds[2] ?? ''}`.replaceAll('|', '');
  const test = /^\s+● (.*)$/m.exec(output)?.[1] ?? output.trim().split('\n').at(-1) ?? '';
  return test.replaceAll('|', '').slice(0, 160);
}

main();
