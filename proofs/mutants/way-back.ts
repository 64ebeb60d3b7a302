import type { Mutant } from './mutant.ts';

/** What stands in the way of a revert, and what is told of it. */
export const OF_THE_WAY_BACK: readonly Mutant[] = [
  {
    name: 'a promotion that Lambda has not carried out yet is taken for a split by somebody',
    file: 'src/core/alias/ownership.ts',
    from: '(mark.weight >= 100 && looksLikeTransition(routing, mark.stable, mark.canary))',
    to: 'false',
    by: '__tests__/bundle/provisioned.test.ts',
  },
  {
    name: 'mode: revert puts a version back that may be the one just left',
    file: 'src/core/alias/reversible.ts',
    from: "if (looksHeldBack(routing)) return { type: 'unclear' };",
    to: '',
  },
  {
    name: 'a split whose mark somebody wiped cannot be reverted',
    file: 'src/core/alias/reversible.ts',
    from: '      const versions = { stable: routing.version, canary: other };',
    to: "      if (mark === undefined) return { type: 'nothing' };\n      const versions = { stable: routing.version, canary: other };",
  },
  {
    name: 'the patience of a revert runs out while Lambda is moving it back',
    file: 'src/run/alias/revert.ts',
    from: 'if (reversion.moving) tryingSince = now;',
    to: '',
  },
  {
    name: 'Lambda gets a tenth of the time to move provisioned concurrency',
    file: 'src/core/alias/patience.ts',
    from: 'MOVE_PATIENCE_MS = 15 * 60_000',
    to: 'MOVE_PATIENCE_MS = 1.5 * 60_000',
    by: '__tests__/run/alias/router.test.ts',
  },
  {
    name: 'an alias that cannot be read is read again for a tenth of the time',
    file: 'src/core/alias/patience.ts',
    from: 'READ_PATIENCE_MS = 2 * 60_000',
    to: 'READ_PATIENCE_MS = 12_000',
  },
  {
    name: 'a full disk keeps the rollout of a dead run from being reverted',
    file: 'src/run/preflight/recovery.ts',
    from: 'saveIfPossible(saved, surroundings);',
    to: 'surroundings.keep.save(saved);',
    by: '__tests__/bundle/unfinished.test.ts',
  },
  {
    name: 'a full disk keeps a rollout that is taken over from being reverted',
    file: 'src/run/rollout/take-over.ts',
    from: 'saveIfPossible(saved, surroundings);',
    to: 'surroundings.keep.save(saved);',
    by: '__tests__/bundle/modes.test.ts',
  },
  {
    name: 'every command leaves a listener on the cancellation',
    file: 'src/run/rollout/loop.ts',
    from: '{ once: true, signal: over }',
    to: '{ once: true }',
  },
  {
    name: 'on-cancel: hold holds what was never moved',
    file: 'src/core/rollout/state.ts',
    from: ' || isBeforeFirst(state)) {',
    to: ') {',
  },
  {
    name: 'a deleted alias is noticed only when it is written',
    file: 'src/run/alias/router.ts',
    from: 'if (present === undefined) return missingReason(route);',
    to: 'if (present === undefined) return undefined;',
  },
  {
    name: 'a promotion whose reply got lost is somebody else’s while Lambda moves it',
    file: 'src/core/alias/write-fate.ts',
    from: 'if (!isMoving && !sameRouting(routing, wanted.routing)) return false;',
    to: 'if (!sameRouting(routing, wanted.routing)) return false;',
    by: '__tests__/run/alias/router.test.ts',
  },
  {
    name: 'a write whose mark had no room is looked for with its mark',
    file: 'src/run/alias/shift.ts',
    from: 'wanted: contentOf(content),',
    to: 'wanted: { routing: content.routing, mark: markOf(route, to) },',
  },
  {
    name: 'a rollout is held without its mark',
    file: 'src/run/alias/shift.ts',
    from: 'if (to.held && contentOf(content).mark === undefined) {',
    to: 'if (to.weight < 0) {',
  },
  {
    name: 'a fast track is taken where nothing would watch the version',
    file: 'src/run/rollout/prepare.ts',
    from: 'const watched = alarms.length + metricChecks.length > 0 || ',
    to: 'const watched = alarms.length + metricChecks.length >= 0 || ',
    by: '__tests__/bundle/earlier-versions.test.ts',
  },
  {
    name: 'a version that was reverted is rolled out again with on-reverted-before: fail',
    file: 'src/run/versions/past.ts',
    from: "config.onRevertedBefore === 'fail' && doubtful",
    to: 'config.dryRun && doubtful',
    by: '__tests__/bundle/earlier-versions.test.ts',
  },
  {
    name: 'a version that took the place of a newer one again is no revert of that one',
    file: 'src/core/versions/past.ts',
    from: ' || before.some((each) => each.version === after)',
    to: '',
  },
];
