// Takes the picture of a reverted rollout's summary that the README shows, of the page that the demo wrote.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const CHROMIUM = process.env['CHROMIUM'] ?? 'chromium';
const PAGE = 'demo/reverted-by-comparison.html';
const PICTURE = 'docs/reverted.png';
/** As wide as GitHub shows a summary, and no higher than a screen. */
const SIZE = '1012,785';

if (!existsSync(PAGE)) throw new Error(`${PAGE} is missing: "npm run demo" writes it`);
execFileSync(
  CHROMIUM,
  [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    // The charts are drawn by a script of the page.
    '--virtual-time-budget=10000',
    `--window-size=${SIZE}`,
    `--screenshot=${resolve(PICTURE)}`,
    `file://${resolve(PAGE)}`,
  ],
  { stdio: 'ignore' },
);
console.log(PICTURE);
