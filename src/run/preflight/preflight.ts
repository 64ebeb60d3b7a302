import type { FoundAlarm } from '../../aws/alarms.ts';
import type { Alias } from '../../aws/aliases.ts';
import type { AlarmId } from '../../core/text/arn.ts';
import type { Aws } from '../../aws/aws.ts';
import { isNotFound } from '../../aws/call.ts';
import { readSettled } from '../alias/settled.ts';
import { lintAlarms, type LintedTarget } from '../../core/preflight/alarm-lint.ts';
import { watch, watchSince, type AlarmWatch } from '../../core/checks/alarms.ts';
import { formatDuration } from '../../core/text/duration.ts';
import { readMarker, type RolloutId } from '../../core/alias/marker.ts';
import { lambdaMetric, metricOf } from '../../core/checks/metric-source.ts';
import { lastSettledMinute } from '../../core/minute.ts';
import { totalBakeMs } from '../../core/rollout/plan.ts';
import {
  describeFacts,
  inspectAlarms,
  inspectSmokeTest,
  inspectTarget,
  type Findings,
  type TargetFacts,
  type VersionFacts,
} from '../../core/preflight/target.ts';
import { inspectSession } from '../../core/preflight/session.ts';
import type { Target } from '../../core/alias/target.ts';
import {
  recoveryOf,
  type Recovery,
  type RunStatus,
  type Unfinished,
} from '../../core/alias/unfinished.ts';
import type { Runs } from '../../github/runs.ts';
import type { Config, TargetRequest } from '../../inputs/inputs.ts';
import { pollUntil } from '../waiting.ts';
import type { Clock } from '../../ports.ts';
import { messageOf, Refusal } from '../../core/problems.ts';

