import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { generated, PAGES } from '../scripts/readme.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'simulator/*.md', 'templates/**/*.md']);

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```/gms, '');

/** As GitHub makes them of headings. */
function anchorsOf(path: string): readonly string[] {
  const headings = [...withoutCode(read(path)).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return headings.map((anchor, index) => {
    const before = headings.slice(0, index).filter((each) => each === anchor).length;
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** Links and pictures inside the repository that lead nowhere. */
function brokenIn(path: string): readonly string[] {
  return [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^\w+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
}

describe('the documents', () => {
  it.each(DOCUMENTS)('%s links to what is there', (path) => {
    expect(brokenIn(path)).toEqual([]);
  });

  it.each(Object.keys(PAGES))('%s says what action.yml and the program say', (path) => {
    const page = read(path);
    expect(generated(path, page, read('action.yml'))).toBe(page);
  });

  it('every page of docs is linked from the README', () => {
    const readme = read('README.md');
    const pages = globSync('docs/*.md');
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.filter((page) => !readme.includes(`](${page}`))).toEqual([]);
  });

  it('every example is linked from the README or from docs', () => {
    const text = DOCUMENTS.map(read).join('\n');
    const examples = globSync('examples/*.yml');
    expect(examples.filter((example) => !text.includes(`${example})`))).toEqual([]);
  });

  it('the README is short', () => {
    const readme = read('README.md');
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(16 * 1024);
    expect(readme.split(/\s+/).length).toBeLessThanOrEqual(1500);
  });
});
