import { inspectSession } from '../../core/preflight/session.ts';
import type { Findings } from '../../core/preflight/target.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

/** First and alone: without credentials, everything else fails for the same reason. */
export async function lookAtSession(
  { plan, analysis }: Config,
  { aws, clock }: Pick<Surroundings, 'aws' | 'clock'>,
): Promise<Findings> {
  const maxExtension = analysis.mode === 'on' ? analysis.policy.maxExtension : 1;
  try {
    return inspectSession(await aws.session(), { plan, maxExtension, now: clock.now() });
  } catch (error) {
    throw new Refusal([messageOf(error)]);
  }
}
