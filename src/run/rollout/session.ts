import { deadlineOf, inspectDeadline } from '../../core/rollout/deadline.ts';
import type { Deadline, Step } from '../../core/rollout/plan.ts';
import type { Inspection } from '../../core/inspection.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import { boundsOf } from '../rollout/bounds.ts';
import type { Surroundings } from '../surroundings.ts';

export interface LookAtSession extends Inspection {
  /** When the rollout must be over. */
  readonly deadline: Deadline | undefined;
  readonly notes: readonly string[];
}

const MAY_END_FIRST =
  'This job, or its AWS credentials, may end before the rollout does: AWS goes on all the same, and mode: status tells of it';

/**
 * First and alone: without credentials, everything else fails for the same reason.
 * @param steps that this process takes
 * @throws {Refusal} when there are no credentials
 */
export async function lookAtSession(
  { mode, engine, waits, analysis, credentialsLastMs, jobLastsMs }: Config,
  steps: readonly Step[],
  { aws, clock, journal, cancellation, wave }: Surroundings,
): Promise<LookAtSession> {
  try {
    const session = await aws.sessionEnd({ signal: cancellation });
    const { startedAt } = journal;
    const deadline = deadlineOf({ session, credentialsLastMs, startedAt, jobLastsMs });
    const inspected = inspectDeadline(deadline, {
      ...boundsOf(analysis),
      steps,
      takesOver: mode === 'step' || mode === 'promote',
      now: clock.timeOfDay() + wave.beginsAfterMs,
    });
    if (engine === 'runner') return { deadline, notes: [], ...inspected };
    const isShort = inspected.problems.length + inspected.warnings.length > 0;
    return {
      deadline: undefined,
      problems: [],
      warnings: [],
      notes: isShort && waits ? [MAY_END_FIRST] : [],
    };
  } catch (error) {
    cancellation.throwIfAborted();
    throw new Refusal([messageOf(error)]);
  }
}
