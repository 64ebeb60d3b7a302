import type { RolloutId } from '../../core/alias/mark.ts';
import { isSplit } from '../../core/alias/routing.ts';
import { shiftingOf, type Shifting } from '../../core/alias/shifting.ts';
import { sameTarget, targetName } from '../../core/alias/target.ts';
import type { Unfinished } from '../../core/alias/unfinished.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import { FAST_TRACK_PLAN, fastTrackOf, noFastTrack } from '../../core/versions/fast-track.ts';
import type { EarlierVersion } from '../../core/versions/past.ts';
import type { Config } from '../../inputs/config.ts';
import { preparedReport, recordTargets } from './progress.ts';
import type { Cleared } from '../versions/cleared.ts';
import type { Surroundings } from '../surroundings.ts';
import { prepareAliases, publish, type Prepared, type Published } from '../versions/publish.ts';
import { lookBack, type FoundCanary } from '../versions/past.ts';
import { smokeTest } from '../versions/smoke-test.ts';
import { upload } from '../versions/upload.ts';

export interface PrepareOptions {
  readonly config: Config;
  readonly id: RolloutId;
  /** Whether the versions are compared. */
  readonly comparable: boolean;
  readonly surroundings: Surroundings;
}

export interface Preparation {
  readonly prepared: readonly Prepared[];
  readonly shifting: readonly Shifting[];
  /** What is gone on with. */
  readonly continued: readonly Unfinished[];
  /** The steps that are taken. */
  readonly plan: Plan;
}

/**
 * Publishes, tests, and brings every target to where its traffic can be shifted.
 * @param left what an earlier process left to continue with
 * @throws {Refusal} when a target cannot be shifted; nothing has been shifted then
 */
export async function prepare(
  targets: readonly Cleared[],
  left: readonly Unfinished[],
  { config, id, comparable, surroundings }: PrepareOptions,
): Promise<Preparation> {
  const uploaded = await upload(targets, surroundings);
  const published = await publish(uploaded, config.description, surroundings);
  const continued = goneOnWith(left, published);
  const isNew = continued.length === 0 && config.mode !== 'rollback';
  const earlier = isNew
    ? await lookBack(published.flatMap(foundCanaryOf), config, id, surroundings)
    : [];
  const isFast = isNew && mayBeFast(published, earlier, config, surroundings);
  const plan = isFast ? fastTrackOf(config.plan) : config.plan;
  // A version that is continued with has traffic already.
  if (continued.length === 0) await smokeTest(published, config.smokeTests, surroundings);
  const prepared = await prepareAliases(published, continued, surroundings);
  recordTargets(surroundings, prepared.map(preparedReport));
  const options = {
    plan,
    id: isFast ? { ...id, plan: FAST_TRACK_PLAN } : id,
    carriedBy: config.engine === 'step-functions' ? ('aws' as const) : ('runner' as const),
    continued,
    now: surroundings.clock.timeOfDay(),
    comparable: comparable && !isFast,
    targets:
      config.found.length === 0
        ? undefined
        : prepared.filter(({ disposition }) => disposition.type === 'shift').length,
  };
  return {
    prepared,
    shifting: prepared.flatMap((each) => shiftingOf(each, options)),
    continued,
    plan,
  };
}

function foundCanaryOf({ cleared: { request, facts }, canary }: Published): readonly FoundCanary[] {
  const live = facts.routing?.version;
  return canary === undefined || live === undefined
    ? []
    : [{ target: request.target, facts: canary, given: request.version !== undefined, live }];
}

/** Says why not, where it was asked for. */
function mayBeFast(
  published: readonly Published[],
  earlier: readonly EarlierVersion[],
  { fastTrackMs: windowMs, alarms, metricChecks, checkCommands, analysis }: Config,
  { clock, journal }: Surroundings,
): boolean {
  const versions = published.flatMap(foundCanaryOf).map(({ target, facts: { version } }) => ({
    name: targetName(target),
    version,
    earlier: earlier.find((each) => sameTarget(each.target, target)),
  }));
  if (windowMs === undefined || versions.length === 0) return false;
  const watching = alarms.length + metricChecks.length + checkCommands.length;
  const watched = watching > 0 || analysis.mode === 'off';
  const why = noFastTrack(versions, { windowMs, watched, now: clock.timeOfDay() });
  journal.note(why ?? FAST_TRACK);
  return why === undefined;
}

const FAST_TRACK =
  'Fast track: the version was live within the rollback-window, so the steps before the promotion are skipped.';

/** A promotion whose last bake was cut off stands: another version after it is a rollout of its own, with all its steps. */
function goneOnWith(
  left: readonly Unfinished[],
  published: readonly Published[],
): readonly Unfinished[] {
  const stands = published.every(({ cleared: { alias } }) => !alias || !isSplit(alias.routing));
  const hasAnother = left.some(({ target, mark }) =>
    published.some(
      ({ cleared: { request }, version }) =>
        sameTarget(request.target, target) && version !== mark.canary,
    ),
  );
  return stands && hasAnother ? [] : left;
}
