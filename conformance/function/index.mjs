// The function that experiments call. The event, or else the version's environment, says how an invocation goes.
import { setTimeout } from 'node:timers/promises';

export const handler = async ({ fails, lastsMs = 0 } = {}) => {
  if (lastsMs > 0) await setTimeout(lastsMs);
  const failure = fails ?? (Math.random() < Number(process.env.FAILING ?? 0) ? 'throws' : '');
  if (failure === 'throws') throw new Error('on purpose');
  if (failure === 'exits') process.exit(1);
  if (failure === 'hangs') await setTimeout(60_000);
  return { version: process.env.AWS_LAMBDA_FUNCTION_VERSION };
};
