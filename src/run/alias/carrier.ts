import type { Mark } from '../../core/alias/mark.ts';
import type { RunStatus } from '../../core/alias/unfinished.ts';
import { messageOf } from '../../core/problems.ts';
import { ENDED } from '../../core/state-machine/definition.ts';
import {
  executionArn,
  executionLink,
  executionOf,
  type ExecutionOf,
} from '../../core/alias/execution.ts';
import { accountIn } from '../../core/text/arn.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

/** Whatever is none of these may go on. */
const OVER: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);

/** Where the aliases are that carry marks. */
export interface Marked {
  readonly config: Pick<Config, 'stateMachine'>;
  /** Of the alias. */
  readonly arn: string;
}

/** The execution that a mark names, of a rollout that AWS carries. */
export function executionIn(
  mark: Mark,
  { config: { stateMachine }, arn }: Marked,
  region: string,
): ExecutionOf {
  return executionOf(mark, { stateMachine, region, account: accountIn(arn) ?? '' });
}

/** Link to whatever carries a rollout, for people. */
export function linkTo(
  mark: Mark,
  marked: Marked,
  { aws, runs }: Pick<Surroundings, 'aws' | 'runs'>,
): string {
  if (mark.carriedBy === 'runner') return runs.url(mark);
  return executionLink(executionIn(mark, marked, aws.region));
}

/** Whether what carries a rollout goes on: GitHub is asked of a run, and AWS of an execution. @throws only when aborted */
export async function statusOfCarrier(
  mark: Mark,
  marked: Marked,
  surroundings: Pick<Surroundings, 'aws' | 'runs' | 'cancellation'>,
): Promise<RunStatus> {
  const { aws, runs, cancellation: signal } = surroundings;
  if (mark.carriedBy === 'runner') return runs.status(mark, signal);
  const url = linkTo(mark, marked, surroundings);
  const execution = executionIn(mark, marked, aws.region);
  try {
    const found = await aws.stepFunctions.describe(execution, { signal });
    if (found === undefined) {
      const problem = `there is no execution ${executionArn(execution)}; name the state machine that carries it in the input state-machine.`;
      return { type: 'unknown', url, problem };
    }
    return { type: OVER.has(found.status) ? 'ended' : 'running', url };
  } catch (error) {
    signal.throwIfAborted();
    return { type: 'unknown', url, problem: messageOf(error) };
  }
}

/** Who waits for it has put the alias back already. */
export const STOPPING = { urgency: 'shift', patienceMs: 10_000 } as const;

/** Ends an execution whose aliases were put back. It touches none that does not carry its mark, so it would end by itself as well. */
export async function stopReverted(
  execution: ExecutionOf,
  cause: string,
  { aws, journal }: Pick<Surroundings, 'aws' | 'journal'>,
): Promise<void> {
  const { reverted: error } = ENDED;
  try {
    await aws.stepFunctions.stop(execution, { error, cause }, STOPPING);
  } catch (problem) {
    journal.warn(
      `The execution could not be stopped, and ends by itself when it finds the alias: ${messageOf(problem)}`,
    );
  }
}
