import type { RolloutId } from '../../core/alias/mark.ts';
import type { AlarmWatch } from '../../core/checks/alarms.ts';
import type { Inspection } from '../../core/inspection.ts';
import { messageOf } from '../../core/problems.ts';
import { COMMENT } from '../../core/state-machine/definition.ts';
import { stateMachineArn } from '../../core/alias/execution.ts';
import { unreachable, type Wanted } from '../../core/state-machine/reach.ts';
import { leftOutByAws, refusalsOf } from '../../core/state-machine/refusals.ts';
import { accountIn, parseStateMachine } from '../../core/text/arn.ts';
import type { Config } from '../../inputs/config.ts';
import { boundsOf } from '../rollout/bounds.ts';
import type { Surroundings } from '../surroundings.ts';
import { rehearse } from './rehearsal.ts';
import type { Cleared } from '../versions/cleared.ts';

export interface LookAtMachine extends Inspection {
  readonly notes: readonly string[];
}

export interface Carried {
  readonly targets: readonly Cleared[];
  readonly comparable: boolean;
  readonly watches: readonly AlarmWatch[];
  /** Whether it begins, and goes on with nothing. */
  readonly begins: boolean;
}

const NOTHING: LookAtMachine = { problems: [], warnings: [], notes: [] };

/** Whether AWS can carry this rollout: what was asked for, and the state machine that is to do it. */
export async function lookAtMachine(
  config: Config,
  id: RolloutId,
  { targets, comparable, watches, begins }: Carried,
  surroundings: Surroundings,
): Promise<LookAtMachine> {
  if (config.engine === 'runner') return NOTHING;
  const refused = [
    ...refusalsOf(config),
    ...unreachable(wantedOf(config, comparable)).map(
      ({ input, reason, wayOut }) => `${input}: ${reason}; ${wayOut}`,
    ),
  ];
  // What is refused by name already is not refused once more for what it makes of the input.
  const rehearsed =
    begins && refused.length === 0
      ? rehearse(config, id, { targets, watches, comparable }, surroundings)
      : [];
  return {
    problems: [
      ...refused,
      ...rehearsed,
      ...(await problemsOfMachine(config, targets, surroundings)),
    ],
    warnings: [],
    notes: leftOutByAws(config),
  };
}

function wantedOf(config: Config, comparable: boolean): Wanted {
  const { mode, policy } = config.analysis;
  // The last step is not held: that makes no less room.
  const mayHold =
    config.mode === 'start' || config.mode === 'step' || policy.onInconclusive === 'hold';
  return {
    ...config,
    targets: config.requests.map(({ target }) => target),
    course: { steps: config.plan.steps, ...boundsOf(config.analysis, comparable) },
    compared: config.compareMetrics,
    thresholds: config.metricChecks,
    pollMs: config.pollIntervalMs,
    holdMs: mayHold ? config.holdForMs : 0,
    metricDelayMs: policy.metricDelayMs,
    analysis: comparable && mode !== 'off' ? { mode, ...policy } : undefined,
  };
}

async function problemsOfMachine(
  { stateMachine }: Config,
  targets: readonly Cleared[],
  { aws, cancellation: signal }: Surroundings,
): Promise<readonly string[]> {
  const { region } = aws;
  const own = parseStateMachine(stateMachine);
  const accounts = targets.flatMap(
    ({ alias, facts }) => accountIn(alias?.arn ?? facts.candidate.functionArn) ?? [],
  );
  const [account] = accounts;
  if (own?.region !== undefined && own.region !== region) {
    return [
      `state-machine: ${own.name} is in ${own.region}, and this rollout is in ${region}; a state machine moves the functions of its own region`,
    ];
  }
  // Without any account there is no ARN to ask for, and a problem that says why.
  if (account === undefined) return [];
  const other = [...accounts, own?.account ?? account].find((each) => each !== account);
  if (other !== undefined) {
    return [
      `state-machine: functions and state machine are in the accounts ${account} and ${other}; a state machine moves the functions of its own account`,
    ];
  }
  const place = { stateMachine, region, account };
  try {
    const found = await aws.stepFunctions.describeMachine(place, { signal });
    if (found === undefined) {
      return [
        `state-machine: there is no ${stateMachineArn(place)}; create it with the template of this release (templates/step-functions), or check name, region and account`,
      ];
    }
    const { comment, type, status } = found;
    if (status === 'DELETING') {
      return [
        `state-machine: ${stateMachineArn(place)} is being deleted, and AWS ends what it carries; wait for the end of that and create it anew with templates/step-functions, or name another one`,
      ];
    }
    if (type === 'EXPRESS') {
      return [
        `state-machine: ${stateMachineArn(place)} is of type EXPRESS, whose executions last five minutes at most and have no history; create it anew as STANDARD, as templates/step-functions does (the type of a state machine cannot be changed)`,
      ];
    }
    return comment === COMMENT
      ? []
      : [
          `state-machine: ${stateMachineArn(place)} is not the one of this release ("${COMMENT}" is needed, and it says "${comment}"); update it with templates/step-functions of the release that this action is of. Rollouts that are under way keep theirs`,
        ];
  } catch (error) {
    signal.throwIfAborted();
    return [messageOf(error)];
  }
}
