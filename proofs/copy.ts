import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Mutant } from './mutants/mutant.ts';

const PROJECT = new URL('..', import.meta.url).pathname;

interface TsConfig {
  readonly compilerOptions: object;
}

/**
 * What is committed or about to be, in a folder of its own, without what can be made of it.
 * @returns where it is
 */
export function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), 'lambda-canary-mutants-'));
  process.once('exit', () => {
    rmSync(copy, { recursive: true });
  });
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  for (const file of files.split('\n').filter(Boolean)) {
    cpSync(join(PROJECT, file), join(copy, file), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  // What looks at no types, as the build of a mutant, cannot know from package.json what a module is.
  const config = JSON.parse(readFileSync(join(copy, 'tsconfig.json'), 'utf8')) as TsConfig;
  Object.assign(config.compilerOptions, { module: 'esnext', moduleResolution: 'bundler' });
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(config));
  return copy;
}

/** @throws when the mutant does not fit the code */
export async function withMutant<T>(
  copy: string,
  { name, file, from, to }: Mutant,
  act: () => Promise<T>,
): Promise<T> {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`"${name}" does not fit ${file} any more`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  try {
    return await act();
  } finally {
    writeFileSync(path, source);
  }
}
