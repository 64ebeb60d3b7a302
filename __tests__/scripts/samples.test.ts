import { globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { pinned, repository, SAMPLES, withPins } from '../../scripts/samples.ts';
import { HOW_IT_DECIDES } from '../../src/core/report/links.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the samples', () => {
  it.each(SAMPLES)('%s names every action by its commit, with the version behind it', (path) => {
    const sample = read(path);
    expect(withPins(sample)).toBe(sample);
    const uses = [...sample.matchAll(/\buses: ([\w.-]+\/\S+@\S+)/g)].map(([, each = '']) => each);
    const known = Object.values(pinned());
    expect(uses.filter((each) => !known.includes(each) && !each.startsWith('acme/'))).toEqual([]);
  });

  it('are pinned again, whatever they were pinned to, and an imagined company is left alone', () => {
    const commit = pinned()['actions/checkout'];
    expect(
      withPins(
        '- uses: actions/checkout@v1\n- uses: actions/checkout@0 # v0.1.0\n- uses: acme/x@v1 # x\n',
      ),
    ).toMatch(new RegExp(`^(- uses: ${commit ?? '?'} # v[\\d.]+\n){2}- uses: acme/x@v1 # x\n$`));
    expect(withPins('uses: somebody/lambda-canary@v0\n')).toContain(`uses: ${repository()}@`);
  });

  it('and links name the repository that package.json names', () => {
    expect(HOW_IT_DECIDES).toMatch(`https://github.com/${repository()}/`);
    const name = repository().split('/')[1] ?? '';
    const naming = new RegExp(`(?:github\\.com/|--repo |--signer-workflow )([\\w-]+/${name})`, 'g');
    const pages = globSync(['*.md', 'docs/*.md', '.github/**/*.{md,yml}', 'site/*.{js,njk}']);
    const named = pages.flatMap((path) => [...read(path).matchAll(naming)].map(([, each]) => each));
    expect(named.length).toBeGreaterThan(5);
    expect(new Set(named)).toEqual(new Set([repository()]));
  });
});
