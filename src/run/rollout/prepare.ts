import type { RolloutId } from '../../core/alias/mark.ts';
import { isSplit } from '../../core/alias/routing.ts';
import { shiftingOf, type Shifting } from '../../core/alias/shifting.ts';
import { sameTarget } from '../../core/alias/target.ts';
import type { Unfinished } from '../../core/alias/unfinished.ts';
import type { Config } from '../../inputs/config.ts';
import { preparedReport, recordTargets } from '../modes/progress.ts';
import type { Cleared } from '../preflight/targets.ts';
import type { Surroundings } from '../surroundings.ts';
import { prepareAliases, publish, type Prepared, type Published } from '../versions/publish.ts';
import { smokeTest } from '../versions/smoke-test.ts';

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
  const published = await publish(targets, config.description, surroundings);
  const continued = goneOnWith(left, published);
  // A version that is continued with has traffic already.
  if (continued.length === 0) await smokeTest(published, config.smokeTests, surroundings);
  const prepared = await prepareAliases(published, continued, surroundings);
  recordTargets(surroundings, prepared.map(preparedReport));
  const { plan } = config;
  const options = { plan, id, continued, now: surroundings.clock.timeOfDay(), comparable };
  return {
    prepared,
    shifting: prepared.flatMap((each) => shiftingOf(each, options)),
    continued,
  };
}

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
