import { parseStateMachine } from '../text/arn.ts';
import { executionUrl } from '../text/console.ts';
import { partitionOf } from '../text/partition.ts';
import { executionName, type ExecutionId } from './execution-name.ts';

/** A state machine, and where it is. */
export interface MachinePlace {
  /** Name or ARN, as the user gave it. */
  readonly stateMachine: string;
  readonly region: string;
  /** Where the machine does not name its own; `*` when it is not known. */
  readonly account: string;
}

/** An execution of it, by name. */
export interface ExecutionOf extends MachinePlace {
  readonly execution: string;
}

export function stateMachineArn(place: MachinePlace): string {
  return `${home(place)}:stateMachine:${nameOf(place)}`;
}

export function executionArn({ execution, ...place }: ExecutionOf): string {
  return `${home(place)}:execution:${nameOf(place)}:${execution}`;
}

/** For people: its page in the console, or its ARN where that is not known. */
export function executionLink(execution: ExecutionOf): string {
  const arn = executionArn(execution);
  return executionUrl(execution.region, arn) ?? arn;
}

/** The execution that carries the rollout of a mark. */
export function executionOf(mark: ExecutionId, place: MachinePlace): ExecutionOf {
  const { stateMachine, region, account } = place;
  return { stateMachine, region, account, execution: executionName(mark) };
}

function home({ stateMachine, region, account }: MachinePlace): string {
  const own = parseStateMachine(stateMachine);
  return `arn:${partitionOf(region).id}:states:${own?.region ?? region}:${own?.account ?? account}`;
}

function nameOf({ stateMachine }: MachinePlace): string {
  return parseStateMachine(stateMachine)?.name ?? stateMachine;
}
