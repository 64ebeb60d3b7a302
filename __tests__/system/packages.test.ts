import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { strFromU8, unzipSync, zipSync } from 'fflate';

import { packages } from '../../src/system/packages.ts';

const { signal } = new AbortController();

describe('code of the workspace', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-packages-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, content: string | Uint8Array, at = 1_700_000_000) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, at, at);
    return path;
  };
  const read = (name: string) => packages.read(join(folder, name), signal);

  it('is a zip file as it is, with the hash that Lambda gives it', async () => {
    const bytes = zipSync({ 'index.mjs': Buffer.from('export {}') });
    write('code.zip', bytes);
    const found = await read('code.zip');
    expect(Buffer.compare(found.bytes, bytes)).toBe(0);
    expect(found.codeSha256).toBe(createHash('sha256').update(bytes).digest('base64'));
  });

  it('of a directory has the same bytes whatever the order, the times and the modes of its files', async () => {
    write('one/index.mjs', 'export {}', 1_600_000_000);
    write('one/lib/zwölf.mjs', 'x'.repeat(3_000_000));
    write('one/a.txt', '');
    write('two/a.txt', '', 1_500_000_000);
    write('two/lib/zwölf.mjs', 'x'.repeat(3_000_000), 1_400_000_000);
    chmodSync(write('two/index.mjs', 'export {}'), 0o600);
    const [one, two] = [await read('one'), await read('two')];
    expect(two.codeSha256).toBe(one.codeSha256);
    // On any machine, in any time zone, at any time.
    expect(one.codeSha256).toBe('18EkrYuHTbVxmERmakA26KiUEtJg8viGsHnbL+6CS94=');
    const files = unzipSync(one.bytes);
    expect(Object.keys(files)).toEqual(['a.txt', 'index.mjs', 'lib/zwölf.mjs']);
    expect(strFromU8(files['lib/zwölf.mjs'] ?? new Uint8Array())).toBe('x'.repeat(3_000_000));
    write('two/index.mjs', 'export { }');
    expect((await read('two')).codeSha256).not.toBe(one.codeSha256);
  });

  it('has links as links, with the modes of Unix', async () => {
    write('code/bin/tool', '#!/bin/sh');
    symlinkSync('bin/tool', join(folder, 'code/tool'));
    const { bytes } = await read('code');
    const [, ...entries] = Buffer.from(bytes).toString('latin1').split('PK\x01\x02');
    const modes = entries.map((entry) =>
      (Buffer.from(entry.slice(34, 38), 'latin1').readUInt32LE() >>> 16).toString(8),
    );
    expect(modes).toEqual(['100755', '120777']);
    expect(strFromU8(unzipSync(bytes)['tool'] ?? new Uint8Array())).toBe('bin/tool');
  });

  it.each<[string, () => void, string]>([
    ['is not there', () => undefined, 'is no code that can be opened'],
    ['is no zip file', () => write('code', 'text'), 'is no zip file'],
    [
      'is empty',
      () => mkdirSync(join(folder, 'code/empty'), { recursive: true }),
      'empty directory',
    ],
    ['is a repository', () => write('code/.git/config', 'token'), 'is a whole repository'],
    [
      'leads out of itself',
      () => {
        write('code/index.mjs', '');
        symlinkSync('../secret', join(folder, 'code/secret'));
      },
      'is a link to ../secret, which is not in',
    ],
    [
      'has an absolute link',
      () => {
        write('code/index.mjs', '');
        symlinkSync(join(folder, 'code/index.mjs'), join(folder, 'code/main.mjs'));
      },
      'which is not in',
    ],
    [
      'is too large',
      () => {
        truncateSync(write('code/large', ''), 251 * 1024 ** 2);
      },
      'has 251 MB, and Lambda takes at most 250 MB unzipped',
    ],
    [
      'has more files than a zip file can count',
      () => {
        const all = Array.from({ length: 65_535 }, (_, index) => join(folder, `code/${index}`));
        mkdirSync(join(folder, 'code'));
        for (const path of all) symlinkSync('0', path);
      },
      'has 65,535 files',
    ],
  ])('is refused when it %s', async (_, prepare, message) => {
    prepare();
    await expect(read('code')).rejects.toThrow(message);
  });

  it('is read one after another, and one that cannot be read is in nobody else’s way', async () => {
    write('code/index.mjs', 'export {}');
    const [missing, found] = await Promise.allSettled([read('nothing'), read('code')]);
    expect(missing.status).toBe('rejected');
    expect(found.status).toBe('fulfilled');
  });

  it('is not zipped any further once the run is cancelled', async () => {
    write('code/large', 'x'.repeat(5_000_000));
    const cancelled = new AbortController();
    const reading = packages.read(join(folder, 'code'), cancelled.signal);
    cancelled.abort(new Error('cancelled'));
    await expect(reading).rejects.toThrow('cancelled');
  });
});
