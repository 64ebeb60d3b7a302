import type { Mutant } from './mutant.ts';

/** Commands of the user's as checks. */
export const OF_THE_COMMANDS: readonly Mutant[] = [
  {
    name: 'a command that fails is only one that could not tell',
    file: 'src/core/checks/commands.ts',
    from: "      return { kind: 'fail', reason: `check ${name} failed: ${what}` };",
    to: "      return { kind: 'error', reason: `check ${name} failed: ${what}` };",
  },
  {
    name: 'a command that does not know passes',
    file: 'src/core/checks/commands.ts',
    from: "      return { kind: 'inconclusive', reason: `check ${name} does not know: ${what}` };",
    to: '      return PASS;',
  },
  {
    name: 'a command that broke passes',
    file: 'src/core/checks/commands.ts',
    from: "  const said = result.type === 'exited' ? SAID[result.code] : undefined;",
    to: "  const said = result.type === 'exited' ? (SAID[result.code] ?? 'OK') : undefined;",
  },
  {
    name: 'a command may be out of sight for ever',
    file: 'src/core/checks/commands.ts',
    from: 'darkMs > monitoringGraceMs',
    to: 'darkMs > Infinity',
  },
  {
    name: 'a step is left by what a command said before the end of its bake',
    file: 'src/run/checks/commands.ts',
    from: '(last === undefined || last.begunAt < bakedAt(bake))',
    to: 'last === undefined',
  },
  {
    name: 'a step does not wait for its commands',
    file: 'src/run/rollout/carry-out.ts',
    from: '{ checks: answering, intervalMs: longest, gates: true },',
    to: '{ checks: answering, intervalMs: longest, gates: false },',
    by: '__tests__/promises/promises.test.ts',
  },
  {
    name: 'a command that fails in the middle of a bake is heard of at its end',
    file: 'src/run/checks/commands.ts',
    from: 'return failed() ? assessmentOf(last) : NOTHING;',
    to: 'return NOTHING;',
  },
  {
    name: 'a command has no timeout',
    file: 'src/run/checks/commands.ts',
    from: 'AbortSignal.any([signal, late.signal])',
    to: 'AbortSignal.any([signal])',
  },
  {
    name: 'a command that failed is begun once more before the revert',
    file: 'src/run/checks/commands.ts',
    from: '    if (failed()) return false;\n',
    to: '',
  },
  {
    name: 'a command is dark since it was asked last',
    file: 'src/run/checks/commands.ts',
    from: 'else darkSince ??= at.steady;',
    to: 'else darkSince ??= last?.begunAt ?? at.steady;',
  },
  {
    name: 'what a command began goes on without it',
    file: 'src/system/process-tree.ts',
    from: 'process.kill(-leader, signal);',
    to: 'process.kill(leader, signal);',
    by: '__tests__/system/shell.test.ts',
  },
  {
    name: 'a command that ignores that it should end goes on',
    file: 'src/system/process-tree.ts',
    from: "if (alive.has(child)) kill(child, 'SIGKILL', platform);",
    to: "if (alive.has(child)) kill(child, 'SIGTERM', platform);",
    by: '__tests__/system/shell.test.ts',
  },
  {
    name: 'who cuts a command off waits until it has ended',
    file: 'src/system/shell.ts',
    from: "      tree.end();\n      resolve({ type: 'cut off', output: output() });",
    to: "      tree.end();\n      child.once('exit', () => { resolve({ type: 'cut off', output: output() }); });",
    by: '__tests__/system/shell.test.ts',
  },
  {
    name: "a command gets the action's token",
    file: 'src/system/shell-environment.ts',
    from: '/^(?:INPUT_|STATE_',
    to: '/^(?:STATE_',
    by: '__tests__/system/shell.test.ts',
  },
  {
    name: 'secrets that a command prints are told',
    file: 'src/system/shell-environment.ts',
    from: "masked.replaceAll(secret, '***')",
    to: 'masked.replaceAll(secret, secret)',
    by: '__tests__/system/shell.test.ts',
  },
];
