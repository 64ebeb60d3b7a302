import type { Mutant } from './mutant.ts';

/** What a machine that stands still, or a clock that is set, must not bring about. */
export const OF_THE_CLOCKS: readonly Mutant[] = [
  {
    name: 'the minutes of CloudWatch are told by a clock that stands still with the machine',
    file: 'src/core/checks/scope.ts',
    from: 'lastSettledMinute(at.timeOfDay, metricDelayMs));',
    to: 'lastSettledMinute(at.steady, metricDelayMs));',
  },
  {
    name: 'a bake is shorter by what the machine stood still',
    file: 'src/core/rollout/state.ts',
    from: `if (at.steady < state.until) return again;
      return mayLeave`,
    to: `if (at.timeOfDay < state.until) return again;
      return mayLeave`,
  },
  {
    name: 'nobody is told that the machine stood still',
    file: 'src/run/journal.ts',
    from: 'if (aheadMs !== 0)',
    to: 'if (aheadMs > Infinity)',
  },
  {
    name: 'a step ends on what was read before the machine stood still',
    file: 'src/run/rollout/watch.ts',
    from: 'parted(at, momentOf(clock)) !== 0',
    to: 'parted(at, momentOf(clock)) > Infinity',
  },
  {
    name: 'a clock that is set back hides the canary from the comparison',
    file: 'src/core/moment.ts',
    from: 'return Math.min(then.timeOfDay, now.timeOfDay - (now.steady - then.steady));',
    to: 'return Math.max(then.timeOfDay, now.timeOfDay - Infinity);',
  },
  {
    name: 'a clock that is set back puts the deadline off',
    file: 'src/core/moment.ts',
    from: 'return Math.max(now.timeOfDay, begun.timeOfDay + (now.steady - begun.steady));',
    to: 'return Math.max(now.timeOfDay, begun.timeOfDay);',
  },
];
