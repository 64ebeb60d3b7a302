// Looks at the built site: every link inside it leads to what is there, and, where there is a Chromium, no page is wider
// than a telephone or a desktop.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SITE = resolve('_site');
const CHROMIUM = process.env['CHROMIUM'] ?? 'chromium';
const WIDTHS = [375, 1280];

const pages = globSync('*.html', { cwd: SITE });
if (pages.length < 10) throw new Error('_site is missing: "npm --prefix site run build" writes it');
const htmlOf = (page: string) => readFileSync(join(SITE, page), 'utf8');

function brokenIn(page: string): readonly string[] {
  const links = [...htmlOf(page).matchAll(/ (?:href|src)="([^"]+)"/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !/^\w+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : file;
      if (!existsSync(join(SITE, target))) return true;
      return anchor !== undefined && !htmlOf(target).includes(` id="${anchor}"`);
    })
    .map((link) => `${page}: ${link} leads nowhere`);
}

/** Each page in frames of these widths: a window of Chromium's cannot be as narrow as a telephone. */
function tooWide(): readonly string[] {
  const folder = mkdtempSync(join(SITE, 'frames-'));
  try {
    return pages.flatMap((page) => {
      const frames = WIDTHS.map(
        (width) => `<iframe src="../${page}" width="${width}" height="600"></iframe>`,
      );
      const measure = `onload = () => setTimeout(() => {
        for (const frame of document.querySelectorAll('iframe')) {
          frame.dataset.needs = frame.contentDocument.documentElement.scrollWidth;
        }
      }, 3000);`;
      const file = join(folder, page);
      writeFileSync(file, `<!doctype html>${frames.join('')}<script>${measure}</script>`);
      const dom = execFileSync(
        CHROMIUM,
        [
          ...['--headless', '--no-sandbox', '--disable-gpu', '--allow-file-access-from-files'],
          ...['--virtual-time-budget=10000', '--dump-dom', `file://${file}`],
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      );
      const needs = [...dom.matchAll(/data-needs="(\d+)"/g)].map(([, width]) => Number(width));
      return WIDTHS.flatMap((width, index) => {
        const needed = needs[index] ?? Infinity;
        return needed > width ? [`${page}: needs ${needed} px of ${width}`] : [];
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const hasChromium = spawnSync(CHROMIUM, ['--version']).error === undefined;
const problems = [...pages.flatMap(brokenIn), ...(hasChromium ? tooWide() : [])];
problems.forEach((problem) => {
  console.error(problem);
});
if (problems.length > 0) process.exitCode = 1;
const widths = hasChromium ? `at ${WIDTHS.join(' and ')} px` : 'without a Chromium to measure them';
console.log(`${pages.length} pages looked at ${widths}: ${problems.length} problems`);
