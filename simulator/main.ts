import { parseArgs } from 'node:util';

import { checkoutWorld } from './checkout.ts';
import { acceleratedClock } from './clock.ts';
import { awsEnvironment } from './environment.ts';
import { startServer } from './server.ts';
import { createSimulator } from './simulator.ts';

const USAGE = `Usage: npm run simulator -- [--port N] [--speed N] [--seed N] [--next good|bad]

  --port   where to listen on 127.0.0.1; a free port when left out
  --speed  simulated seconds in one real second (1)
  --seed   of the simulated traffic (1)
  --next   how the unpublished code in $LATEST behaves (good)
`;

function options() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      speed: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      next: { type: 'string', default: 'good' },
    },
  });
  const number = (name: 'port' | 'speed' | 'seed', least: number) => {
    const value = Number(values[name]);
    if (!(value >= least)) throw new Error(`--${name} must be a number from ${least}`);
    return value;
  };
  const next = (['good', 'bad'] as const).find((each) => each === values.next);
  if (next === undefined) throw new Error('--next must be good or bad');
  return { next, port: number('port', 0), speed: number('speed', 0.001), seed: number('seed', 0) };
}

async function main(): Promise<void> {
  const { next, port, speed, seed } = options();
  const clock = acceleratedClock({ originMs: Date.now(), speed });
  const simulator = createSimulator({ clock, seed });
  checkoutWorld(simulator, { next });
  const { url } = await startServer(simulator, { port });

  console.log(`A simulated AWS listens on ${url}. Point any AWS client at it with:\n`);
  for (const [name, value] of Object.entries(awsEnvironment(url, simulator.region))) {
    console.log(`export ${name}=${value}`);
  }
  console.log(`
It holds the function checkout, whose alias live serves version 1 with 20 requests a second, a ${next}
release in $LATEST, and the alarms checkout-errors and checkout-health. Stop it with Ctrl-C.`);
}

await main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 1;
});
