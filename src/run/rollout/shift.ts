import { createAlarmChecks } from '../checks/alarms.ts';
import { together } from '../checks/together.ts';
import type { AlarmWatch } from '../../core/checks/alarms.ts';
import type { AnalysisPolicy } from '../../core/checks/comparison.ts';
import { accountOf } from '../../core/text/arn.ts';
import { formatDuration } from '../../core/text/duration.ts';
import {
  markersOf,
  readMarker,
  withMarker,
  type Marker,
  type RolloutId,
} from '../../core/alias/marker.ts';
import type { Part } from '../../core/alias/continuation.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import { endingOf, type Ending } from '../../core/report/report.ts';
import { isFinal, type State } from '../../core/rollout/state.ts';
import type { Timed } from '../../core/checks/readers.ts';
import {
  beginningOfMinute,
  firstWholeMinute,
  isEarlyInMinute,
  MINUTE_MS,
} from '../../core/minute.ts';
import type { Versions } from '../../core/alias/routing.ts';
import { sameTarget, targetName, type Target } from '../../core/alias/target.ts';
import type { Unfinished } from '../../core/alias/unfinished.ts';
import type { SavedTarget } from '../../github/saved.ts';
import type { Config } from '../../inputs/inputs.ts';
import type { Prepared } from '../versions/publish.ts';
import { readErrors } from '../checks/error-logs.ts';
import { createMetricChecks } from '../checks/metrics.ts';
import { readYardsticks } from '../checks/duration-history.ts';
import { rollOut, type World } from './loop.ts';
import { forget, routerOf, type Surroundings } from '../surroundings.ts';

// Many jobs share the 9 DescribeAlarms calls a second of an account: they must not march in step.
const JITTER = 0.1;

/** A target whose traffic moves, with the alias as preflight saw it. */
export interface Shifting {
  readonly target: Target;
  readonly versions: Versions;
  readonly alias: Prepared['alias'];
  /** None when the alias's description has no room for them. */
  readonly markers: readonly Marker[];
  readonly nonces: readonly string[];
  readonly begun: readonly number[];
}

export interface ShiftingOptions {
  readonly plan: Plan;
  readonly id: RolloutId;
  /** What earlier jobs or runs left to go on with. */
  readonly resumed: readonly Unfinished[];
  readonly now: number;
  /** Whether the first weight waits for its minute. */
  readonly comparable: boolean;
}

/** What is shifted of a target: nothing of one that serves the version already, or whose alias is new. */
export function shiftOf(
  { target, alias, disposition }: Prepared,
  { plan, id, resumed, now, comparable }: ShiftingOptions,
): readonly Shifting[] {
  if (disposition.type !== 'shift') return [];
  const { stable, canary } = disposition;
  const versions = { stable, canary };
  const before = resumed.find((each) => sameTarget(each.target, target))?.marker;
  const begins = comparable ? firstWholeMinute(now) : now;
  const { begunAt, startedBy } = before ?? { begunAt: begins, startedBy: id.runId };
  const markers = markersOf(plan, id, { ...versions, begunAt, startedBy });
  const { description } = readMarker(alias.description);
  const fits = markers.every((marker) => withMarker(description, marker) !== undefined);
  return [
    {
      target,
      versions,
      alias,
      markers: fits ? markers : [],
      nonces: [id.nonce, ...(before === undefined ? [] : [before.nonce])],
      begun: before === undefined ? [] : [before.weight],
    },
  ];
}

/** What the run cannot recover later, because the alias's description is full. */
export function unmarkable({ target, markers }: Shifting): readonly string[] {
  return markers.length > 0
    ? []
    : [
        `${targetName(target)}: the alias's description is too long to carry the mark of this rollout. If the ` +
          'runner dies in the middle of it, the next run cannot tell whose split it finds, and refuses to begin.',
      ];
}

interface Shift {
  readonly config: Config;
  readonly part: Part;
  /** When the rollout began, if an earlier job did. */
  readonly begunAt: number | undefined;
  readonly watches: readonly AlarmWatch[];
  /** Whether the versions can be compared. */
  readonly comparable: boolean;
  readonly surroundings: Surroundings;
}

