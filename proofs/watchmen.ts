import { globSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Mutant } from './mutants/mutant.ts';

/** The nearest first, and the dearest last. */
export const KINDS = ['nearest', 'simulation', 'sources', 'bundle'] as const;
export type Kind = (typeof KINDS)[number];

/** Somebody who may notice a mutant: commands for Node, one after the other, of which one fails. */
export interface Watchman {
  readonly kind: Kind;
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
}

const SEEDS = '1500';

/**
 * Who is asked for a mutant until somebody has noticed it.
 * @param copy the project, whose tests these are
 * @param only to be asked alone; then the simulation plays every seed, and tells how many notice
 */
export function watchmenOf(
  { file, by }: Mutant,
  copy: string,
  only: Kind | undefined,
): readonly Watchman[] {
  const all = globSync('__tests__/**/*.test.ts', { cwd: copy }).sort();
  const ofSources = all.filter((test) => seesSources(test) && !seesBundle(test));
  const meant = all.filter((test) => test === by);
  if (by !== undefined && meant.length === 0) throw new Error(`There is no test ${by}`);
  const near = meant.length > 0 ? meant : nearest(file, ofSources);
  const simulate = ['scripts/simulate.ts', '--seeds', SEEDS];
  const watchmen: readonly Watchman[] = [
    { kind: 'nearest', name: nameOf(near), commands: testing(near) },
    {
      kind: 'simulation',
      name: 'simulation',
      commands: [only === undefined ? [...simulate, '--bail'] : simulate],
    },
    { kind: 'sources', name: 'tests of the sources', commands: testing(ofSources) },
    { kind: 'bundle', name: 'tests of the bundle', commands: testing(all.filter(seesBundle)) },
  ];
  return watchmen.filter(({ kind }) => only === undefined || kind === only);
}

/** The test at the address of a file; where there is none, those of the nearest folder that has any. */
function nearest(file: string, tests: readonly string[]): readonly string[] {
  const address = file.replace(/^src\//, '__tests__/');
  const own = tests.filter((test) => test === address.replace(/\.ts$/, '.test.ts'));
  if (own.length > 0) return own;
  for (let place = dirname(address); place.includes('/'); place = dirname(place)) {
    const around = tests.filter((test) => test.startsWith(`${place}/`));
    if (around.length > 0) return around;
  }
  throw new Error(`There is no test anywhere near ${file}`);
}

/** They run the action as GitHub does. */
function seesBundle(test: string): boolean {
  return test.startsWith('__tests__/bundle/') || test === '__tests__/hostile/bundle.test.ts';
}

/**
 * Not those of what only tests use; and not those that compare texts of files: every mutant breaks "fits the code exactly
 * once", which shows nothing.
 */
function seesSources(test: string): boolean {
  return !/^__tests__\/(?:(?:simulator|proofs|moto|step-functions)\/|tidy\.)/.test(test);
}

/** By path, not by a pattern: what a pattern finds depends on where the copy lies. */
function testing(paths: readonly string[]): Watchman['commands'] {
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--bail',
    '--runTestsByPath',
    ...paths,
  ];
  return paths.some(seesBundle) ? [BUILD, jest] : [jest];
}

/** Without a look at types: a mutant is to be caught by what it does. */
const BUILD = [
  'node_modules/@vercel/ncc/dist/ncc/cli.js',
  'build',
  'src/index.ts',
  '--out',
  'dist',
  '--transpile-only',
  '--quiet',
];

function nameOf(near: readonly string[]): string {
  const [first = '', second] = near;
  return second === undefined ? first : `${first} and those around it`;
}
