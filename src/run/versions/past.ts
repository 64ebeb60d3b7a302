import { within } from '../../aws/patience.ts';
import type { RolloutId } from '../../core/alias/mark.ts';
import type { Target } from '../../core/alias/target.ts';
import { PERMISSIONS } from '../../core/permissions.ts';
import type { VersionFacts } from '../../core/preflight/target.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import {
  describeEarlier,
  isDoubtful,
  pastIn,
  withDoubt,
  type EarlierVersion,
  type Past,
} from '../../core/versions/past.ts';
import { historiesUntil, olderThan, servedBy } from '../../core/versions/predecessor.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

const PATIENCE_MS = 10_000;
/** What the runner's clock and Lambda's may be apart. */
const SKEW_MS = 60_000;

/** A version that is about to be rolled out. */
export interface FoundCanary {
  readonly target: Target;
  readonly facts: VersionFacts;
  /** Whether it was given, and not published by this run. */
  readonly given: boolean;
  /** What the alias serves. */
  readonly live: string;
}

/**
 * Looks at what became of those versions that existed before this run, tells it, and decides whether they may be rolled out again.
 * Lambda answers to publishing what was published before with that version, and does not say so.
 * @throws {Refusal} with `on-reverted-before: fail`, for a version that was reverted, or may have been
 */
export async function lookBack(
  versions: readonly FoundCanary[],
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<readonly EarlierVersion[]> {
  const { clock, journal } = surroundings;
  const now = clock.timeOfDay();
  const existed = versions.filter((each) => existedBefore(each, config, journal.startedAt));
  const earlier = await Promise.all(
    existed.map(async (each): Promise<EarlierVersion> => {
      const { target, facts } = each;
      const { version, publishedAt } = facts;
      const attempt = earlierAttempt(facts.description, id);
      const past = await pastOf(each, config, surroundings);
      return withDoubt({ target, version, publishedAt, attempt, past }, now);
    }),
  );
  if (earlier.length > 0) journal.record({ type: 'earlier-versions', at: now, versions: earlier });
  const doubtful = earlier.filter(isDoubtful);
  if (config.onRevertedBefore === 'fail' && doubtful.length > 0) {
    throw new Refusal(
      doubtful.map(
        (each) =>
          `on-reverted-before: ${describeEarlier(each, now)} Deploy other code, or set on-reverted-before: warn.`,
      ),
    );
  }
  return earlier;
}

function existedBefore(
  { facts, given }: FoundCanary,
  { description }: Config,
  startedAt: number,
): boolean {
  const { publishedAt } = facts;
  return (
    given ||
    facts.description !== description ||
    (publishedAt !== undefined && publishedAt < startedAt - SKEW_MS)
  );
}

/** The attempt of this run, before this one, whose link a version bears as its description. */
function earlierAttempt(
  description: string,
  { repository, runId, attempt }: RolloutId,
): string | undefined {
  const [, link, found] =
    /\/([\w.-]+\/[\w.-]+\/actions\/runs\/\d+)\/attempts\/(\d+)$/.exec(description) ?? [];
  const isOwn = link === `${repository}/actions/runs/${runId}`;
  return isOwn && Number(found) < Number(attempt) ? found : undefined;
}

async function pastOf(
  { target, facts: { version }, live }: FoundCanary,
  config: Config,
  { aws, clock, cancellation }: Surroundings,
): Promise<Past> {
  if (!PERMISSIONS['cloudwatch:GetMetricData'].isNeeded(config)) {
    return { type: 'unknown', problem: 'these inputs read no metrics' };
  }
  const newest = Math.max(Number(version), Number(live));
  const versions = [...new Set([version, live, ...olderThan(String(newest + 1))])];
  const sources = versions.map((each) => servedBy(each, target));
  try {
    return await within(clock, PATIENCE_MS, cancellation, async (signal) => {
      const histories = historiesUntil(clock.timeOfDay());
      for (const history of histories) {
        const read = await aws.metrics.read(sources, history, signal);
        const served = new Map(versions.map((each, index) => [each, read[index] ?? new Map()]));
        const found = { version, live, served, periodMs: history.periodMs };
        const past = pastIn(found, history === histories.at(-1));
        if (past !== undefined) return past;
      }
      throw new Error('no history was asked');
    });
  } catch (error) {
    cancellation.throwIfAborted();
    return { type: 'unknown', problem: `the metrics could not be asked (${messageOf(error)})` };
  }
}