/** AWS as the time before the first shift needs it. */
export interface Preparation {
  readonly aws: Aws;
  readonly runs: Runs;
  readonly clock: Clock;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A target that may be rolled out. */
export interface Cleared {
  readonly request: TargetRequest;
  readonly facts: TargetFacts;
  readonly alias?: Alias;
}

export interface Clearance extends Findings {
  readonly targets: readonly Cleared[];
  /** What earlier rollouts left, and what is to be done about it. */
  readonly recovery: Recovery;
  /** Whether the canary can be compared with the baseline. */
  readonly comparable: boolean;
  /** The alarms as they are watched from here on. */
  readonly watches: readonly AlarmWatch[];
  /** What was found, one line each. */
  readonly details: readonly string[];
}

/** An update takes seconds, one of a container image minutes. */
const UPDATE_PATIENCE_MS = 15 * 60_000;
const HOSTED_JOB_LIMIT_MS = 6 * 3_600_000;

/**
 * Looks at everything and writes nothing.
 * @param goingOn what an earlier job left to go on with; left out when a rollout begins
 * @returns everything that AWS would refuse, or that would make the rollout blind, as problems
 * @throws {Refusal} when there are no credentials to look with
 */
export async function preflight(
  config: Config,
  id: RolloutId,
  preparation: Preparation,
  goingOn?: readonly Unfinished[],
): Promise<Clearance> {
  const session = await lookAtSession(config, preparation);
  const [looks, alarms, metrics] = await Promise.all([
    Promise.all(config.requests.map((request) => lookAtTarget(request, preparation))),
    lookAtAlarms(config, preparation, goingOn?.[0]?.marker.begunAt),
    lookAtMetrics(config, preparation),
  ]);
  const targets = looks.flatMap(({ cleared }) => (cleared === undefined ? [] : [cleared]));
  const blindness = await lookForBlips(alarms.watches, preparation);
  const recovery: Recovery =
    goingOn === undefined
      ? await lookForUnfinished(looks, { config, id }, preparation)
      : { action: 'resume', unfinished: goingOn, problems: [], warnings: [] };
  // Only who begins a rollout sends them.
  const smokeTested = targets.filter(
    ({ request }) => goingOn === undefined && config.smokeTests.has(request.target.functionName),
  );
  const tests = { problems: smokeTested.flatMap(({ facts }) => inspectSmokeTest(facts)) };
  const findings = [session, recovery, ...looks, tests, alarms, metrics];
  return {
    targets,
    recovery,
    comparable: metrics.comparable,
    watches: alarms.watches,
    problems: findings.flatMap(({ problems }) => problems),
    details: [
      ...targets.map(({ facts }) => describeFacts(facts)),
      ...alarms.watches.map(({ name, state }) => `alarm ${name} is ${state}`),
    ],
    warnings: [
      ...[session, ...looks, alarms, metrics].flatMap(({ warnings }) => warnings),
      ...lintAlarms(alarms.found, { targets: targets.map(lintedTarget), plan: config.plan }),
      ...blindness,
      ...planWarnings(config),
    ],
  };
}

/** First and alone: without credentials, everything else fails for the same reason. */
async function lookAtSession(
  { plan, analysis }: Config,
  { aws, clock }: Preparation,
): Promise<Findings> {
  const maxExtension = analysis.mode === 'on' ? analysis.policy.maxExtension : 1;
  try {
    return inspectSession(await aws.session(), { plan, maxExtension, now: clock.now() });
  } catch (error) {
    throw new Refusal([messageOf(error)]);
  }
}

async function lookForUnfinished(
  looks: readonly LookAtTarget[],
  { config, id }: { readonly config: Config; readonly id: RolloutId },
  { aws, runs, signal }: Preparation,
): Promise<Recovery> {
  const found = looks.flatMap(({ target, alias }) =>
    alias === undefined ? [] : [{ target, ...alias }],
  );
  const statuses = new Map<string, RunStatus>();
  for (const { description } of found) {
    const { marker } = readMarker(description);
    if (marker !== undefined) statuses.set(marker.nonce, await runs.status(marker, signal));
  }
  return recoveryOf({
    found,
    statusOf: ({ nonce }) => statuses.get(nonce) ?? NOT_ASKED,
    policy: config.onUnfinished,
    own: id,
    region: aws.region,
  });
}

const NOT_ASKED: RunStatus = { type: 'unknown', url: '', problem: 'GitHub was not asked.' };

interface LookAtTarget extends Findings {
  readonly target: Target;
  /** Present also when something else of the target could not be read. */
  readonly alias?: Alias;
  /** Absent when something of the target could not be read. */
  readonly cleared?: Cleared;
}

async function lookAtTarget(
  request: TargetRequest,
  preparation: Preparation,
): Promise<LookAtTarget> {
  const { target } = request;
  const { aws, clock, note, signal } = preparation;
  const reading = readSettled({ aliases: aws.aliases, target, clock, note, signal });
  const alias = await reading.catch(() => undefined);
  const found = { target, ...(alias === undefined ? {} : { alias }) };
  try {
    const facts = await gather(request, await reading, preparation);
    const cleared = { request, facts, ...(alias === undefined ? {} : { alias }) };
    return { ...found, ...inspectTarget(facts), cleared };
  } catch (error) {
    return { ...found, problems: [unreadable(error, request, preparation)], warnings: [] };
  }
}

async function gather(
  { target, version, codeSha256 }: TargetRequest,
  alias: Alias | undefined,
  preparation: Preparation,
): Promise<TargetFacts> {
  const { functions, region } = preparation.aws;
  const served = alias?.routing.version;
  const [candidate, stable] = await Promise.all([
    settledVersion(target, version, preparation),
    served === undefined || served.startsWith('$LATEST')
      ? undefined
      : functions.read(target, preparation.signal, served),
  ]);
  return {
    target,
    region,
    candidate,
    ...(alias === undefined ? {} : { routing: alias.routing }),
    ...(stable === undefined ? {} : { stable }),
    ...(codeSha256 === undefined ? {} : { expectedCodeSha256: codeSha256 }),
  };
}

/** Reads `$LATEST` or a version, after waiting for an update or a creation that is under way. */
export async function settledVersion(
  target: Target,
  version: string | undefined,
  { aws, clock, note, signal }: Preparation,
): Promise<VersionFacts> {
  return pollUntil({
    read: () => aws.functions.read(target, signal, version),
    done: ({ state, lastUpdateStatus }) => state !== 'Pending' && lastUpdateStatus !== 'InProgress',
    waitingFor: () =>
      version === undefined
        ? `${target.functionName}: waiting for an update that is in progress`
        : `${target.functionName}: waiting for version ${version} to become Active`,
    patienceMs: UPDATE_PATIENCE_MS,
    clock,
    note,
    signal,
  });
}

function unreadable(
  error: unknown,
  { target, version }: TargetRequest,
  { aws: { region }, signal }: Preparation,
): string {
  signal.throwIfAborted();
  if (isNotFound(error)) {
    return version === undefined
      ? `function-name: there is no function ${target.functionId} in ${region}; check the name, the region and the account.`
      : `version: there is no version ${version} of ${target.functionId} in ${region}; check version, name and region.`;
  }
  return messageOf(error);
}

function lintedTarget({ request: { target, version }, facts }: Cleared): LintedTarget {
  return { ...target, stable: facts.stable?.version, canary: version };
}

/** Whether history can be read, asked of one alarm: in mid-rollout is too late to learn that it cannot. */
async function lookForBlips(
  [watch]: readonly AlarmWatch[],
  { aws, signal }: Preparation,
): Promise<readonly string[]> {
  if (watch === undefined) return [];
  try {
    await aws.alarms.history(watch, signal);
    return [];
  } catch (error) {
    signal.throwIfAborted();
    return [
      `The history of alarms cannot be read, so an alarm that goes red and green again between two polls may ` +
        `be missed, or count as red without need: ${messageOf(error)}`,
    ];
  }
}

interface LookAtAlarms extends Findings {
  readonly found: readonly FoundAlarm[];
  readonly watches: readonly AlarmWatch[];
}

/**
 * The alarms as they are now, with what stands against beginning a rollout under them, and what it takes to
 * watch them from here on.
 * @param begunAt when the rollout began that is gone on with
 */
export async function lookAtAlarms(
  config: Config,
  { aws, clock, signal }: Preparation,
  begunAt?: number,
): Promise<LookAtAlarms> {
  const names = config.alarms.map(({ name }) => name);
  const at = clock.now();
  try {
    const found = await aws.alarms.read(names, signal);
    const begins = begunAt === undefined;
    const { problems, warnings } = inspectAlarms(names, found, { ...config, at, begins });
    return {
      problems: [...problems, ...elsewhere(config.alarms, found)],
      warnings,
      found,
      watches: found.map((alarm) =>
        begins || (alarm.state === 'ALARM' && config.onAlarmAtStart === 'ignore-until-ok')
          ? watch(alarm, at)
          : watchSince(alarm, begunAt, at),
      ),
    };
  } catch (error) {
    signal.throwIfAborted();
    const problem = messageOf(error);
    return { problems: [problem], warnings: [], found: [], watches: [] };
  }
}

interface LookAtMetrics extends Findings {
  readonly comparable: boolean;
}

/** Whether the metrics can be read by which the canary is compared: asked of one of them. */
async function lookAtMetrics(
  { analysis, plan, requests, alarms, compareMetrics, metricChecks }: Config,
  { aws, clock, signal }: Preparation,
): Promise<LookAtMetrics> {
  const comparable = analysis.mode !== 'off' && plan.steps.some(({ weight }) => weight < 100);
  const watched = alarms.length > 0 || metricChecks.length > 0 || analysis.mode === 'off';
  const blind = watched ? [] : [NOTHING_WATCHED];
  if (!comparable && metricChecks.length === 0)
    return { comparable, problems: blind, warnings: [] };
  const minute = lastSettledMinute(clock.now(), analysis.policy.metricDelayMs);
  const probes = requests.map(({ target: { functionName, alias } }) =>
    metricOf(lambdaMetric('Invocations', 'Sum'), {
      function: functionName,
      alias,
      version: '1',
    }),
  );
  try {
    await aws.metrics.read(probes.slice(0, 1), { from: minute, to: minute }, signal);
    return { comparable, problems: [], warnings: [] };
  } catch (error) {
    signal.throwIfAborted();
    const problem = messageOf(error);
    const wanted = analysis.given || compareMetrics.length > 0 || metricChecks.length > 0;
    if (wanted) return { comparable: false, problems: [problem], warnings: [] };
    return {
      comparable: false,
      problems: blind.length > 0 ? [`${problem} ${NOTHING_WATCHED}`] : [],
      warnings: [
        `The canary is not compared with the version it replaces, and only the alarms are watched: ${problem} ` +
          'To do without for good, set analysis: off.',
      ],
    };
  }
}

const NOTHING_WATCHED =
  'No alarm is named in the input alarms, so nothing would be watched: name one, or set analysis: off to do ' +
  'without any check.';

/** DescribeAlarms answers by name with the caller's own alarms, whatever account an ARN named. */
function elsewhere(wanted: readonly AlarmId[], found: readonly FoundAlarm[]): readonly string[] {
  return wanted.flatMap(({ name, account }) => {
    const alarm = found.find((candidate) => candidate.name === name);
    return account === undefined || alarm === undefined || alarm.arn.includes(`:${account}:`)
      ? []
      : [
          `alarms: ${name} of account ${account} cannot be read with credentials of another account.`,
        ];
  });
}

function planWarnings({ plan, alarms, analysis }: Config): readonly string[] {
  const total = totalBakeMs(plan);
  return [
    ...(alarms.length === 0 && analysis.mode === 'off'
      ? [
          'Nothing is watched: no alarm is named in the input alarms, so no failure will be noticed.',
        ]
      : []),
    ...(total > HOSTED_JOB_LIMIT_MS
      ? [
          `The plan bakes for ${formatDuration(total)}; a job on a GitHub-hosted runner ends after 6 h, ` +
            'and the rollout would be reverted then.',
        ]
      : []),
  ];
}
