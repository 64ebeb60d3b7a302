import type { RunningAction } from '../../simulator/runner.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { SharedTime } from '../../simulator/time/shared-time.ts';
import { ENDS, type Point } from './points.ts';

/** After SIGINT a runner waits this long, and then again this long for SIGTERM. */
const TERM_AFTER_MS = 7_500;
const KILL_AFTER_MS = 2_500;

/** How a process is ended at one of its calls. */
interface Ending {
  /** What it was that it called. */
  operation(): string;
  /** Where. */
  region(): string;
  /** A request that was on its way arrives. */
  letArrive(): void;
}

/**
 * Ends the process at one of its own calls; those of executions are AWS's.
 * @param besides what else happens in that moment
 */
export function endAtCall(
  { end, moment, call }: Pick<Point, 'end' | 'moment' | 'call'>,
  {
    action,
    simulators,
    time,
  }: {
    readonly action: RunningAction;
    /** One for each region; its calls are counted through all of them. */
    readonly simulators: readonly Simulator[];
    readonly time: SharedTime;
  },
  besides: () => void = () => undefined,
): Ending {
  const { signal } = ENDS[end];
  const over = Promise.withResolvers<undefined>();
  let operation = '';
  let region = '';
  let calls = 0;
  for (const simulator of simulators) {
    // Asked of every request before anything else happens with it.
    simulator.faults.add((request) => {
      if (request.execution !== undefined || calls++ !== call) return undefined;
      ({ operation } = request);
      ({ region } = simulator);
      if (moment === 'after') {
        const once = simulator.faults.after(({ execution }) => {
          if (execution !== undefined) return;
          once();
          endProcess(action, signal, time);
          besides();
        });
        return { type: 'lost-reply' };
      }
      endProcess(action, signal, time);
      besides();
      return moment === 'before' ? { type: 'reset' } : { type: 'late', until: over.promise };
    });
  }
  return {
    operation: () => operation,
    region: () => region,
    letArrive: () => {
      over.resolve(undefined);
    },
  };
}

function endProcess({ process }: RunningAction, signal: NodeJS.Signals, time: SharedTime): void {
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
