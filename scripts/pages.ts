// Renders sample summaries in headless Chromium, light and dark, into demo/pages, and fails when a chart was not drawn.
// To be looked at.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { summaryOf } from '../src/core/report/summary.ts';
import { pageOf } from '../__tests__/fixtures/page.ts';
import { sampleReport, type Sample } from '../__tests__/fixtures/sample-report.ts';

const SAMPLES: Readonly<Record<string, Sample>> = {
  'one-promoted': { functions: 1, alarms: 1, nameLength: 0, outcome: 'promoted' },
  'one-reverted': { functions: 1, alarms: 1, nameLength: 0, outcome: 'reverted' },
  'many-reverted': { functions: 20, alarms: 50, nameLength: 0, outcome: 'reverted' },
  'long-names': { functions: 20, alarms: 50, nameLength: 255, outcome: 'promoted' },
};
const CHROMIUM = process.env['CHROMIUM'] ?? 'chromium';
const FOLDER = 'demo/pages';
const WIDTH = 1100;
/** How high the page is, with its charts. */
const MEASURE = `<script>
  new ResizeObserver(() => {
    document.documentElement.dataset.height = document.documentElement.scrollHeight;
  }).observe(document.body);
</script>
`;
const HEADLESS = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=10000'];

function browse(...parameters: readonly string[]): string {
  return execFileSync(CHROMIUM, [...HEADLESS, ...parameters], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

mkdirSync(FOLDER, { recursive: true });
for (const [name, sample] of Object.entries(SAMPLES)) {
  const summary = summaryOf(sampleReport(sample));
  const charts = summary.match(/^```mermaid$/gm)?.length ?? 0;
  for (const theme of ['light', 'dark'] as const) {
    const path = resolve(FOLDER, `${name}-${theme}`);
    const page = pageOf(name, summary, { theme, modules: '../../node_modules' });
    writeFileSync(`${path}.html`, `${page}${MEASURE}`);
    const url = `file://${path}.html`;
    const dom = browse('--dump-dom', `--window-size=${WIDTH},800`, url);
    const drawn = dom.match(/<svg[^>]* aria-roledescription="xychart"/g);
    // All of it: what is below the first screens is to be looked at, too.
    const height = /data-height="(\d+)"/.exec(dom)?.[1] ?? '2600';
    browse(`--screenshot=${path}.png`, `--window-size=${WIDTH},${height}`, url);
    console.log(`${path}.png: ${drawn?.length ?? 0} of ${charts} charts`);
    if (drawn?.length !== charts) process.exitCode = 1;
  }
}
