import { stepsIn } from '../../core/alias/continuation.ts';
import { Refusal } from '../../core/problems.ts';
import type { Shifting } from '../../core/alias/shifting.ts';
import { sameTarget } from '../../core/alias/target.ts';
import type { Timed } from '../../core/checks/duration-reader.ts';
import { shareAlpha } from '../../core/log-lane/alpha.ts';
import { timeOfDayThen } from '../../core/moment.ts';
import { endingOf, type Ending } from '../../core/report/ending.ts';
import type { Course } from '../../core/rollout/plan.ts';
import { STANDARD_FAILURE_RULE } from '../../core/statistics/failure-evidence.ts';
import type { Router } from '../../ports.ts';
import { createAlarmChecks } from '../checks/alarms.ts';
import { createCommandChecks } from '../checks/commands.ts';
import {
  NOTHING_KNOWN,
  withPauses,
  withYardsticks,
  withoutYardsticks,
} from '../checks/duration-history.ts';
import { createIntruderChecks } from '../checks/intruders.ts';
import { createLogChecks, logIntervalMs } from '../checks/logs.ts';
import { createMetricChecks } from '../checks/metrics.ts';
import { momentOf } from '../moment.ts';
import { lookAtSession } from './session.ts';
import { routerOf } from '../alias/router.ts';
import { deleteOldVersions } from '../versions/old.ts';
import { boundsOf } from './bounds.ts';
import { inStep } from './in-step.ts';
import { keepForPost } from './keep.ts';
import { rollOut, type World } from './loop.ts';
import { tellOfReverted } from './reverted.ts';
import { carryOutOnAws } from './step-functions.ts';
import { policyOf, type Undertaking } from './undertaking.ts';
import type { Watched } from './watch.ts';

// Many jobs share the 9 DescribeAlarms calls a second of an account: they must not march in step.
const JITTER = 0.1;

/** Of Lambda's 15 control-plane calls a second; the others are for writes, and for whoever else deploys. */
const LOOKS_PER_SECOND = 5;

/** Moves the traffic of all targets through the plan, or a part of it, to its end. */
export async function carryOut(
  shifting: readonly Shifting[],
  options: Undertaking,
): Promise<Ending> {
  const { config, surroundings } = options;
  const carry = config.engine === 'step-functions' ? carryOutOnAws : carryOutHere;
  const ending = await carry(shifting, options);
  if (ending.outcome === 'promoted') {
    const moved = shifting.map(({ target, versions: { stable, canary } }) => ({
      target,
      versions: [stable, canary],
      stable,
      toCome: 0,
    }));
    await deleteOldVersions(moved, config.retention, true, surroundings);
  }
  return ending;
}

async function carryOutHere(shifting: readonly Shifting[], options: Undertaking): Promise<Ending> {
  const { config, part, begunAt, comparable, surroundings, handOver } = options;
  const { clock, journal, cancellation, random } = surroundings;
  const started = momentOf(clock);
  // Again: publishing may have taken many minutes.
  const { deadline, problems } = await lookAtSession(config, stepsIn(part), surroundings);
  if (problems.length > 0) throw new Refusal(problems);
  const course: Course = {
    steps: part.plan.steps,
    holdAfter: part.holdAfter,
    deadline,
    ...boundsOf(config.analysis, comparable),
  };
  const routers = inStep(
    shifting.map((each) => routerOf(each, surroundings)),
    surroundings.wave,
  );
  const pollIntervalMs = () => config.pollIntervalMs * (1 - JITTER + 2 * JITTER * random());
  const world: World = {
    routers,
    watched: await watchedOf(shifting, routers, options),
    clock,
    journal: {
      ...journal,
      record(entry) {
        if (entry.type === 'state') {
          keepForPost(entry.state, { shifting, course, routers }, config, surroundings);
        }
        journal.record(entry);
      },
    },
    cancellation,
    onCancel: config.onCancel,
    pollIntervalMs,
  };
  handOver();
  const ending = endingOf(await rollOut(course, world, part.beginning));
  if (ending.outcome === 'reverted') {
    const now = momentOf(clock);
    const from = Math.min(begunAt ?? now.timeOfDay, timeOfDayThen(started, now));
    const deadlineAt = deadline?.at;
    const targets = shifting;
    await tellOfReverted({ targets, from, deadlineAt, comparable }, config, surroundings);
  }
  return ending;
}

