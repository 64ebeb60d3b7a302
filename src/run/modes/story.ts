import type { Mark } from '../../core/alias/mark.ts';
import { messageOf } from '../../core/problems.ts';
import { describeStep, type State } from '../../core/rollout/state.ts';
import { PASS } from '../../core/rollout/verdict.ts';
import { NOTHING_TOLD, tellEvent, type Told } from '../../core/state-machine/told.ts';
import { recordsIn, numberOf } from '../../core/state-machine/members.ts';
import { clockTime } from '../../core/text/duration.ts';
import { executionIn, type Marked } from '../alias/carrier.ts';
import type { Surroundings } from '../surroundings.ts';

/** What the history of an execution tells of a rollout: where it stands, and what its checks saw last. */
export async function storyOf(
  mark: Mark,
  marked: Marked,
  { aws, clock, journal, cancellation: signal }: Surroundings,
): Promise<string> {
  try {
    const events = await aws.stepFunctions.history(executionIn(mark, marked, aws.region), 0, {
      signal,
    });
    const told = events.reduce((before, event) => tellEvent(before, event).told, NOTHING_TOLD);
    const at = clock.timeOfDay();
    if (told.findings.length > 0) {
      journal.record({ type: 'reading', at, verdict: PASS, findings: told.findings });
    }
    return describeTold(told);
  } catch (error) {
    signal.throwIfAborted();
    return `What AWS did so far could not be read: ${messageOf(error)}`;
  }
}

function describeTold({ state, ending, input }: Told): string {
  if (ending !== undefined) {
    const why = [ending.error, ending.cause].filter(Boolean).join(': ');
    return `AWS ended it at ${clockTime(ending.at)} UTC: ${ending.type}${why === '' ? '' : `, ${why}`}`;
  }
  const steps = recordsIn(input['steps']).map(({ weight, bakeMs }) => ({
    weight: numberOf(weight),
    bakeMs: numberOf(bakeMs),
  }));
  return `AWS goes on: ${state === undefined ? 'it has just begun' : phaseOf(state, { steps })}`;
}

function phaseOf(state: State, plan: Parameters<typeof describeStep>[0]): string {
  switch (state.phase) {
    case 'checking':
      return 'it reads the checks before the first weight';
    case 'shifting':
      return `it moves to ${describeStep(plan, state.step)}`;
    case 'settling':
      return `it waits until the alias serves the new version alone`;
    case 'baking':
      return `it bakes at ${describeStep(plan, state.step)} until ${clockTime(state.until)} UTC or longer`;
    case 'holding':
      return `it is held after ${describeStep(plan, state.step)}`;
    case 'confirming':
      return 'all steps passed, and it reads the alias back';
    case 'reverting':
      return `it reverts, ${state.reason}`;
    default:
      return state.phase;
  }
}
