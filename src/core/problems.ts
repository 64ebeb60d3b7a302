import type { Verdict } from './rollout/verdict.ts';

/** As many as anybody reads before mending the first. */
const MOST_TOLD = 50;

/** A rollout that must not begin, with everything that stands against it. No traffic was moved. */
export class Refusal extends Error {
  /** Each says what is wrong, where, and what to do. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const left = problems.length - MOST_TOLD;
    super(
      [...problems.slice(0, MOST_TOLD), ...(left > 0 ? [`… and ${left} more`] : [])].join('\n'),
    );
    this.name = 'Refusal';
    this.problems = problems;
  }
}

/** A check has failed of a rollout that is taken over: it is not gone on with, but reverted. */
export class CheckFailed extends Error {
  constructor({ reason }: Verdict) {
    super(reason);
    this.name = 'CheckFailed';
  }
}

/** Nobody is left to watch this process, or to run its post step. */
export class RunnerGone extends Error {
  /** @param sign what it is known by */
  constructor(sign = 'its log cannot be written any more') {
    super(`the runner went away: ${sign}`);
    this.name = 'RunnerGone';
  }
}

/** By its name: an abort signal hands on whatever it was aborted with. */
export function isRunnerGone(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'RunnerGone';
}

/** Another region of the same rollout has failed: this one goes back with it, or does not begin. */
export class FailedElsewhere extends Error {
  /** @param message which one, and why */
  constructor(message: string) {
    super(message);
    this.name = 'FailedElsewhere';
  }
}

/** By its name, as well. */
function isFailedElsewhere(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'FailedElsewhere';
}

/** Whether `on-cancel: hold` answers to it: a person has asked for the end, and can go on. */
export function mayBeHeld(thrown: unknown): boolean {
  return !isRunnerGone(thrown) && !isFailedElsewhere(thrown);
}

/** What to tell a person of something that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