async function watchedOf(
  shifting: readonly Shifting[],
  routers: readonly Router[],
  options: Undertaking,
): Promise<readonly Watched[]> {
  const { config, begunAt, watches, comparable, surroundings } = options;
  const { aws } = surroundings;
  const metrics = createMetricChecks({
    metrics: aws.metrics,
    targets: await timed(shifting, options),
    analysis: comparable ? policyOf(options) : undefined,
    compared: config.compareMetrics,
    compareDuration: config.compareDuration.mode,
    afterPromotion: config.afterPromotion,
    thresholds: config.metricChecks,
    begunAt,
    metricDelayMs: config.analysis.policy.metricDelayMs,
    monitoringGraceMs: config.monitoringGraceMs,
  });
  const longest = config.pollIntervalMs * (1 + JITTER);
  const looking = (1000 * routers.length) / LOOKS_PER_SECOND;
  return [
    {
      checks: createAlarmChecks(aws.alarms, watches, config),
      intervalMs: longest,
      gates: true,
    },
    { checks: metrics, intervalMs: longest, gates: true },
    // The next write would meet it as well: a step need not wait for it.
    {
      checks: createIntruderChecks(routers),
      intervalMs: Math.max(longest, looking),
      gates: false,
    },
    ...logsOf(shifting, options),
    ...commandsOf(shifting, options),
  ];
}

/** Commands of the user's, each at its own pace. A step waits for what they say when they are run at its end. */
function commandsOf(
  shifting: readonly Shifting[],
  { config, part, surroundings }: Undertaking,
): readonly Watched[] {
  const { shell, clock, aws } = surroundings;
  const longest = config.pollIntervalMs * (1 + JITTER);
  const commands = createCommandChecks({
    shell,
    clock,
    checks: config.checkCommands,
    shifting,
    plan: part.plan,
    region: aws.region,
    monitoringGraceMs: config.monitoringGraceMs,
    againMs: config.pollIntervalMs,
  });
  return commands.flatMap(({ intervalMs, running, answering }) => [
    { checks: running, intervalMs, gates: false },
    { checks: answering, intervalMs: longest, gates: true },
  ]);
}

/** Failures in the logs, at a pace of their own. No step waits for them: they only ever make a revert sooner. */
function logsOf(shifting: readonly Shifting[], options: Undertaking): readonly Watched[] {
  const { config, begunAt, logged, surroundings } = options;
  const { mode, ownPattern, delayMs } = config.analysisLogs;
  const targets = shifting.flatMap(({ target, versions }) => {
    const found = logged.find((each) => sameTarget(each.target, target));
    return found === undefined ? [] : [{ target, versions, logged: found }];
  });
  if (targets.length === 0 || mode === 'off') return [];
  const { rule, metricDelayMs } = config.analysis.policy;
  const shares = shareAlpha(rule.alpha, { logs: true, ownErrors: ownPattern !== undefined });
  const logs = {
    streams: surroundings.aws.logStreams,
    metrics: surroundings.aws.metrics,
    clock: surroundings.clock,
    targets,
    mode,
    rule: { ...rule, alpha: shares.logs, routing: STANDARD_FAILURE_RULE.routing },
    own: ownPattern === undefined ? undefined : { pattern: ownPattern, alpha: shares.ownErrors },
    delayMs,
    metricDelayMs,
    begunAt,
  };
  return [{ checks: createLogChecks(logs), intervalMs: logIntervalMs(logs), gates: false }];
}

/** With how long their requests took before, if that is compared. */
async function timed(
  shifting: readonly Shifting[],
  { config, comparable, surroundings }: Pick<Undertaking, 'config' | 'comparable' | 'surroundings'>,
): Promise<readonly Timed[]> {
  const { aws, clock, journal, cancellation } = surroundings;
  if (!comparable)
    return withoutYardsticks(shifting.map((each) => ({ ...each, ...NOTHING_KNOWN })));
  const when = { at: clock.timeOfDay(), signal: cancellation };
  const called = await withPauses(aws.metrics, shifting, when);
  if (config.compareDuration.mode === 'off') return withoutYardsticks(called);
  const { targets, problem } = await withYardsticks(aws.metrics, called, when);
  if (problem !== undefined) {
    journal.note(`durations are compared by their medians alone: ${problem}`);
  }
  return targets;
}
