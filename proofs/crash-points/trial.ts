import { runAction, startAction } from '../../simulator/runner.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { endAtCall } from './ending.ts';
import { ENDS, MODES, type Finding, type Point } from './points.ts';
import { inMode, look, runBefore, runLater, withWorld } from './world.ts';
import { isAsFound, wrongOfJob, wrongOfRollout } from './wrong.ts';

/** Ends the process at one call, has it looked after, and says what is wrong then. */
export function tryPoint(point: Point): Promise<Finding> {
  const { mode, end } = point;
  const { then } = ENDS[end];
  return withWorld(async ({ simulator, time, options }) => {
    await runBefore(mode, options);
    const found = look(simulator);
    const action = startAction(inMode(mode, options));
    const ending = endAtCall(point, { action, simulators: [simulator], time });

    const main = await action.done;
    const second =
      then === 'post'
        ? await runAction({ ...inMode(mode, options), state: main.state })
        : await runLater(MODES[mode].next, options);
    ending.letArrive();
    await arrived(simulator);
    const left = look(simulator);
    const isHeld = then === 'post' && mode !== 'rollout' && isAsFound(left, found);
    const again = isHeld ? await runLater(mode, options) : undefined;
    const aftermath = { found, left, main, second, again };
    const last = then === 'post' ? mode : MODES[mode].next;
    const wrong =
      last === 'rollout' ? wrongOfRollout(then, aftermath) : wrongOfJob(mode, then, aftermath);
    return { ...point, operation: ending.operation(), wrong: wrong.join('; ') };
  });
}

/** A request that was let go is answered within some turns of the event loop. */
export async function arrived(simulator: Simulator): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
  simulator.advance();
}
