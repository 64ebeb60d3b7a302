// Runs the committed bundle against the simulator, in fast time: a good version, then a bad one with and without alarms.
import { mkdirSync, writeFileSync } from 'node:fs';

import { checkoutWorld } from '../simulator/checkout.ts';
import { acceleratedClock } from '../simulator/time/clock.ts';
import { awsEnvironment } from '../simulator/environment.ts';
import { runAction } from '../simulator/runner.ts';
import { startServer } from '../simulator/server.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { pageOf } from '../__tests__/fixtures/page.ts';

/** Simulated seconds in one real second. */
const SPEED = 60;
const REGION = 'eu-west-1';
const ACCELERATE = new URL('../simulator/time/accelerate.ts', import.meta.url).href;

interface Scene {
  readonly title: string;
  readonly next: 'good' | 'bad';
  readonly alarms: string;
  readonly expected: string;
  readonly page: string;
}

const scenes: readonly Scene[] = [
  {
    title: 'A good version',
    next: 'good',
    alarms: 'checkout-errors, checkout-health',
    expected: 'promoted',
    page: 'promoted',
  },
  {
    title: 'A bad version: one request in five fails, and an alarm sees it',
    next: 'bad',
    alarms: 'checkout-errors, checkout-health',
    expected: 'reverted',
    page: 'reverted-by-alarm',
  },
  {
    title: 'The same without any alarm: only the two versions are compared',
    next: 'bad',
    alarms: '',
    expected: 'reverted',
    page: 'reverted-by-comparison',
  },
];

async function play({ title, next, alarms, expected, page: name }: Scene): Promise<void> {
  console.log(`\n──── ${title} (a minute passes in a second) ────\n`);
  const time = { originMs: Date.now(), speed: SPEED };
  const simulator = createSimulator({ clock: acceleratedClock(time), region: REGION, seed: 1 });
  checkoutWorld(simulator, { next });
  const server = await startServer(simulator);
  try {
    const { outputs, summary } = await runAction({
      nodeArguments: ['--import', ACCELERATE],
      environment: {
        ...awsEnvironment(server.url, REGION),
        SIMULATED_TIME: `${time.originMs},${time.speed}`,
      },
      inputs: {
        'function-name': 'checkout',
        alias: 'live',
        steps: '10% 5m, 50% 5m',
        'bake-time': '5m',
        alarms,
      },
      onLog: createPrinter(),
    });
    const outcome = outputs['outcome'] ?? 'none';
    const page = `demo/${name}.html`;
    writeFileSync(page, pageOf(title, summary));
    console.log(`\nOutcome: ${outcome}. The job summary is in ${page}.`);
    if (outcome !== expected) {
      console.error(`Expected the outcome ${expected}.`);
      process.exitCode = 1;
    }
  } finally {
    await server.close();
  }
}

/** Prints a log line by line, its workflow commands as GitHub shows them. */
function createPrinter(): (text: string) => void {
  let rest = '';
  let indent = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, command, data = ''] = /^::([a-z-]+)[^:]*::(.*)$/.exec(line) ?? [];
      if (command === 'endgroup') indent = '';
      else console.log(indent + (command === undefined ? line : shown(command, data)));
      if (command === 'group') indent = '    ';
    }
  };
}

function shown(command: string, data: string): string {
  const text = data.replace(/%(25|0A|0D)/g, (escaped) => decodeURIComponent(escaped));
  switch (command) {
    case 'group':
      return `▸ ${text}`;
    case 'error':
      return `Error: ${text}`;
    default:
      return `Warning: ${text}`;
  }
}

mkdirSync('demo', { recursive: true });
for (const scene of scenes) await play(scene);
