import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { notesOf } from '../../../scripts/release/changelog.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** A change file as `npx changeset add` writes it. */
const changed = (how: 'patch' | 'minor' | 'major', text: string) =>
  `---\n'lambda-canary': ${how}\n---\n\n${text}\n`;

describe('the next version', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-version-'));
    const lock = { version: '1.0.0', packages: { '': { version: '1.0.0' } } };
    write(
      'package.json',
      JSON.stringify({ name: 'lambda-canary', version: '1.0.0', private: true }),
    );
    write('package-lock.json', JSON.stringify({ name: 'lambda-canary', ...lock }));
    write('CHANGELOG.md', '# lambda-canary\n\n## 1.0.0\n\n### Major Changes\n\n- The first.\n');
    const config = '.changeset/config.json';
    cpSync(join(PROJECT, config), join(folder, config));
    execFileSync('git', ['init', '--quiet', '-b', 'main'], { cwd: folder });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (path: string, text: string) => {
    writeFileSync(join(folder, path), text);
  };
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');

  it('follows from the change files: the greatest of them decides, and each has its sentence in the changelog', () => {
    write('.changeset/mended.md', changed('patch', 'Alarms with commas in their names are found.'));
    write('.changeset/added.md', changed('minor', 'A new input, `pace`.'));
    execFileSync(process.execPath, [join(PROJECT, 'scripts/release/version.ts')], { cwd: folder });
    expect(JSON.parse(read('package.json'))).toMatchObject({ version: '1.1.0' });
    expect(JSON.parse(read('package-lock.json'))).toMatchObject({
      version: '1.1.0',
      packages: { '': { version: '1.1.0' } },
    });
    expect(notesOf(read('CHANGELOG.md'), '1.1.0')).toBe(
      '### Minor Changes\n\n- A new input, `pace`.\n\n### Patch Changes\n\n- Alarms with commas in their names are found.',
    );
    expect(notesOf(read('CHANGELOG.md'), '1.0.0')).toBe('### Major Changes\n\n- The first.');
  });
});

describe('the changelog', () => {
  it('has notes of the version in package.json, and the lock file names the same', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
      version: string;
    };
    const lock: unknown = JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8'));
    expect(lock).toMatchObject({ version, packages: { '': { version } } });
    expect(notesOf(readFileSync(join(PROJECT, 'CHANGELOG.md'), 'utf8'), version)).toMatch(/^### /);
  });

  it('has no notes of a version whose number only begins with another', () => {
    expect(notesOf('# x\n\n## 1.0.0-rc.1\n\n- Old.\n', '1.0.0')).toBeUndefined();
    expect(notesOf('# x\n\n## 1.0.0\n\n- New.\n\n## 1.0.0-rc.1\n\n- Old.\n', '1.0.0')).toBe(
      '- New.',
    );
  });
});
