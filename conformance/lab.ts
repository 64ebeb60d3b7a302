import type { Clients, Credentials } from './clients.ts';
import { nameOf } from './names.ts';

/** Roles that the experiments' functions and state machines work with. */
export interface Roles {
  readonly functions: string;
  /** Another one, which allows the same. */
  readonly other: string;
  readonly machines: string;
  /** With this a rule starts state machines. */
  readonly rules: string;
  /** May do nothing, and is assumed by who asks. */
  readonly sessions: string;
}

/** What one experiment works with: clients of its own, and names that nobody else uses. */
export interface Lab extends Clients {
  /** Further clients, with credentials of their own. */
  readonly as: (credentials: Credentials) => Clients;
  readonly region: string;
  readonly account: string;
  readonly roles: Roles;
  /** The state machine that carries rollouts; undefined where there is none. */
  readonly stateMachine: string | undefined;
  /** Where AWS is, for a process that is started; empty for AWS itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** @throws when the run was interrupted */
  readonly sleep: (ms: number) => Promise<void>;
  /** A name of this experiment's. */
  readonly name: (what?: string) => string;
  readonly runAction: RunAction;
}

/** Runs the committed bundle, with inputs as a workflow has them. */
export type RunAction = (inputs: Readonly<Record<string, string>>) => Promise<Ended>;

export interface Ended {
  readonly exitCode: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export function namesOf(run: string, experiment: string): Lab['name'] {
  return (what = '') => nameOf(run, what === '' ? experiment : `${experiment}-${what}`);
}

/**
 * Asks every so often until there is an answer.
 * @returns undefined when there is none within the time
 */
export async function ask<Answer>(
  { now, sleep }: Pick<Lab, 'now' | 'sleep'>,
  { everyMs, forMs }: { readonly everyMs: number; readonly forMs: number },
  question: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  const until = now() + forMs;
  for (;;) {
    const answer = await question();
    if (answer !== undefined) return answer;
    if (now() >= until) return undefined;
    await sleep(everyMs);
  }
}
