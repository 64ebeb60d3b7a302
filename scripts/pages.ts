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
    writeFileSync(`${path}.html`, pageOf(name, summary, { theme, modules: '../../node_modules' }));
    const url = `file://${path}.html`;
    const drawn = browse('--dump-dom', url).match(/<svg[^>]* aria-roledescription="xychart"/g);
    browse(`--screenshot=${path}.png`, '--window-size=1100,2600', url);
    console.log(`${path}.png: ${drawn?.length ?? 0} of ${charts} charts`);
    if (drawn?.length !== charts) process.exitCode = 1;
  }
}
