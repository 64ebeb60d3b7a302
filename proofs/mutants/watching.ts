import type { Mutant } from './mutant.ts';

/** Who watches, and what a revert waits for. */
export const OF_WATCHING: readonly Mutant[] = [
  {
    name: 'the checks are read only where a step waits for them',
    file: 'src/run/rollout/watch.ts',
    from: 'const wanted = gates && begun < due ? Math.min(due, next) : next;',
    to: 'const wanted = gates ? (begun < due ? due : next + 3_600_000) : next;',
  },
  {
    name: 'a revert reads the alias before it writes it',
    file: 'src/run/alias/revert.ts',
    from: 'let unknown = known.alias === undefined;',
    to: 'let unknown = true;',
    by: '__tests__/run/alias/router.test.ts',
  },
  {
    name: 'credentials count from when their end is asked for',
    file: 'src/aws/aws.ts',
    from: '      since,\n',
    to: '      clock.timeOfDay() + 0 * since,\n',
  },
  {
    name: 'a bake goes on while the machine sleeps',
    file: 'src/core/rollout/state.ts',
    from: `      if (at.steady < state.until) return again;
      return mayLeave`,
    to: `      if (at.timeOfDay - state.since.timeOfDay < stepAt(course, state.step).bakeMs) return again;
      return mayLeave`,
  },
  {
    name: 'the deadline waits for a machine that slept',
    file: 'src/run/rollout/loop.ts',
    from: 'deadline.at - latestTimeOfDay(begun, momentOf(clock))',
    to: 'deadline.at - clock.now()',
  },
  {
    name: 'a job that goes on with a rollout watches nothing in its preflight',
    file: 'src/run/rollout/take-over.ts',
    from: '  const under = {',
    to: '  guard.stop();\n  const under = {',
    by: '__tests__/bundle/modes.test.ts',
  },
  {
    name: 'a run that resumes a rollout watches nothing in its preflight',
    file: 'src/run/modes/start.ts',
    from: 'takeOver(resumable, config',
    to: 'takeOver({ ...resumable, unfinished: [] }, config',
    by: '__tests__/bundle/unfinished.test.ts',
  },
  {
    name: 'what is taken over is read once more before it is reverted',
    file: 'src/run/rollout/take-over.ts',
    from: '{ ...savedOf(each), alias }',
    to: '{ ...savedOf(each) }',
    by: '__tests__/bundle/modes.test.ts',
  },
  {
    name: 'alarms of a rollout that is taken over are judged from their first reading on',
    file: 'src/core/checks/alarms.ts',
    from: '? watchSince(now, takenOver) : before',
    to: '? watch(now, takenOver.at) : before',
  },
];
