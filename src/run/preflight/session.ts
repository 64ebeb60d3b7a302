import { deadlineOf, inspectDeadline } from '../../core/rollout/deadline.ts';
import type { Deadline, Step } from '../../core/rollout/plan.ts';
import type { Inspection } from '../../core/preflight/inspection.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import { boundsOf } from '../rollout/bounds.ts';
import type { Surroundings } from '../surroundings.ts';

export interface LookAtSession extends Inspection {
  /** When the rollout must be over. */
  readonly deadline: Deadline | undefined;
}

/**
 * First and alone: without credentials, everything else fails for the same reason.
 * @param steps that this process takes
 * @throws {Refusal} when there are no credentials
 */
export async function lookAtSession(
  { mode, analysis, credentialsLastMs, jobLastsMs }: Config,
  steps: readonly Step[],
  { aws, clock, journal, cancellation }: Surroundings,
): Promise<LookAtSession> {
  try {
    const session = await aws.sessionEnd({ signal: cancellation });
    const { startedAt } = journal;
    const deadline = deadlineOf({ session, credentialsLastMs, startedAt, jobLastsMs });
    return {
      deadline,
      ...inspectDeadline(deadline, {
        ...boundsOf(analysis),
        steps,
        takesOver: mode === 'step' || mode === 'promote',
        now: clock.timeOfDay(),
      }),
    };
  } catch (error) {
    cancellation.throwIfAborted();
    throw new Refusal([messageOf(error)]);
  }
}
