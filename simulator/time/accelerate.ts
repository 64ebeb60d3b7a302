// Preloaded into a process (node --import) to make its clock run fast, without any hook in the program:
//   SIMULATED_TIME=<origin in epoch ms>,<speed> node --import ./simulator/time/accelerate.ts program.js
//
// Only what the action's own clock is made of is changed. The global setTimeout stays real, because the
// AWS SDK guards real sockets with it.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

import { faster } from './clock.ts';

const [originMs = NaN, speed = NaN] = (process.env['SIMULATED_TIME'] ?? '').split(',').map(Number);
if (!(originMs > 0 && speed > 0)) {
  throw new Error('SIMULATED_TIME must be <origin in epoch milliseconds>,<speed>');
}

const realNow = performance.now.bind(performance);
const realSetTimeout = timers.setTimeout;
const { timeOrigin } = performance;
const now = () => faster(timeOrigin + realNow(), { originMs, speed });

performance.now = () => now() - timeOrigin;
Date.now = now;
timers.setTimeout = (delay, ...rest) => realSetTimeout((delay ?? 0) / speed, ...rest);
syncBuiltinESMExports();
