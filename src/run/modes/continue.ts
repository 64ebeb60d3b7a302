import { continuationOf, nextPart, partaking } from '../../core/alias/continuation.ts';
import type { RolloutId } from '../../core/alias/marker.ts';
import type { Ending } from '../../core/report/report.ts';
import { sameTarget } from '../../core/alias/target.ts';
import type { Found, Unfinished } from '../../core/alias/unfinished.ts';
import { findAliases } from '../alias/find.ts';
import type { Config } from '../../inputs/inputs.ts';
import { preflight } from '../preflight/preflight.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import { preparedReport, recordPlan, recordStanding, recordTargets } from './progress.ts';
import { prepareAliases, publish } from '../versions/publish.ts';
import { stillSplit } from '../preflight/recovery.ts';
import { shift, shiftOf } from '../rollout/shift.ts';
import { preparationIn, type Surroundings } from '../surroundings.ts';

interface Job {
  readonly id: RolloutId;
  readonly surroundings: Surroundings;
}

/** Goes on with a rollout that another job left: with the next step, or with the promotion. */
export async function goOn(mode: 'step' | 'promote', config: Config, job: Job): Promise<Ending> {
  const { id, surroundings } = job;
  const held = heldIn(mode, config, job, await findAliases(config, surroundings));
  const [first] = held;
  if (first === undefined) throw new Error('A rollout without any target');
  const { marker } = first;
  const samePlan = marker.plan === id.plan;
  const part = nextPart(mode, { plan: config.plan, samePlan }, marker);
  recordPlan(surroundings, part.plan);
  recordStanding(surroundings, { ...marker, step: part.beginning.step });
  try {
    // The version that is shifted already, whatever is in $LATEST by now.
    const requests = partaking(config.requests, held).map(({ target }) => ({
      target,
      version: canaryOf(held, target),
    }));
    return await takePart({ ...config, requests, plan: part.plan }, part, { ...job, mode, held });
  } catch (error) {
    throw new Refusal([messageOf(error), ...stillSplit(held, config.region)]);
  }
}

async function takePart(
  config: Config,
  part: ReturnType<typeof nextPart>,
  {
    id,
    surroundings,
    mode,
    held,
  }: Job & { readonly mode: 'step' | 'promote'; readonly held: readonly Unfinished[] },
): Promise<Ending> {
  const { clock, chronicle } = surroundings;
  const preparation = preparationIn(surroundings);
  const clearance = await preflight(config, id, preparation, held);
  const { details, problems, targets, watches, comparable } = clearance;
  if (problems.length > 0) throw new Refusal(problems);
  // What is shifted is based on this reading: another job may have gone on since the first one.
  const found = targets.flatMap(({ request: { target }, alias }) =>
    alias === undefined ? [] : [{ target, ...alias }],
  );
  heldIn(mode, config, { id, surroundings }, found);
  chronicle.record({ type: 'details', at: clock.now(), title: 'Preflight passed', lines: details });
  clearance.warnings.forEach(chronicle.warn);

  const published = await publish(targets, config.description, preparation);
  const prepared = await prepareAliases(published, held, preparation);
  recordTargets(surroundings, prepared.map(preparedReport));
  const now = clock.now();
  const { plan } = part;
  const options = { plan, id, resumed: held, now, comparable };
  const shifting = prepared.flatMap((each) => shiftOf(each, options));
  const begunAt = held[0]?.marker.begunAt;
  return shift(shifting, { config, part, begunAt, watches, comparable, surroundings });
}

/** @throws {Refusal} when the aliases do not show a rollout that this job may go on with */
function heldIn(
  mode: 'step' | 'promote',
  { requests }: Config,
  { id, surroundings }: Job,
  found: readonly Found[],
): readonly Unfinished[] {
  const { held, problems } = continuationOf({
    mode,
    found,
    own: id,
    versionFor: (target) => requests.find((each) => sameTarget(each.target, target))?.version,
    urlOf: (marker) => surroundings.runs.url(marker),
  });
  if (problems.length > 0) throw new Refusal(problems);
  return held;
}

function canaryOf(held: readonly Unfinished[], target: Unfinished['target']): string {
  return held.find((each) => sameTarget(each.target, target))?.marker.canary ?? '';
}
