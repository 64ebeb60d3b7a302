import { parseArgs } from 'node:util';

import { checkoutWorld } from './checkout.ts';
import { acceleratedClock } from './time/clock.ts';
import { awsEnvironment } from './environment.ts';
import { startServer } from './server.ts';
import { createSimulator } from './simulator.ts';

const USAGE = `Usage: npm run simulator -- [--port N] [--speed N] [--seed N] [--next good|bad]

  --port   where to listen on 127.0.0.1; a free port when left out
  --speed  simulated seconds in one real second (1)
  --seed   of the simulated traffic (1)
  --next   how the unpublished code in $LATEST behaves (good)
`;

const NEXT = ['good', 'bad'] as const;

function options() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      speed: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      next: { type: 'string', default: 'good' },
    },
  });
  const next = NEXT.find((each) => each === values.next);
  if (next === undefined) throw new Error(`--next must be good or bad, not "${values.next}"`);
  const speed = Number(values.speed);
  if (!(speed > 0 && Number.isFinite(speed))) {
    throw new Error(`--speed must be a number above 0, not "${values.speed}"`);
  }
  const port = wholeNumber('--port', values.port, 65_535);
  return { next, port, speed, seed: wholeNumber('--seed', values.seed, 2 ** 32 - 1) };
}

function wholeNumber(flag: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value <= most) return value;
  throw new Error(`${flag} must be a whole number from 0 to ${most}, not "${text}"`);
}

async function main(): Promise<void> {
  const { next, port, speed, seed } = options();
  const originMs = Date.now();
  const simulator = createSimulator({ clock: acceleratedClock({ originMs, speed }), seed });
  checkoutWorld(simulator, { next });
  const server = await startServer(simulator, { port });
  process.once('SIGINT', () => {
    void server.close();
  });

  console.log(`A simulated AWS listens on ${server.url}. Point any AWS client at it with:\n`);
  for (const [name, value] of Object.entries(awsEnvironment(server.url, simulator.region))) {
    console.log(`export ${name}=${value}`);
  }
  if (speed !== 1) {
    console.log(`
A minute passes in ${60 / speed} s here. To give another program that time, as far as it is written for Node:

export SIMULATED_TIME=${originMs},${speed}
node --import ./simulator/time/accelerate.ts …`);
  }
  console.log(`
It holds the function checkout, whose alias live serves version 1 with 20 requests a second, a ${next}
release in $LATEST, and the alarms checkout-errors and checkout-health. Stop it with Ctrl-C.`);
}

await main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 1;
});
