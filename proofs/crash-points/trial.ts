import { runAction, startAction, type RunningAction } from '../../simulator/runner.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { SharedTime } from '../../simulator/time/shared-time.ts';
import { ENDS, MODES, type Finding, type Point } from './points.ts';
import { inMode, look, runBefore, runLater, withWorld } from './world.ts';
import { isAsFound, wrongOfJob, wrongOfRollout } from './wrong.ts';

/** After SIGINT a runner waits this long, and then again this long for SIGTERM. */
const TERM_AFTER_MS = 7_500;
const KILL_AFTER_MS = 2_500;

/** Ends the process at one call, has it looked after, and says what is wrong then. */
export function tryPoint(point: Point): Promise<Finding> {
  const { mode, end, moment, call } = point;
  const { signal, then } = ENDS[end];
  return withWorld(async ({ simulator, time, options }) => {
    await runBefore(mode, options);
    const found = look(simulator);
    const over = Promise.withResolvers<undefined>();
    const action = startAction(inMode(mode, options));
    let operation = '';
    let calls = 0;
    // Asked of every request before anything else happens with it.
    simulator.faults.add((request) => {
      if (calls++ !== call) return undefined;
      operation = request.operation;
      if (moment === 'after') {
        const once = simulator.faults.after(() => {
          once();
          endProcess(action, signal, time);
        });
        return { type: 'lost-reply' };
      }
      endProcess(action, signal, time);
      return moment === 'before' ? { type: 'reset' } : { type: 'late', until: over.promise };
    });

    const main = await action.done;
    const second =
      then === 'post'
        ? await runAction({ ...inMode(mode, options), state: main.state })
        : await runLater(MODES[mode].next, options);
    over.resolve(undefined);
    await arrived(simulator);
    const left = look(simulator);
    const isHeld = then === 'post' && mode !== 'rollout' && isAsFound(left, found);
    const again = isHeld ? await runLater(mode, options) : undefined;
    const aftermath = { found, left, main, second, again };
    const last = then === 'post' ? mode : MODES[mode].next;
    const wrong =
      last === 'rollout' ? wrongOfRollout(then, aftermath) : wrongOfJob(mode, then, aftermath);
    return { ...point, operation, wrong: wrong.join('; ') };
  });
}

export function endProcess(
  { process }: RunningAction,
  signal: NodeJS.Signals,
  time: SharedTime,
): void {
  process.kill(signal);
  if (signal !== 'SIGINT') return;
  const after = (ms: number, next: NodeJS.Signals) =>
    time.at(time.clock.now() + ms, () => process.kill(next));
  const cancels = [
    after(TERM_AFTER_MS, 'SIGTERM'),
    after(TERM_AFTER_MS + KILL_AFTER_MS, 'SIGKILL'),
  ];
  process.once('close', () => {
    for (const cancel of cancels) cancel();
  });
}

/** A request that was let go is answered within some turns of the event loop. */
export async function arrived(simulator: Simulator): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
  simulator.advance();
}
