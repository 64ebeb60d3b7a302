import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

interface Locked {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly version: string;
  readonly license?: string;
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/** What may be in the bundle, by name and the place where it is installed. */
const BUNDLED = Object.entries(lock.packages)
  .filter(([path, { dev, devOptional }]) => path !== '' && !(dev ?? devOptional ?? false))
  .map(([path, locked]) => ({ name: path.replace(/^.*node_modules\//, ''), ...locked }));

/** They ask for no more than that their notice comes along, as it does in dist/licenses.txt. */
const LICENCES = ['MIT', 'ISC', 'Apache-2.0', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause'];

describe('the packages in the bundle', () => {
  it('have licences that ask for nothing but their notice', () => {
    expect(BUNDLED.length).toBeGreaterThan(20);
    const others = BUNDLED.filter(({ license = '' }) => !LICENCES.includes(license));
    expect(others.map(({ name, license }) => `${name}: ${license ?? 'none'}`)).toEqual([]);
  });

  it('bring their notices along in dist, all of them: a bundle in parts would keep those of one part', () => {
    const notices = readFileSync(new URL('../dist/licenses.txt', import.meta.url), 'utf8');
    const { dependencies } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { readonly dependencies: Readonly<Record<string, string>> };
    const lines = new Set(notices.split('\n'));
    expect(Object.keys(dependencies).filter((name) => !lines.has(name))).toEqual([]);
  });

  it('are there in one version each, other than those of which types are all that is used', () => {
    const names = BUNDLED.map(({ name }) => name).filter((name) => !name.endsWith('types'));
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    expect(twice).toEqual([]);
  });
});
