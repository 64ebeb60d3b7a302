import type { Mutant } from './mutant.ts';

/** Whose the alias is: marks, dead runs, and who may continue. */
export const OWNERSHIP: readonly Mutant[] = [
  {
    name: 'a run that goes on is taken for dead',
    file: 'src/core/alias/unfinished.ts',
    from: "      if (run.type === 'running') return [underWay(name, mark, run.url)];",
    to: '',
  },
  {
    name: 'a run of which nothing is known is taken for dead',
    file: 'src/core/alias/unfinished.ts',
    from: "run.type === 'unknown' && !policy.given",
    to: "run.type === 'unknown' && name === ''",
  },
  {
    name: 'a split that somebody else made is taken for a dead rollout',
    file: 'src/core/alias/unfinished.ts',
    from: 'isAsMarked(routing, mark)',
    to: 'isSplit(routing) || isAsMarked(routing, mark)',
  },
  {
    name: 'the mark stays on the alias',
    file: 'src/core/alias/claim.ts',
    from: `readMark(shown.description).description : shown.description;`,
    to: `shown.description : shown.description;`,
    by: '__tests__/bundle/outcomes.test.ts',
  },
  {
    name: 'the command that repairs an alias is not quoted',
    file: 'src/core/text/shell.ts',
    from: "`'${text.replaceAll(\"'\", `'\\\\''`)}'`",
    to: 'text',
    by: '__tests__/hostile/repair.test.ts',
  },
  {
    name: 'a step is taken while another job is still at the one before',
    file: 'src/core/alias/continuation.ts',
    from: 'if (!mark.held) {',
    to: 'if (mark.step < 0) {',
  },
  {
    name: 'a rollout is gone on with by another workflow',
    file: 'src/core/alias/continuation.ts',
    from: 'mark.workflow === own.workflow && mark.repository === own.repository',
    to: 'mark.repository === own.repository',
  },
  {
    name: 'a rollout that is not compared begins in the future',
    file: 'src/core/alias/shifting.ts',
    from: 'comparable ? firstWholeMinute(now) : now',
    to: 'firstWholeMinute(now)',
  },
  {
    name: 'a promotion of a run that has ended is a rollout under way',
    file: 'src/core/alias/ownership.ts',
    from: 'hasArrived && hasEnded(mark.nonce)',
    to: 'false',
  },
  {
    name: 'any promotion passes for one whose run has ended',
    file: 'src/core/alias/ownership.ts',
    from: 'hasArrived && hasEnded(mark.nonce) ?',
    to: 'hasArrived ?',
  },
  {
    name: 'a leftover mark stays for ever',
    file: 'src/core/alias/unfinished.ts',
    from: "run.type === 'ended' && !isSplit(routing) && !recoverable(target)",
    to: "run.type === 'running' && !isSplit(routing) && !recoverable(target)",
  },
  {
    name: 'the mark of a run that may live is taken off',
    file: 'src/core/alias/unfinished.ts',
    from: "run.type === 'ended' && !isSplit",
    to: "run.type !== 'running' && !isSplit",
  },
  {
    name: 'a person is sent to the version that cannot start',
    file: 'src/core/alias/unfinished.ts',
    from: 'const served = mostServed(routing);',
    to: 'const served = routing.version;',
  },
  {
    name: 'a rollback goes to the canary that was reverted before the live version',
    file: 'src/core/versions/predecessor.ts',
    from: 'other.count - one.count',
    to: 'one.count - other.count',
  },
  {
    name: 'a rollback takes a rollout that is under way for one that has ended',
    file: 'src/run/modes/rollback.ts',
    from: "type !== 'nothing'",
    to: "type === 'unclear'",
    by: '__tests__/bundle/rollback.test.ts',
  },
  {
    name: 'a rollback at once is refused where no alarm watches it',
    file: 'src/inputs/defaults.ts',
    from: "hasSteps ? '' : 'off'",
    to: "''",
    by: '__tests__/bundle/rollback.test.ts',
  },
];
