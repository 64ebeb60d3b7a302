import type { Alarms, FoundAlarm } from './aws/alarms.ts';
import type { Alias, Aliases } from './aws/aliases.ts';
import type { AlarmId } from './aws/arn.ts';
import { isNotFound } from './aws/call.ts';
import type { Functions } from './aws/functions.ts';
import { readSettled } from './aws/settled.ts';
import { watch, type AlarmWatch } from './core/alarms.ts';
import { totalBakeMs } from './core/plan.ts';
import { formatDuration } from './core/duration.ts';
import {
  describeFacts,
  inspectAlarms,
  inspectTarget,
  type Findings,
  type TargetFacts,
  type VersionFacts,
} from './core/preflight.ts';
import type { Target } from './core/target.ts';
import type { Config, TargetRequest } from './inputs/inputs.ts';
import { pollUntil } from './polling.ts';
import type { Clock } from './ports.ts';
import { messageOf, Refusal } from './problems.ts';

/** AWS as the time before the first shift needs it. */
export interface Preparation {
  readonly functions: Functions;
  readonly aliases: Aliases;
  readonly alarms: Alarms;
  readonly region: string;
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

export interface Clearance {
  readonly targets: readonly Cleared[];
  readonly warnings: readonly string[];
  /** What was found, one line each. */
  readonly details: readonly string[];
}

/** An update takes seconds, one of a container image minutes. */
const UPDATE_PATIENCE_MS = 15 * 60_000;
const HOSTED_JOB_LIMIT_MS = 6 * 3_600_000;

/**
 * Looks at everything and writes nothing.
 * @throws {Refusal} with everything that AWS would refuse, or that would make the rollout blind
 */
export async function preflight(config: Config, preparation: Preparation): Promise<Clearance> {
  const [targets, alarms] = await Promise.all([
    Promise.all(config.requests.map((request) => clear(request, preparation))),
    lookAtAlarms(config, preparation),
  ]);
  const findings = [...targets, alarms];
  const problems = findings.flatMap((finding) => finding.problems);
  if (problems.length > 0) throw new Refusal(problems);
  return {
    targets: targets.flatMap(({ cleared }) => (cleared === undefined ? [] : [cleared])),
    details: [
      ...targets.flatMap(({ cleared }) =>
        cleared === undefined ? [] : [describeFacts(cleared.facts)],
      ),
      ...alarms.watches.map(({ name, state }) => `alarm ${name} is ${state}`),
    ],
    warnings: [...findings.flatMap((finding) => finding.warnings), ...planWarnings(config)],
  };
}

async function clear(
  request: TargetRequest,
  preparation: Preparation,
): Promise<Findings & { readonly cleared?: Cleared }> {
  try {
    const { alias, facts } = await gather(request, preparation);
    const cleared = { request, facts, ...(alias === undefined ? {} : { alias }) };
    return { ...inspectTarget(facts), cleared };
  } catch (error) {
    return { problems: [unreadable(error, request, preparation)], warnings: [] };
  }
}

async function gather(
  { target, version, codeSha256 }: TargetRequest,
  preparation: Preparation,
): Promise<{ readonly facts: TargetFacts; readonly alias: Alias | undefined }> {
  const { functions, region, signal } = preparation;
  const [candidate, alias] = await Promise.all([
    settledVersion(target, version, preparation),
    readSettled({ ...preparation, target }),
  ]);
  const stable =
    alias === undefined || alias.routing.version === '$LATEST'
      ? undefined
      : await functions.read(target, signal, alias.routing.version);
  return {
    alias,
    facts: {
      target,
      region,
      candidate,
      ...(alias === undefined ? {} : { routing: alias.routing }),
      ...(stable === undefined ? {} : { stable }),
      ...(codeSha256 === undefined ? {} : { expectedCodeSha256: codeSha256 }),
    },
  };
}

/** Reads `$LATEST` or a version, after waiting for an update or a creation that is under way. */
export async function settledVersion(
  target: Target,
  version: string | undefined,
  { functions, clock, note, signal }: Preparation,
): Promise<VersionFacts> {
  return pollUntil({
    read: () => functions.read(target, signal, version),
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
  { region, signal }: Preparation,
): string {
  signal.throwIfAborted();
  if (isNotFound(error)) {
    return version === undefined
      ? `function-name: there is no function ${target.functionId} in ${region}; check the name, the region and the account.`
      : `version: there is no version ${version} of ${target.functionId} in ${region}; check version, name and region.`;
  }
  return messageOf(error);
}

/**
 * The alarms as they are now, with what stands against beginning a rollout under them, and what it takes to
 * watch them from here on.
 */
export async function lookAtAlarms(
  config: Config,
  { alarms, clock, signal }: Preparation,
): Promise<Findings & { readonly watches: readonly AlarmWatch[] }> {
  const names = config.alarms.map(({ name }) => name);
  const at = clock.now();
  try {
    const found = await alarms.read(names, signal);
    const { problems, warnings } = inspectAlarms(names, found, config);
    return {
      problems: [...problems, ...elsewhere(config.alarms, found)],
      warnings,
      watches: found.map((alarm) => watch(alarm, at)),
    };
  } catch (error) {
    signal.throwIfAborted();
    const problem = messageOf(error);
    return { problems: [problem], warnings: [], watches: [] };
  }
}

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

function planWarnings({ plan, alarms }: Config): readonly string[] {
  const total = totalBakeMs(plan);
  return [
    ...(alarms.length === 0
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
