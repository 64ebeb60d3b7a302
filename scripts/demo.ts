// Runs the committed bundle against the simulator, in fast time: a good version, then a bad one that is found out by an alarm,
// by the comparison of the versions, and by what it logs.
import { mkdirSync, writeFileSync } from 'node:fs';

import { checkoutWorld } from '../simulator/checkout.ts';
import { acceleratedClock } from '../simulator/time/clock.ts';
import { awsEnvironment } from '../simulator/environment.ts';
import { runAction } from '../simulator/runner.ts';
import { startServer } from '../simulator/server.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { pageOf } from '../__tests__/fixtures/page.ts';

/** Simulated seconds in one real second. */
const SPEED = 60;
const REGION = 'eu-west-1';
const REQUESTS_PER_SECOND = 20;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ACCELERATE = new URL('../simulator/time/accelerate.ts', import.meta.url).href;

interface Scene {
  readonly title: string;
  readonly next: 'good' | 'bad';
  readonly alarms: string;
  /** Whether failures are read from the logs. */
  readonly logs: 'on' | 'off';
  readonly expected: string;
  readonly page: string;
}

const scenes: readonly Scene[] = [
  {
    title: 'A good version',
    next: 'good',
    alarms: 'checkout-errors, checkout-health',
    logs: 'on',
    expected: 'promoted',
    page: 'promoted',
  },
  {
    title: 'A bad version: one request in five fails, and an alarm sees it',
    next: 'bad',
    alarms: 'checkout-errors, checkout-health',
    logs: 'off',
    expected: 'reverted',
    page: 'reverted-by-alarm',
  },
  {
    title: 'The same without any alarm: only the two versions are compared, by their metrics',
    next: 'bad',
    alarms: '',
    logs: 'off',
    expected: 'reverted',
    page: 'reverted-by-comparison',
  },
  {
    title: 'The same by what the versions log, within seconds',
    next: 'bad',
    alarms: '',
    logs: 'on',
    expected: 'reverted',
    page: 'reverted-by-logs',
  },
];

async function play({ title, next, alarms, logs, expected, page: name }: Scene): Promise<void> {
  console.log(`\n──── ${title} (a minute passes in a second) ────\n`);
  const time = { originMs: Date.now(), speed: SPEED };
  const clock = acceleratedClock(time);
  const simulator = createSimulator({ clock, region: REGION, seed: 1, logging: true });
  checkoutWorld(simulator, { next, requestsPerSecond: REQUESTS_PER_SECOND });
  serveBefore(simulator, time.originMs);
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
        steps: '10% 3m, 50% 3m',
        'bake-time': '5m',
        alarms,
        'analysis-logs': logs,
        'error-logs': 'show',
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

/** The alias has had its traffic for hours. */
function serveBefore({ metrics }: Simulator, now: number): void {
  const series = { functionName: 'checkout', alias: 'live', version: '1' };
  const minute = {
    invocations: 60 * REQUESTS_PER_SECOND,
    errors: 1,
    throttles: 0,
    durations: new Map([[40, 60 * REQUESTS_PER_SECOND]]),
  };
  for (let at = now - 3 * HOUR_MS; at < now; at += MINUTE_MS) {
    metrics.add(series, at - (at % MINUTE_MS), minute);
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
