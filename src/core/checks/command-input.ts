import type { Versions } from '../alias/routing.ts';
import type { Target } from '../alias/target.ts';
import type { Moment } from '../moment.ts';
import { isBakeOver, type Bake, type Plan } from '../rollout/plan.ts';
import type { CommandCheck } from './commands.ts';

/** What a command is run for. */
export interface RunFor {
  readonly check: CommandCheck;
  readonly target: Target;
  readonly versions: Versions;
  readonly region: string;
  readonly plan: Plan;
  readonly bake: Bake;
  /** When the weight was written: `2026-11-23T14:00:20.000Z`. */
  readonly since: string;
  readonly at: Moment;
}

/** What a command is told of the rollout, each way whole: a script reads the one, a program the other. */
export interface CommandInput {
  readonly environment: Readonly<Record<string, string>>;
  /** For its standard input. */
  readonly json: string;
}

/** The rollout as a command is told it. Times are of the time of day, in UTC; weights are percent. */
export function inputFor({
  check,
  target,
  versions,
  region,
  plan,
  bake,
  since,
  at,
}: RunFor): CommandInput {
  const told = {
    check: check.name,
    function: target.functionName,
    alias: target.alias,
    region,
    stable: versions.stable,
    canary: versions.canary,
    weight: bake.weight,
    step: plan.steps.findIndex(({ weight }) => weight === bake.weight) + 1,
    steps: plan.steps.length,
    since,
  };
  const variables = Object.entries(told).map(([name, value]) => [
    `LAMBDA_CANARY_${name.toUpperCase()}`,
    String(value),
  ]);
  return {
    environment: Object.fromEntries(variables) as Record<string, string>,
    json: `${JSON.stringify({ ...told, bakeIsOver: isBakeOver(bake, at) })}\n`,
  };
}
