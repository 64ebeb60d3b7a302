import type { Finding } from '../checks/finding.ts';
import { membersOf, numberOf, recordsIn, type Members } from './members.ts';
import type { Replied } from './told-minutes.ts';

/** What is known when the machine has judged the metrics. */
export interface MetricReading {
  readonly at: number;
  /** What the execution was given. */
  readonly input: Members;
  /** With what was judged now. */
  readonly variables: Members;
  /** What had been judged before, of which the minutes of the reply were not yet a part. */
  readonly judgedBefore: unknown;
  /** What CloudWatch gave for it. */
  readonly replied: Replied;
  readonly before: readonly Finding[];
}

/** What is told of one check. */
export interface CheckTold {
  readonly finding: Finding;
  /** What a person should know although the rollout goes on. */
  readonly warning: string | undefined;
}

export function policyOf({ input }: Pick<MetricReading, 'input'>): Members {
  return membersOf(input['policy']);
}

/** The step that stands, and how much of the traffic the canary has in it. */
export function weightIn({ input, variables }: Pick<MetricReading, 'input' | 'variables'>): number {
  return numberOf(recordsIn(input['steps'])[numberOf(variables['step'])]?.['weight']);
}
