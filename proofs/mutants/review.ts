import type { Mutant } from './mutant.ts';

/** What whoever takes over from another process, or is taken over from, must not lose. */
export const OF_TAKING_OVER: readonly Mutant[] = [
  {
    name: 'a rollout after one that was put back is never saved for the post step',
    file: 'src/github/saved.ts',
    from: '    if (rollouts.length === 0) announced = new Set();',
    to: '',
  },
  {
    name: 'another version after a promotion that was cut off is promoted at once',
    file: 'src/run/rollout/prepare.ts',
    from: 'return stands && hasAnother ? [] : left;',
    to: 'return stands && hasAnother && left.length === 0 ? [] : left;',
    by: '__tests__/bundle/unfinished.test.ts',
  },
  {
    name: 'mode: revert leaves the functions of a torn rollout that were promoted already',
    file: 'src/run/modes/ended.ts',
    from: '    if (split.has(mark.nonce)) continue;\n',
    to: '',
  },
  {
    name: 'the way back that another process began is taken for a split by somebody',
    file: 'src/run/alias/revert.ts',
    from: 'if (isOnTheWayBack(present, claimOf(route))) {',
    to: 'if (isOnTheWayBack(present, claimOf(route)) && written) {',
  },
  {
    name: 'a move that Lambda was slow to tell of is taken for the end of one for ever',
    file: 'src/run/alias/move.ts',
    from: '      wasNone = false;\n',
    to: '',
  },
  {
    name: 'a write of a dead process that came late is left, though it carries the mark',
    file: 'src/core/alias/claim.ts',
    from: 'return isMarked || isOurs(shown, claim);',
    to: 'return (isMarked && false) || isOurs(shown, claim);',
    by: '__tests__/run/alias/router.test.ts',
  },
  {
    name: 'each call of a revert has all of its patience',
    file: 'src/run/alias/revert.ts',
    from: 'Math.max(until - clock.now(), LEAST_PATIENCE_MS)',
    to: 'Math.max(3 * 60_000, LEAST_PATIENCE_MS, until - clock.now())',
  },
  {
    name: 'an alias of the same name in another account is taken for the one that was moved',
    file: 'src/run/alias/revert.ts',
    from: 'if (account !== (route.account ?? account)) {',
    to: "if (account !== (route.account ?? account) && account === '') {",
  },
  {
    name: 'on-cancel: hold leaves what was to be resumed when the runner is gone',
    file: 'src/run/rollout/take-over.ts',
    from: "onCancel === 'hold' && mayBeHeld(cancellation.reason)",
    to: "onCancel === 'hold' && (true || mayBeHeld(cancellation.reason))",
    by: '__tests__/bundle/unfinished.test.ts',
  },
  {
    name: 'a rollout of a dead run that could not be put back is merely failed',
    file: 'src/run/preflight/recovery.ts',
    from: 'return endedBack(result, `the rollout',
    to: "return endedBack('failed', `the rollout",
    by: '__tests__/bundle/unfinished.test.ts',
  },
  {
    name: 'who resumes a rollout waits for provisioned concurrency before anything is watched',
    file: 'src/run/alias/still.ts',
    from: 'if (mark !== undefined && isAsMarked(alias.routing, mark)) return { alias, isMoving: false };',
    to: 'if (mark === undefined && isSplit(alias.routing)) return { alias, isMoving: false };',
  },
  {
    name: 'a job takes back what another one promoted while it was about to do so itself',
    file: 'src/run/alias/shift.ts',
    from: 'if (isFirst) known.begun.delete(weight);',
    to: 'if (isFirst && !unansweredBefore) known.begun.delete(weight);',
  },
  {
    name: 'the histories of alarms are waited for one after the other',
    file: 'src/run/checks/alarms.ts',
    from: `await Promise.all(
          doubtful.map(async (watch) => [watch.name, await historyOf(watch, signal)] as const),
        )`,
    to: `await doubtful.reduce<Promise<(readonly [string, History])[]>>(
          async (before, watch) => [...(await before), [watch.name, await historyOf(watch, signal)]],
          Promise.resolve([]),
        )`,
  },
  {
    name: 'what was taken over and cannot be gone on with is left as it is',
    file: 'src/run/rollout/take-over.ts',
    from: 'const isRed = error instanceof CheckFailed;\n',
    to: 'const isRed = error instanceof CheckFailed;\n    if (!isRed) throw error;\n',
    by: '__tests__/bundle/modes.test.ts',
  },
  {
    name: 'the last bake begins before Lambda serves the new version alone',
    file: 'src/core/rollout/state.ts',
    from: 'return stepAt(course, step).weight < 100',
    to: 'return stepAt(course, step).weight <= 100',
  },
  {
    name: 'a plan is not held against the end of its means again after publishing',
    file: 'src/run/rollout/carry-out.ts',
    from: 'if (problems.length > 0) throw new Refusal(problems);',
    to: 'if (problems.length < 0) throw new Refusal(problems);',
    by: '__tests__/bundle/credentials.test.ts',
  },
  {
    name: 'an example that begins rollouts may not ask GitHub whether a run has ended',
    file: 'examples/rollback.yml',
    from: 'actions: read # to see',
    to: 'contents: read # to see',
    by: '__tests__/bundle/examples.test.ts',
  },
];
