import { describeCommand, type CommandCheck } from '../../core/checks/commands.ts';
import type { Inspection } from '../../core/preflight/inspection.ts';
import type { Config } from '../../inputs/config.ts';
import type { Surroundings } from '../surroundings.ts';

/** What can be known of the commands without running any. */
export async function lookAtCommands(
  { checkCommands }: Config,
  { shell }: Pick<Surroundings, 'shell'>,
): Promise<Inspection & { readonly details: readonly string[] }> {
  const found = await Promise.all(
    checkCommands.map(async (check) => ({ check, problem: await shell.problemOf(check.command) })),
  );
  return {
    problems: found.flatMap(({ check, problem }) =>
      problem === undefined ? [] : [refused(check, problem)],
    ),
    warnings: [],
    details: checkCommands.map(describeCommand),
  };
}

function refused({ name }: CommandCheck, problem: string): string {
  return `check-commands: ${name} cannot be run: ${problem}`;
}
