import {
  continuationOf,
  nextPart,
  partaking,
  stepsIn,
  type ContinuationOptions,
  type Part,
} from '../../core/alias/continuation.ts';
import type { RolloutId } from '../../core/alias/mark.ts';
import { sameTarget } from '../../core/alias/target.ts';
import { begunAtOf, type Unfinished } from '../../core/alias/unfinished.ts';
import { Refusal } from '../../core/problems.ts';
import type { Ending } from '../../core/report/ending.ts';
import type { Config } from '../../inputs/config.ts';
import { fittedToAws } from '../../core/state-machine/refusals.ts';
import type { ExecutionOf } from '../../core/alias/execution.ts';
import type { EarlierExecution } from '../../core/state-machine/takeover.ts';
import { toldBy } from '../../core/state-machine/told.ts';
import type { Undertaking } from '../rollout/undertaking.ts';
import { executionIn, linkTo } from '../alias/carrier.ts';
import { findAliases, type FoundAlias } from '../alias/find.ts';
import { preflight, recordClearance } from '../preflight/preflight.ts';
import { prepare } from '../rollout/prepare.ts';
import { carryOut } from '../rollout/carry-out.ts';
import { takeOver, type Handover } from '../rollout/take-over.ts';
import { FOUND, type Surroundings } from '../surroundings.ts';
import { endedPromotions } from './ended.ts';
import { recordPlan, recordPosition } from '../rollout/progress.ts';

type ContinuingMode = 'step' | 'promote';

interface Job {
  readonly id: RolloutId;
  readonly surroundings: Surroundings;
}

/** Continues a rollout that another job left: with the next step, or with the promotion. */
export async function continueRollout(
  mode: ContinuingMode,
  config: Config,
  job: Job,
): Promise<Ending> {
  const { surroundings } = job;
  const { held, found, mark, part, ofHeld } = await findHeld(mode, config, job);
  // Where one region has nothing to go on with, the others stay as they were left, as several functions of one region do.
  await surroundings.wave.reach(FOUND, surroundings.cancellation);
  recordPlan(surroundings, part.plan, config.analysis);
  recordPosition(surroundings, { ...mark, step: part.beginning.step });
  const goesOn = (handover: Handover, of: Config, goesOnFrom?: Undertaking['goesOnFrom']) =>
    takePart(of, part, { id: job.id, held, found, ...handover }, goesOnFrom);
  if (mark.carriedBy === 'aws') {
    // Its execution watches it until the next one has begun, and goes on doing so where that cannot begin.
    const execution = executionIn(
      mark,
      { config, arn: found[0]?.arn ?? '' },
      surroundings.aws.region,
    );
    const left = await leftBy(execution, surroundings);
    const handover = { surroundings, isWatched: false, handOver: () => undefined };
    const onAws = fittedToAws({ ...ofHeld, engine: 'step-functions' as const });
    return goesOn(handover, onAws, { execution, left });
  }
  if (config.engine === 'step-functions') {
    throw new Refusal([
      'engine: step-functions: the rollout was begun by a runner, and nobody but a runner goes on with it; leave engine out',
    ]);
  }
  return takeOver({ unfinished: held, found }, config, surroundings, (handover) =>
    goesOn(handover, ofHeld),
  );
}

/**
 * The rollout that this job goes on with, and what of it is left.
 * @throws {Refusal} when there is none
 */
export async function findHeld(mode: ContinuingMode, config: Config, job: Job) {
  const { id, surroundings } = job;
  const found = await findAliases(config, surroundings);
  const hasEnded = await endedPromotions(found, config, surroundings);
  const held = heldIn(mode, config, job, { found, hasEnded });
  const [first] = held;
  if (first === undefined) throw new Error('A rollout without any target');
  const { mark } = first;
  const samePlan = mark.plan === id.plan;
  const part = nextPart(mode, { plan: config.plan, samePlan }, mark);
  // The version that is shifted already, whatever is in $LATEST by now.
  const requests = partaking(config.requests, held).map(({ target, foundBy }) => ({
    target,
    foundBy,
    version: canaryOf(held, target),
    codeSha256: undefined,
    code: undefined,
    mayCreateAlias: false,
  }));
  const ofHeld: Config = { ...config, requests, plan: part.plan };
  return { found, held, mark, part, ofHeld };
}

async function takePart(
  config: Config,
  part: Part,
  {
    id,
    surroundings,
    isWatched,
    handOver,
    held,
    found,
  }: Job &
    Handover & { readonly held: readonly Unfinished[]; readonly found: readonly FoundAlias[] },
  goesOnFrom: Undertaking['goesOnFrom'],
): Promise<Ending> {
  // The aliases as they were found: if another job continues meanwhile, the first write says so.
  const clearance = await preflight(config, id, surroundings, {
    seen: found,
    continued: held,
    isWatched,
    steps: stepsIn(part),
  });
  const { problems, targets, watches, comparable, logged } = clearance;
  if (problems.length > 0) throw new Refusal(problems);
  recordClearance(surroundings, clearance);

  const { shifting } = await prepare(targets, held, { config, id, comparable, surroundings });
  const begunAt = begunAtOf(held);
  return carryOut(shifting, {
    config,
    part,
    begunAt,
    watches,
    comparable,
    logged,
    surroundings,
    handOver,
    goesOnFrom,
  });
}

/** What the execution knows that carried the rollout so far. */
async function leftBy(
  execution: ExecutionOf,
  { aws, cancellation: signal }: Surroundings,
): Promise<EarlierExecution> {
  const events = await aws.stepFunctions.history(execution, 0, { signal });
  const { input, variables } = toldBy(events);
  return { input, variables };
}

/** @throws {Refusal} when the aliases do not show a rollout that this job may continue */
function heldIn(
  mode: ContinuingMode,
  config: Config,
  { id, surroundings }: Job,
  shown: Pick<ContinuationOptions, 'hasEnded'> & { readonly found: readonly FoundAlias[] },
): readonly Unfinished[] {
  const { held, problems } = continuationOf({
    ...shown,
    mode,
    own: id,
    versionFor: (target) =>
      config.requests.find((each) => sameTarget(each.target, target))?.version,
    urlOf: (mark) => linkTo(mark, { config, arn: shown.found[0]?.arn ?? '' }, surroundings),
  });
  if (problems.length > 0) throw new Refusal(problems);
  return held;
}

function canaryOf(held: readonly Unfinished[], target: Unfinished['target']): string {
  const found = held.find((each) => sameTarget(each.target, target));
  if (found === undefined) throw new Error('A target that takes part and is not held');
  return found.mark.canary;
}
