import { AwsCallError, isNotFound } from '../../aws/call.ts';
import type { Routing } from '../../core/alias/routing.ts';
import { describeSight, sightOf, type LoggedTarget } from '../../core/log-lane/sight.ts';
import { messageOf } from '../../core/problems.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Cleared } from '../versions/cleared.ts';

export interface LookAtLogs {
  /** Those whose logs can be read. */
  readonly logged: readonly LoggedTarget[];
  /** What of failures the logs will tell, one line for each target. */
  readonly details: readonly string[];
  /** Why a revert may take minutes. */
  readonly notes: readonly string[];
}

const NOTHING: LookAtLogs = { logged: [], details: [], notes: [] };
const SLOW = 'a revert takes 2 to 3 minutes at least';
/**
 * All groups of a rollout share two searches a second (`run/checks/logs.ts`): of more, each would come up less than once a minute, and
 * to try them out in preflight would take the account's searches for as long.
 */
const MOST_LOG_GROUPS = 100;

/** Whether failures can be read from the logs: where they cannot, the minutes and the alarms go on without them. */
export async function lookAtLogs(
  { analysisLogs, analysis, plan }: Config,
  targets: readonly Cleared[],
  surroundings: Surroundings,
): Promise<LookAtLogs> {
  const splits = plan.steps.some(({ weight }) => weight < 100);
  if (analysisLogs.mode === 'off' || analysis.mode === 'off' || !splits) return NOTHING;
  if (analysis.policy.rule.margin > 0) {
    const why = `logs are not read (a tolerated-margin needs counts of requests); ${SLOW}`;
    return { ...NOTHING, notes: [why] };
  }
  const groups = new Set(targets.flatMap(({ facts: { candidate } }) => candidate.logGroup)).size;
  if (groups > MOST_LOG_GROUPS) {
    const why = `logs are not read (there are ${groups} log groups, and to search more than ${MOST_LOG_GROUPS} takes as long as the metrics do); ${SLOW}`;
    return { ...NOTHING, notes: [why] };
  }
  const problems = new Map<string, Promise<string | undefined>>();
  const looks = await Promise.all(
    targets.map((each) => lookAtTargetLogs(each, problems, surroundings)),
  );
  return {
    logged: looks.flatMap(({ logged }) => logged),
    details: looks.flatMap(({ details }) => details),
    notes: [...new Set(looks.flatMap(({ notes }) => notes))],
  };
}

async function lookAtTargetLogs(
  { request: { target, version }, facts: { stable, candidate, routing } }: Cleared,
  problems: Map<string, Promise<string | undefined>>,
  surroundings: Surroundings,
): Promise<LookAtLogs> {
  // Without an alias there is nothing to compare.
  if (stable === undefined || routing === undefined) return NOTHING;
  const sight = sightOf(stable, candidate);
  const tell = (said: string) => describeSight({ target }, said);
  if (sight.type === 'none') {
    return { ...NOTHING, notes: [`${tell(`not read (${sight.why})`)}; ${SLOW}`] };
  }
  const { logGroup, format, counted, extent } = sight;
  const probing = problems.get(logGroup) ?? probe(logGroup, surroundings);
  problems.set(logGroup, probing);
  const problem = await probing;
  if (problem !== undefined) {
    return { ...NOTHING, notes: [`logs are not read (${problem}); ${SLOW}`] };
  }
  const versions = [stable.version, ...(version === undefined ? [] : [version])];
  const others = await otherAliases(target, versions, surroundings);
  const observedBecause =
    others.length === 0
      ? undefined
      : `the alias ${others.join(', ')} serves one of the versions as well, and logs do not tell aliases apart`;
  const logged: LoggedTarget = { target, logGroup, format, counted, observedBecause };
  return {
    logged: [logged],
    details: [tell(extent)],
    notes: observedBecause === undefined ? [] : [tell(`only observed (${observedBecause})`)],
  };
}

const PROBED_MS = 60_000;

/** @returns what keeps the group from being read for good */
async function probe(
  logGroup: string,
  { aws, clock, cancellation: signal }: Surroundings,
): Promise<string | undefined> {
  const to = clock.timeOfDay();
  try {
    await aws.logStreams.find({ logGroup, from: to - PROBED_MS, to, limit: 1, signal });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    // A group that is not there yet is made when a function logs; what passes by itself is seen again at the next poll.
    const isForGood = error instanceof AwsCallError && error.refused && !isNotFound(error);
    return isForGood ? messageOf(error) : undefined;
  }
}

/** Aliases besides the target's that send requests to one of the versions; none when they may not be listed. */
async function otherAliases(
  target: LoggedTarget['target'],
  versions: readonly string[],
  { aws, cancellation: signal }: Surroundings,
): Promise<readonly string[]> {
  const serves = ({ version, weights }: Routing) =>
    [version, ...Object.keys(weights)].some((each) => versions.includes(each));
  try {
    const all = await aws.aliases.all(target, { signal });
    return [...all].flatMap(([name, { routing }]) =>
      name !== target.alias && serves(routing) ? [name] : [],
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AwsCallError)) throw error;
    return [];
  }
}
