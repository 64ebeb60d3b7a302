import { formatDuration } from '../text/duration.ts';
import { oneLine } from '../text/markdown.ts';
import type { Plan } from '../rollout/plan.ts';
import { PASS, type Verdict } from '../rollout/verdict.ts';
import type { SeenState } from './seen.ts';

/** A command of the user's that says by its exit code how the new version does. */
export interface CommandCheck {
  readonly name: string;
  /** One line for the shell. */
  readonly command: string;
  /** From the beginning of one run to that of the next, in milliseconds; undefined: once, at the end of each step. */
  readonly everyMs: number | undefined;
  /** Whether it runs only where the alias serves the new version alone. */
  readonly afterPromotion: boolean;
  /** How long it may run. Milliseconds. */
  readonly timeoutMs: number;
}

/** Whether there is a moment in a plan at which it runs: nothing is watched of a weight that does not bake. */
export function runsIn({ steps }: Plan, { afterPromotion }: CommandCheck): boolean {
  return steps.some(({ weight, bakeMs }) => bakeMs > 0 && (!afterPromotion || weight >= 100));
}

/** `check probe runs every 30 s after the promotion, for 10 s at most`; of the command itself nothing: it may hold a secret. */
export function describeCommand({
  name,
  everyMs,
  afterPromotion,
  timeoutMs,
}: CommandCheck): string {
  const pace =
    everyMs === undefined ? 'at the end of each step' : `every ${formatDuration(everyMs)}`;
  const when = afterPromotion ? ' after the promotion' : '';
  return `check ${name} runs ${pace}${when}, for ${formatDuration(timeoutMs)} at most`;
}

/** How a run of a command ended, and the last of what it printed. */
export type CommandResult =
  | { readonly type: 'exited'; readonly code: number; readonly output: string }
  /** By a signal that is not ours. */
  | { readonly type: 'killed'; readonly signal: string; readonly output: string }
  /** It was still running when it had to be over. */
  | { readonly type: 'cut off'; readonly output: string }
  | { readonly type: 'not started'; readonly problem: string };

/** What a command said at its last run; its detail is the end of what it printed. */
export interface CommandFinding extends SeenState {
  readonly kind: 'command';
  /** `checkout:live` */
  readonly target: string;
}

export interface JudgedRun {
  readonly target: string;
  readonly result: CommandResult;
  /** When it began, by the time of day; epoch milliseconds. */
  readonly at: number;
  /** For how long it could not tell, this run included. Milliseconds. */
  readonly darkMs: number;
  readonly monitoringGraceMs: number;
}

/** Whether a run said something: who knows that it cannot tell says something too. */
export function couldTell(result: CommandResult): boolean {
  return result.type === 'exited' && result.code in SAID;
}

/** What the exit codes say; all others are no answer. */
const SAID: Readonly<Record<number, 'OK' | 'FAIL' | 'INCONCLUSIVE'>> = {
  0: 'OK',
  1: 'FAIL',
  2: 'INCONCLUSIVE',
};

/** Judges a run by its exit code. Not being able to tell is not health, but has a grace time. */
export function judgeRun(check: CommandCheck, run: JudgedRun): CommandFinding {
  const { target, result, at } = run;
  const said = result.type === 'exited' ? SAID[result.code] : undefined;
  const name = `${check.name} of ${target}`;
  return {
    kind: 'command',
    check: name,
    target,
    at,
    state: said ?? 'ERROR',
    detail: said === 'OK' ? '' : told(result, check),
    verdict: verdictOf(said, { ...run, name, what: told(result, check) }),
  };
}

function verdictOf(
  said: (typeof SAID)[number] | undefined,
  {
    name,
    what,
    darkMs,
    monitoringGraceMs,
  }: JudgedRun & { readonly name: string; readonly what: string },
): Verdict {
  switch (said) {
    case 'OK':
      return PASS;
    case 'FAIL':
      return { kind: 'fail', reason: `check ${name} failed: ${what}` };
    case 'INCONCLUSIVE':
      return { kind: 'inconclusive', reason: `check ${name} does not know: ${what}` };
    case undefined: {
      const reason = `check ${name} could not tell for ${formatDuration(darkMs)}: ${what}`;
      return darkMs > monitoringGraceMs
        ? {
            kind: 'fail',
            reason: `${reason} (monitoring-grace is ${formatDuration(monitoringGraceMs)})`,
          }
        : { kind: 'error', reason };
    }
  }
}

function told(result: CommandResult, { timeoutMs }: CommandCheck): string {
  switch (result.type) {
    case 'exited':
      return withOutput(result.code === 1 ? '' : `exit code ${result.code}`, result.output);
    case 'killed':
      return withOutput(`ended by ${result.signal}`, result.output);
    case 'cut off':
      return withOutput(`not over after ${formatDuration(timeoutMs)} (its timeout)`, result.output);
    case 'not started':
      return oneLine(result.problem);
  }
}

function withOutput(how: string, output: string): string {
  const last = lastLines(output);
  if (last === '') return how === '' ? 'exit code 1, and it printed nothing' : how;
  return how === '' ? last : `${how}: ${last}`;
}

const MOST_LINES = 5;
/** What is said last says most. */
const LONGEST_OUTPUT = 500;

/** The end of what a command printed, as one line. */
export function lastLines(output: string): string {
  const lines = output
    .split(/[\r\n]+/)
    .map((line) => oneLine(line).trim())
    .filter((line) => line !== '');
  const characters = [...lines.slice(-MOST_LINES).join(' / ')];
  return characters.length <= LONGEST_OUTPUT
    ? characters.join('')
    : `…${characters.slice(1 - LONGEST_OUTPUT).join('')}`;
}
