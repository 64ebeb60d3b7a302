import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const action = parse(readFileSync(new URL('../action.yml', import.meta.url), 'utf8')) as {
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly branding: { readonly icon: string; readonly color: string };
};

const COLORS = [
  'white',
  'black',
  'yellow',
  'blue',
  'green',
  'orange',
  'red',
  'purple',
  'gray-dark',
];
/** Of Feather's icons those that GitHub does not take. */
const REFUSED_ICONS = [
  ...['coffee', 'columns', 'divide-circle', 'divide-square', 'divide', 'frown', 'hexagon'],
  ...['key', 'meh', 'mouse-pointer', 'smile', 'tool', 'x-octagon'],
];

/** What its form for a release refuses, and no other check shows. That nobody else has the name only that form knows. */
describe('the Marketplace takes', () => {
  it('the name, which is that of a product and not of a thing of GitHub or AWS, and the author', () => {
    expect(action.name).toMatch(/^[A-Z][\w -]{2,}$/);
    expect(action.name).not.toMatch(/^(github|aws|amazon)\b/i);
    expect(action.author.trim()).not.toBe('');
  });

  it('the description, which has less than 125 characters', () => {
    expect(action.description.length).toBeLessThan(125);
    expect(action.description).not.toContain('\n');
  });

  it('the branding', () => {
    expect(COLORS).toContain(action.branding.color);
    expect(action.branding.icon).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(REFUSED_ICONS).not.toContain(action.branding.icon);
  });
});
