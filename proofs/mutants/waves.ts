import type { Mutant } from './mutant.ts';

const PLAYED = '__tests__/promises/split.test.ts';
const WRITTEN = '__tests__/bundle/regions-faults.test.ts';
const DIED = '__tests__/bundle/regions-died.test.ts';

/** Several regions, in waves. */
export const OF_WAVES: readonly Mutant[] = [
  {
    name: 'regions go on beside one that has failed',
    file: 'src/run/waves/rollout.ts',
    from: 'if (name !== nameOf(region)) controller.abort(new FailedElsewhere(failure));',
    to: '',
    by: PLAYED,
  },
  {
    name: 'what was promoted before another region failed is not taken back',
    file: 'src/run/waves/rollout.ts',
    from: '      takeAllBack(failure);\n      for (const',
    to: '      for (const',
    by: PLAYED,
  },
  {
    name: 'a promotion that is taken back is read first',
    file: 'src/run/waves/take-back.ts',
    from: 'alias: settled[index] }',
    to: 'alias: undefined }',
    by: PLAYED,
  },
  {
    name: 'a later wave is not looked at before the first write',
    file: 'src/run/waves/carry-out.ts',
    from: 'index === 0 ? waves.slice(1).flat() : []',
    to: '[]',
    by: PLAYED,
  },
  {
    name: 'a wave begins before the one before it has ended',
    file: 'src/run/waves/carry-out.ts',
    from: 'Map.groupBy(regions, ({ wave }) => wave)',
    to: 'Map.groupBy(regions, () => 0)',
    by: PLAYED,
  },
  {
    name: 'a wave begins after one that has failed',
    file: 'src/run/waves/carry-out.ts',
    from: 'if (!mayGoOn || rollout.failure() !== undefined || isCancelled(wave)) break;',
    to: '',
    by: PLAYED,
  },
  {
    name: 'a cancelled job keeps the waves that a failure would keep',
    file: 'src/run/waves/rollout.ts',
    from: '(kept.has(name) && !isCancelled)',
    to: 'kept.has(name)',
    by: PLAYED,
  },
  {
    name: 'on-cancel: hold answers to the failure of another region',
    file: 'src/core/problems.ts',
    from: 'return !isRunnerGone(thrown) && !isFailedElsewhere(thrown);',
    to: 'return !isRunnerGone(thrown);',
    by: WRITTEN,
  },
  {
    name: 'reverted is said of all regions while one serves the new version',
    file: 'src/core/report/regions.ts',
    from: "gravest === 'reverted' && reports.some(isMoved)",
    to: "gravest === 'reverted' && reports.length === 0",
    by: PLAYED,
  },
  {
    name: 'a region goes ahead of those beside it',
    file: 'src/run/waves/meeting.ts',
    from: 'if (Math.min(...places) >= place) return;',
    to: 'if (Math.max(...places) >= place) return;',
  },
  {
    name: 'what is saved of one region takes the place of another',
    file: 'src/github/saved.ts',
    from: '      rollouts.set(region, saved);',
    to: '      rollouts.clear();\n      rollouts.set(region, saved);',
  },
  {
    name: 'the post step puts back what a later wave was to keep',
    file: 'src/run/waves/rollout.ts',
    from: 'if (passed.has(nameOf(region))) leave(region.surroundings);',
    to: '',
    by: '__tests__/bundle/regions.test.ts',
  },
  {
    name: 'a region is left to another job before the others have passed the step',
    file: 'src/run/rollout/in-step.ts',
    from: 'to.held ? BAKED : to.weight',
    to: 'to.weight',
    by: WRITTEN,
  },
  {
    name: 'what another job was to go on with stays when another region fails',
    file: 'src/run/rollout/keep.ts',
    from: "state.phase === 'promoted' || state.phase === 'held'",
    to: "state.phase === 'promoted'",
    by: WRITTEN,
  },
  {
    name: 'a region that could not be put back is hidden by the one that is to blame',
    file: 'src/core/report/regions.ts',
    from: '(!isElsewhere || isNotBack(report))',
    to: '!isElsewhere',
    by: WRITTEN,
  },
  {
    name: 'what a dead run left in a later wave waits for its wave where it is to be resumed',
    file: 'src/run/waves/carry-out.ts',
    from: 'revertTheDead(withoutResuming(config), id',
    to: 'revertTheDead(config, id',
    by: DIED,
  },
  {
    name: 'what a dead run promoted stays when another region fails',
    file: 'src/run/rollout/as-left.ts',
    from: 'if (promoted.length === 0) return false;',
    to: 'if (promoted.length >= 0) return false;',
    by: DIED,
  },
  {
    name: 'nothing is said of a region that served the version before',
    file: 'src/core/report/regions.ts',
    from: 'hasFailed && servedBefore(regions).length > 0',
    to: 'hasFailed && regions.length === 0',
    by: DIED,
  },
  {
    name: 'the post step puts back what all regions have promoted',
    file: 'src/run/waves/rollout.ts',
    from: '      isOver = true;\n      for (const { region } of passed.values()) forget(region.surroundings);',
    to: '      isOver = true;',
    by: DIED,
  },
  {
    name: 'the other regions hear of a revert only at its end',
    file: 'src/run/rollout/take-over.ts',
    from: '    wave.reverting(reason);\n',
    to: '',
    by: DIED,
  },
  {
    name: 'the post step does not name the region that keeps the new version',
    file: 'src/github/saved.ts',
    from: 'rollouts.set(region, { ...saved, stays: true });',
    to: 'rollouts.delete(region);',
    by: DIED,
  },
];
