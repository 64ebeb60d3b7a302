import { firstPart, wholePart } from '../../core/alias/continuation.ts';
import type { RolloutId } from '../../core/alias/mark.ts';
import { LONGEST_VERSION } from '../../core/alias/routing.ts';
import { shiftingOf } from '../../core/alias/shifting.ts';
import type { AlarmWatch } from '../../core/checks/alarms.ts';
import { beginningOfMinute, MINUTE_MS } from '../../core/minute.ts';
import type { Config } from '../../inputs/config.ts';
import { NOTHING_KNOWN } from '../checks/duration-history.ts';
import { firstInput, limitsOf, withoutRoom } from '../rollout/first-input.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Cleared } from '../versions/cleared.ts';

interface Rehearsed {
  readonly targets: readonly Cleared[];
  readonly watches: readonly AlarmWatch[];
  readonly comparable: boolean;
}

/** The marks tell a moment in hundredths of a minute: with all its digits. */
const ALL_DIGITS_MS = 0.99 * MINUTE_MS;

/**
 * What would keep AWS from carrying a rollout that is to begin, found out before a version is published: that has the longest number
 * that one may have.
 */
export function rehearse(
  config: Config,
  id: RolloutId,
  { targets, watches, comparable }: Rehearsed,
  { aws, clock }: Surroundings,
): readonly string[] {
  const now = beginningOfMinute(clock.timeOfDay()) + ALL_DIGITS_MS;
  const { plan } = config;
  const shifting = targets.flatMap(({ request: { target, version }, facts, alias }) => {
    const stable = facts.routing?.version;
    if (alias === undefined || stable === undefined || stable === version) return [];
    const canary = version ?? '9'.repeat(LONGEST_VERSION);
    const disposition = { type: 'shift', stable, canary } as const;
    const { logGroup } = facts.candidate;
    const candidate = { target, alias, disposition, logGroup, isProvisioned: facts.isProvisioned };
    const when = { continued: [], now, comparable: false };
    const count = config.found.length === 0 ? undefined : targets.length;
    return shiftingOf(candidate, { plan, id, carriedBy: 'aws', targets: count, ...when });
  });
  const problems = withoutRoom(shifting);
  if (problems.length > 0 || shifting.length === 0) return problems;
  const carried = {
    config,
    part: (config.mode === 'start' ? firstPart : wholePart)(plan, 0, undefined),
    shifting: shifting.map((each) => ({ ...each, ...NOTHING_KNOWN })),
    watches,
    comparable,
    region: aws.region,
  };
  return limitsOf(carried, firstInput(carried)).problems;
}