/** Moves the traffic of all targets through the plan, or a part of it, to its end. */
export async function shift(
  shifting: readonly Shifting[],
  { config, part, begunAt, watches, comparable, surroundings }: Shift,
): Promise<Ending> {
  const { aws, clock, chronicle, cancellation, random } = surroundings;
  const startedAt = clock.now();
  const world: World = {
    routers: shifting.map((each) => routerOf(each, surroundings)),
    checks: together([
      createAlarmChecks(aws.alarms, watches, config),
      createMetricChecks({
        metrics: aws.metrics,
        targets: await timed(shifting, { config, comparable, surroundings }),
        analysis: comparable ? policyOf(config) : undefined,
        compared: config.compareMetrics,
        compareDuration: config.compareDuration,
        thresholds: config.metricChecks,
        begunAt,
        metricDelayMs: config.analysis.policy.metricDelayMs,
        monitoringGraceMs: config.monitoringGraceMs,
      }),
    ]),
    clock,
    journal: {
      record(entry) {
        if (entry.type === 'state')
          keepForPost(entry.state, shifting, { ...config, ...part }, surroundings);
        chronicle.record(entry);
      },
    },
    cancellation,
    onCancel: config.onCancel,
    pollIntervalMs: () => config.pollIntervalMs * (1 - JITTER + 2 * JITTER * random()),
  };
  if (comparable) await waitForMinute(surroundings);
  const plan = { ...part.plan, onTheMinute: comparable };
  const ending = endingOf(await rollOut(plan, world, part.beginning));
  // Somebody who cancels does not wait for a report.
  if (ending.outcome === 'reverted' && !cancellation.aborted) {
    const to = clock.now();
    const reports = await readErrors(shifting, { from: begunAt ?? startedAt, to }, surroundings);
    chronicle.record({ type: 'errors', at: clock.now(), reports });
  }
  return ending;
}

/** With how long their requests took before, if that is compared. */
async function timed(
  shifting: readonly Shifting[],
  { config, comparable, surroundings }: Pick<Shift, 'config' | 'comparable' | 'surroundings'>,
): Promise<readonly Timed[]> {
  const { aws, clock, chronicle, cancellation } = surroundings;
  if (!comparable || config.compareDuration === 'off') {
    return shifting.map((each) => ({ ...each, yardstick: undefined }));
  }
  const targets = shifting.map(({ target }) => target);
  const moment = { at: clock.now(), signal: cancellation };
  const { yardsticks, problem } = await readYardsticks(aws.metrics, targets, moment);
  if (problem !== undefined) {
    chronicle.note(`durations are compared by their medians alone: ${problem}`);
  }
  return shifting.map((each, index) => ({ ...each, yardstick: yardsticks[index] }));
}

function policyOf({ analysis: { mode, policy } }: Config): AnalysisPolicy | undefined {
  return mode === 'off' ? undefined : { mode, ...policy };
}

/** For the first weight; later ones change at the end of a bake, which waits for it. */
async function waitForMinute({ clock, chronicle, cancellation }: Surroundings): Promise<void> {
  const now = clock.now();
  if (isEarlyInMinute(now)) return;
  const leftMs = beginningOfMinute(now) + MINUTE_MS - now;
  chronicle.note(
    `waiting ${formatDuration(leftMs)} for the next minute to begin: metrics are counted by the minute`,
  );
  await clock.sleep(leftMs, cancellation);
}

/** Runs before the command that the state leads to: what is to be written is saved first. */
function keepForPost(
  state: State,
  shifting: readonly Shifting[],
  { plan, region, role }: Pick<Config, 'plan' | 'region' | 'role'>,
  { keep, chronicle }: Surroundings,
): void {
  if (state.phase === 'shifting' || state.phase === 'rechecking') {
    const weights = plan.steps.slice(0, state.step + 1).map(({ weight }) => weight);
    const targets = shifting.map(
      ({ target, versions: { stable, canary }, nonces, begun }): SavedTarget => ({
        target,
        versions: { stable, canary },
        nonces,
        begun: [...begun, ...weights],
      }),
    );
    const account = accountOf(shifting[0]?.alias.arn ?? '');
    keep.save({ region, role, account, targets });
  } else if (isFinal(state) && state.phase !== 'revert-failed') {
    forget(keep, chronicle);
  }
}
