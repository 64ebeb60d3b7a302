import { globSync, readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const MOST_LINES = 350;
const REASON = /^(?:\/\/|\/\*\*| \*) ?Longer than most: \S/m;

describe('the house is tidy:', () => {
  it('every folder of src stands in ARCHITECTURE.md, and no other', () => {
    const folders = readdirSync('src', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ parentPath, name }) => `${parentPath}/${name}`.replace(/^src\//, ''));
    const rooms = /## The rooms\n(.*?)\n## /s.exec(read('ARCHITECTURE.md'))?.[1] ?? '';
    const told = [...rooms.matchAll(/^\| `([^`]+)`/gm)].map(([, folder]) => folder);
    expect(told.sort()).toEqual(folders.sort());
  });

  it('every file that ARCHITECTURE.md and CONTRIBUTING.md name is there', () => {
    const text = read('ARCHITECTURE.md') + read('CONTRIBUTING.md');
    const named = [...text.matchAll(/`([\w-]+\/[\w/-]+\.\w+)`/g)].map(([, path]) => path ?? '');
    expect(named.length).toBeGreaterThan(20);
    const missing = named.filter((path) => globSync([path, `src/${path}`]).length === 0);
    expect(missing).toEqual([]);
  });

  it('every npm script stands in CONTRIBUTING.md', () => {
    const { scripts } = JSON.parse(read('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const told = new Set(
      [...read('CONTRIBUTING.md').matchAll(/npm (?:run )?([\w:-]+)/g)].map(([, name]) => name),
    );
    expect(Object.keys(scripts).filter((name) => !told.has(name))).toEqual([]);
  });

  it('a file longer than most says why', () => {
    const files = globSync('{src,simulator,promises,proofs,scripts}/**/*.{ts,js}');
    expect(files.length).toBeGreaterThan(100);
    const silent = files.filter((file) => {
      const source = read(file);
      return source.trimEnd().split('\n').length > MOST_LINES && !REASON.test(source);
    });
    expect(silent).toEqual([]);
  });
});
