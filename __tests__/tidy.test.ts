import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { withDefinition } from '../scripts/state-machine-template.ts';
import { definitionText } from '../src/core/state-machine/definition.ts';
import { circleIn, importsIn, importsOfRooms } from './fixtures/imports.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const packageJson = () =>
  JSON.parse(read('package.json')) as Readonly<
    Record<'scripts' | 'dependencies', Readonly<Record<string, string>>>
  >;

/** What is not written by hand, as .gitignore has it. */
const GENERATED = new Set(['_site', 'node_modules', 'coverage', 'demo']);

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

  it('every folder beside src is told of in ARCHITECTURE.md', () => {
    const folders = readdirSync('.', { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !GENERATED.has(entry.name))
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('.'));
    expect(folders.length).toBeGreaterThan(5);
    const text = read('ARCHITECTURE.md');
    expect(folders.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it.each([
    ['ARCHITECTURE.md', 'src'],
    ['CONTRIBUTING.md', '.'],
    ['simulator/README.md', 'simulator'],
  ])('every file that %s names is there', (page, home) => {
    const named = [...read(page).matchAll(/`([\w-]+\/[\w/-]+\.\w+)`/g)].map(
      ([, path]) => path ?? '',
    );
    expect(named.length).toBeGreaterThan(3);
    const missing = named.filter((path) => globSync([path, `${home}/${path}`]).length === 0);
    expect(missing).toEqual([]);
  });

  it('every package that the bundle needs stands in ARCHITECTURE.md with a reason, and no other', () => {
    const { dependencies } = packageJson();
    const table = /## Dependencies\n(.*)/s.exec(read('ARCHITECTURE.md'))?.[1] ?? '';
    const told = [...table.matchAll(/^\| (`[^|]+`) +\| \S/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    expect(told.sort()).toEqual(Object.keys(dependencies).sort());
  });

  it('every npm script stands in CONTRIBUTING.md', () => {
    const { scripts } = packageJson();
    const told = new Set(
      [...read('CONTRIBUTING.md').matchAll(/npm (?:run )?([\w:-]+)/g)].map(([, name]) => name),
    );
    expect(Object.keys(scripts).filter((name) => !told.has(name))).toEqual([]);
  });

  it('the state machine that is delivered is that of the sources', () => {
    // Not told by its differences: they would fill pages, and the next build puts it right.
    expect(read('dist/state-machine.json') === definitionText()).toBe(true);
    const template = read('templates/step-functions/cloudformation.yml');
    const delivered = read('dist/step-functions.yml');
    expect(delivered === withDefinition(template, definitionText())).toBe(true);
  });

  it('no file of mutants is left out of the list', () => {
    const list = read('proofs/mutants/all.ts');
    const files = globSync('proofs/mutants/*.ts').filter((file) => !file.endsWith('/all.ts'));
    expect(files.length).toBeGreaterThan(3);
    const left = files.filter((file) => !list.includes(`from './${basename(file)}'`));
    expect(left).toEqual([]);
  });

  it('a file longer than most says why', () => {
    const files = globSync('{src,conformance,simulator,promises,proofs,scripts}/**/*.{ts,js}');
    expect(files.length).toBeGreaterThan(100);
    const silent = files.filter((file) => {
      const source = read(file);
      return source.trimEnd().split('\n').length > MOST_LINES && !REASON.test(source);
    });
    expect(silent).toEqual([]);
  });

  it.each(['src', 'simulator', 'promises', 'proofs', 'conformance', 'scripts'])(
    'no files of %s import each other in a circle',
    (folder) => {
      const imports = importsIn(folder);
      expect([...imports.values()].some(({ size }) => size > 0)).toBe(true);
      expect(circleIn(imports)).toBeUndefined();
    },
  );

  it.each(['src', 'src/core', 'src/run', 'src/aws', 'simulator'])(
    'every room of %s stands above those that it imports',
    (folder) => {
      const imports = importsOfRooms(folder);
      expect([...imports.values()].some(({ size }) => size > 0)).toBe(true);
      expect(circleIn(imports)).toBeUndefined();
    },
  );
});
