import type { Aws } from './aws/aws.ts';
import { createRouter, type RouterOptions } from './aws/router.ts';
import { createChecks } from './checks.ts';
import type { AlarmWatch } from './core/alarms.ts';
import type { Chronicle } from './chronicle.ts';
import { markersOf, withMarker, type Marker, type RolloutId } from './core/marker.ts';
import { repairCommand } from './core/repair.ts';
import { endingOf, endingWithoutShift, type Ending } from './core/report.ts';
import { isFinal, type State } from './core/rollout.ts';
import type { Versions } from './core/routing.ts';
import { sameTarget, targetName, targetReport, versionsOf, type Target } from './core/target.ts';
import { resumeStep, type Recovery, type Unfinished } from './core/unfinished.ts';
import type { Runs } from './github/runs.ts';
import type { SavedRollout, SavedTarget } from './github/saved.ts';
import type { Config } from './inputs/inputs.ts';
import {
  lookAtAlarms,
  preflight,
  type Clearance,
  type Cleared,
  type Preparation,
} from './preflight.ts';
import type { Clock, Router } from './ports.ts';
import { messageOf, Refusal } from './problems.ts';
import { prepareAliases, publish, type Prepared } from './publish.ts';
import { rollOut, type World } from './rollout.ts';

/** Everything outside of the process that a run of the action touches. */
export interface Surroundings {
  readonly aws: Aws;
  readonly runs: Runs;
  readonly clock: Clock;
  readonly chronicle: Chronicle;
  /** For the post step of this process, should it not live to its end. */
  readonly keep: {
    save(rollout: SavedRollout): void;
    forget(): void;
  };
  /** Aborted when the run is cancelled; its reason says by what. */
  readonly cancellation: AbortSignal;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Of several aliases, one may become readable only after others were put back. */
const MOST_ROUNDS = 4;

// Many jobs share the 9 DescribeAlarms calls a second of an account: they must not march in step.
const JITTER = 0.1;

/**
 * Does what the inputs ask for, from preflight to the last bake.
 * @throws {Refusal} when no rollout of its own was begun; whatever else is thrown means the same
 */
export async function runAction(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Ending> {
  const { aws, clock, chronicle } = surroundings;
  chronicle.record({ type: 'plan', at: clock.now(), plan: config.plan });
  recordTargets(surroundings, config.requests.map(askedReport));

  const clearance = await clear(config, id, surroundings);
  const { details, recovery } = clearance;
  chronicle.record({ type: 'details', at: clock.now(), title: 'Preflight passed', lines: details });
  clearance.warnings.forEach(chronicle.warn);
  recordTargets(surroundings, clearance.targets.map(clearedReport));
  if (config.dryRun) return { outcome: 'planned', reason: '' };

  const resumed = recovery.action === 'resume' ? recovery.unfinished : [];
  const { prepared, watches } = await prepare(clearance, resumed, config, surroundings).catch(
    (error: unknown) => {
      throw new Refusal([messageOf(error), ...stillSplit(resumed, aws.region)]);
    },
  );
  recordTargets(surroundings, prepared.map(preparedReport));
  const shifting = prepared.flatMap((each) => shiftOf(each, config, id, resumed));
  if (shifting.length === 0) {
    return endingWithoutShift(prepared.map(({ disposition }) => disposition));
  }
  shifting.flatMap(unmarkable).forEach(chronicle.warn);
  return shift(shifting, { config, resumed, watches, surroundings });
}

/** Preflight, after the rollouts of dead runs were ended. */
async function clear(
  config: Config,
  id: RolloutId,
  surroundings: Surroundings,
): Promise<Clearance> {
  const { aws, chronicle } = surroundings;
  for (let rounds = 1; ; rounds++) {
    const clearance = await preflight(config, id, preparationIn(surroundings));
    const { recovery, problems } = clearance;
    recovery.warnings.forEach(chronicle.warn);
    // Even when this rollout cannot begin: nobody watches what the dead one left.
    const putBack = recovery.action === 'revert' && !config.dryRun;
    if (putBack && rounds < MOST_ROUNDS) {
      await putStableBack(recovery, surroundings);
      continue;
    }
    const left = putBack || recovery.action === 'resume' ? recovery.unfinished : [];
    if (problems.length > 0 || putBack) {
      throw new Refusal([...problems, ...stillSplit(left, aws.region)]);
    }
    return clearance;
  }
}

/** Publishes, and brings every target to where its traffic can be shifted. */
async function prepare(
  { targets }: Clearance,
  resumed: readonly Unfinished[],
  config: Config,
  surroundings: Surroundings,
): Promise<{ readonly prepared: readonly Prepared[]; readonly watches: readonly AlarmWatch[] }> {
  const preparation = preparationIn(surroundings);
  const published = await publish(targets, config.description, preparation);
  // Again: publishing may have taken many minutes, and what preflight saw of the alarms is old by now.
  const { problems, watches } = await lookAtAlarms(config, preparation);
  if (problems.length > 0) throw new Refusal(problems);
  return { prepared: await prepareAliases(published, resumed, preparation), watches };
}

function preparationIn({ aws, runs, clock, chronicle, cancellation }: Surroundings): Preparation {
  return { aws, runs, clock, note: chronicle.note, signal: cancellation };
}

interface Shift {
  readonly config: Config;
  readonly resumed: readonly Unfinished[];
  readonly watches: readonly AlarmWatch[];
  readonly surroundings: Surroundings;
}

async function shift(
  shifting: readonly Shifting[],
  { config, resumed, watches, surroundings }: Shift,
): Promise<Ending> {
  const { aws, clock, chronicle, cancellation, random } = surroundings;
  const world: World = {
    routers: shifting.map((each) => routerOf(each, surroundings)),
    checks: createChecks(aws.alarms, watches, config),
    clock,
    journal: {
      record(entry) {
        if (entry.type === 'state') keepForPost(entry.state, shifting, config, surroundings);
        chronicle.record(entry);
      },
    },
    cancellation,
    onCancel: config.onCancel,
    pollIntervalMs: () => config.pollIntervalMs * (1 - JITTER + 2 * JITTER * random()),
  };
  const targets = shifting.map(({ target }) => target);
  return endingOf(await rollOut(config.plan, world, resumeStep(targets, resumed)));
}

/** The router of a target, in this process and in those that clean up after it. */
export function routerOf(
  to: Pick<RouterOptions, 'target' | 'versions' | 'nonces' | 'begun' | 'alias' | 'markers'>,
  { aws, clock, chronicle }: Pick<Surroundings, 'aws' | 'clock' | 'chronicle'>,
): Router {
  return createRouter({
    ...to,
    region: aws.region,
    aliases: aws.aliases,
    aliasesForRevert: (tries) => aws.aliasesForRevert(tries),
    clock,
    note: chronicle.note,
  });
}

/** What stays as a dead run left it, because the run that was to resume it cannot begin. */
function stillSplit(unfinished: readonly Unfinished[], region: string): readonly string[] {
  return unfinished.map(
    ({ target, marker }) =>
      `${targetName(target)} stays at ${marker.weight} % of version ${marker.canary}, and nobody watches it. ` +
      `To put version ${marker.stable} back: ${repairCommand(target, marker.stable, region)}`,
  );
}

/** Ends the rollouts of dead runs. @throws {Refusal} when an alias is not on its stable version after that */
async function putStableBack({ unfinished }: Recovery, surroundings: Surroundings): Promise<void> {
  const results = await Promise.all(
    unfinished.map(async ({ target, marker }) => {
      const found = { nonces: [marker.nonce], begun: [marker.weight] };
      const router = routerOf({ target, versions: marker, ...found }, surroundings);
      const result = await router.revert();
      if (result.type !== 'reverted') return [result.detail];
      surroundings.chronicle.note(`${targetName(target)}: version ${marker.stable} is put back`);
      return [];
    }),
  );
  const problems = results.flat();
  if (problems.length > 0) throw new Refusal(problems);
}

/** Runs before the command that the state leads to: what is to be written is saved first. */
function keepForPost(
  state: State,
  shifting: readonly Shifting[],
  { plan, region, role }: Config,
  { keep }: Surroundings,
): void {
  if (state.phase === 'shifting') {
    const weights = plan.steps.slice(0, state.step + 1).map(({ weight }) => weight);
    const targets = shifting.map(
      ({ target, versions: { stable, canary }, nonces, begun }): SavedTarget => ({
        ...{ target, versions: { stable, canary }, nonces },
        begun: [...begun, ...weights],
      }),
    );
    keep.save({ region, role, targets });
  } else if (isFinal(state) && state.phase !== 'revert-failed') {
    keep.forget();
  }
}

/** A target whose traffic moves, with the alias as preflight saw it. */
interface Shifting {
  readonly target: Target;
  readonly versions: Versions;
  readonly alias: Prepared['alias'];
  /** None when the alias's description has no room for them. */
  readonly markers: readonly Marker[];
  readonly nonces: readonly string[];
  readonly begun: readonly number[];
}

function shiftOf(
  { target, alias, disposition }: Prepared,
  { plan }: Config,
  id: RolloutId,
  resumed: readonly Unfinished[],
): readonly Shifting[] {
  if (disposition.type !== 'shift') return [];
  const { stable, canary } = disposition;
  const versions = { stable, canary };
  const before = resumed.find((each) => sameTarget(each.target, target))?.marker;
  const markers = markersOf(plan, id, versions);
  const fits = markers.every((marker) => withMarker(alias.description, marker) !== undefined);
  return [
    {
      ...{ target, versions, alias, markers: fits ? markers : [] },
      nonces: [id.nonce, ...(before === undefined ? [] : [before.nonce])],
      begun: before === undefined ? [] : [before.weight],
    },
  ];
}

function unmarkable({ target, markers }: Shifting): readonly string[] {
  return markers.length > 0
    ? []
    : [
        `${targetName(target)}: the alias's description is too long to carry the mark of this rollout. If the ` +
          'runner dies in the middle of it, the next run cannot tell whose split it finds, and refuses to begin.',
      ];
}

function recordTargets(
  { aws, clock, chronicle }: Surroundings,
  targets: readonly ReturnType<typeof targetReport>[],
): void {
  chronicle.record({ type: 'targets', at: clock.now(), region: aws.region, targets });
}

function askedReport({ target, version = '' }: Config['requests'][number]) {
  return targetReport(target, { version });
}

function clearedReport({ request: { target, version }, facts, alias }: Cleared) {
  return targetReport(target, {
    functionArn: facts.candidate.functionArn,
    aliasArn: alias?.arn ?? '',
    previousVersion: facts.routing?.version ?? '',
    version: version ?? '',
  });
}

function preparedReport({ target, functionArn, alias, disposition }: Prepared) {
  return targetReport(target, {
    functionArn,
    aliasArn: alias.arn,
    disposition: disposition.type,
    ...versionsOf(disposition),
  });
}
