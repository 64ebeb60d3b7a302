import { describeCommand, runsIn, type CommandCheck } from '../../core/checks/commands.ts';
import type { Inspection } from '../../core/inspection.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

/** What can be known of the commands without running any. */
export async function lookAtCommands(
  { checkCommands, plan }: Config,
  { shell }: Pick<Surroundings, 'shell'>,
): Promise<Inspection & { readonly details: readonly string[] }> {
  const running = checkCommands.filter((check) => runsIn(plan, check));
  const found = await Promise.all(
    running.map(async (check) => ({ check, problem: await shell.problemOf(check.command) })),
  );
  return {
    problems: found.flatMap(({ check, problem }) =>
      problem === undefined ? [] : [refused(check, problem)],
    ),
    // Of a rollback alone: it is at once unless its user says otherwise.
    warnings: checkCommands.filter((check) => !running.includes(check)).map(neverRuns),
    details: running.map(describeCommand),
  };
}

function neverRuns({ name }: CommandCheck): string {
  return `check-commands: ${name} does not run, for nothing bakes where it would.`;
}

function refused({ name }: CommandCheck, problem: string): string {
  return `check-commands: ${name} cannot be run: ${problem}`;
}
