import type { Mutant } from './mutant.ts';

/** The state machine, its plan and deadline, and the loop that does what they command. */
export const ROLLOUT: readonly Mutant[] = [
  {
    name: 'a step ends before its bake is over',
    file: 'src/core/rollout/state.ts',
    from: `if (at.steady < state.until) return again;
      return mayLeave`,
    to: `return mayLeave`,
  },
  {
    name: 'a step ends by the clock, without a reading after its bake',
    file: 'src/core/rollout/command.ts',
    from: 'return readAt < until ? Math.min(readAt + intervalMs, until) : readAt + intervalMs;',
    to: 'return Math.min(readAt + intervalMs, until) - 1;',
  },
  {
    name: 'the first step is skipped',
    file: 'src/core/rollout/state.ts',
    from: `return { phase: 'checking', step, standing, since: at, until, readAt: 0 };`,
    to: `return { phase: 'checking', step: Math.min(step + 1, course.steps.length - 1), standing, since: at, until, readAt: 0 };`,
  },
  {
    name: 'another step comes before the revert',
    file: 'src/core/rollout/state.ts',
    from: `  if (verdict.kind === 'fail') return reverting(course, state, verdict.reason, at);
  switch`,
    to: `  if (verdict.kind === 'fail') {
    if (state.phase === 'baking' && state.step + 1 < course.steps.length) return leave(course, state.step);
    return reverting(course, state, verdict.reason, at);
  }
  switch`,
  },
  {
    name: 'of several functions only the first is reverted',
    file: 'src/run/rollout/reversion.ts',
    from: `const results = await Promise.all(routers.map(reverted));`,
    to: `const results = await Promise.all(routers.slice(0, 1).map(reverted));`,
  },
  {
    name: 'a failed write to one of several functions is ignored',
    file: 'src/run/rollout/loop.ts',
    from: `      if (outcome.type === 'blocked') resolve(outcome);`,
    to: `      if (outcome.type === 'blocked' && routers.length === 1) resolve(outcome);`,
  },
  {
    name: 'nothing is saved for the post step',
    file: 'src/run/rollout/keep.ts',
    from: '} else surroundings.keep.save(saved);',
    to: '}',
    by: '__tests__/bundle/cancellation.test.ts',
  },
  {
    name: 'what is saved for the post step is saved too late, after the write',
    file: 'src/run/rollout/keep.ts',
    from: `    case 'shifting':
      return state.step;`,
    to: `    case 'baking':
      return state.step;`,
    by: '__tests__/bundle/cancellation.test.ts',
  },
  {
    name: 'the post step has nothing to do after a revert that failed',
    file: 'src/run/rollout/keep.ts',
    from: "isFinal(state) && state.phase !== 'revert-failed'",
    to: 'isFinal(state)',
    by: '__tests__/bundle/writes.test.ts',
  },
  {
    name: 'credentials that expire before the plan ends are accepted',
    file: 'src/core/rollout/deadline.ts',
    from: `  if (left < needed) {`,
    to: `  if (left < 0) {`,
  },
  {
    name: 'credentials whose end is unknown are taken for endless',
    file: 'src/core/rollout/deadline.ts',
    from: `    case 'renews':
    case 'endless':
      return [];`,
    to: `    case 'renews':
    case 'endless':
    case 'unknown':
      if (session.type !== 'unknown' || credentialsLastMs === undefined) return [];`,
  },
  {
    name: 'the limit of the job does not count',
    file: 'src/core/rollout/deadline.ts',
    from: `  const ends = [...sessionEnds(means), jobEnds(means)];`,
    to: `  const ends = sessionEnds(means);`,
  },
  {
    name: 'an extension crosses the deadline',
    file: 'src/core/rollout/plan.ts',
    from: `  if (course.deadline === undefined) return Infinity;`,
    to: `  if (course.deadline?.at !== 0) return Infinity;`,
  },
  {
    name: 'the deadline passes without a revert',
    file: 'src/run/rollout/loop.ts',
    from: `      ...(mayBeCutOff(command) ? [deadlineOf(place, signal)] : []),`,
    to: ``,
  },
  {
    name: 'the first weight changes in the middle of a minute',
    file: 'src/core/rollout/state.ts',
    from: `  const now = !course.onTheMinute || isEarlyInMinute(at.timeOfDay);`,
    to: `  const now = course.steps.length > 0;`,
  },
  {
    name: 'a job goes on without looking at the checks first',
    file: 'src/core/rollout/state.ts',
    from: `  stepAt(course, step);
  const now`,
    to: `  stepAt(course, step);
  if (standing !== undefined) return { phase: 'shifting', step };
  const now`,
  },
  {
    name: 'a rollout is held though its runner went away',
    file: 'src/run/rollout/loop.ts',
    from: '&& mayBeHeld(cancellation.reason)',
    to: '',
    by: '__tests__/bundle/runner-gone.test.ts',
  },
  {
    name: 'slow metrics hold up the alarms',
    file: 'src/run/rollout/watch.ts',
    from: 'return until(() => failed() ?? complete(wanted), signal);',
    to: 'return until(() => complete(wanted), signal);',
  },
  {
    name: 'the post step gives up before the runner would',
    file: 'src/run/rollout/clean-up.ts',
    from: 'surroundings, POST_PATIENCE)',
    to: 'surroundings)',
    by: '__tests__/bundle/writes.test.ts',
  },
  {
    name: 'a revert that failed is saved without what it saw last',
    file: 'src/run/rollout/keep.ts',
    from: 'settledAs: isOver ? settled[index]?.revisionId : undefined,',
    to: 'settledAs: undefined,',
    by: '__tests__/bundle/writes.test.ts',
  },
  {
    name: 'nobody watches while an alias is written',
    file: 'src/run/rollout/loop.ts',
    from: `      ...(command.type === 'assess' ? [] : [failureOf(watch, world, signal)]),
`,
    to: '',
  },
  {
    name: 'the first weight is sent without reading the checks once more',
    file: 'src/core/rollout/state.ts',
    from: '  const until = now ? at.steady : nextMinute(at);',
    to: `  if (standing === undefined && now) return { phase: 'shifting', step, standing };
  const until = now ? at.steady : nextMinute(at);`,
  },
  {
    name: 'a deadline is not looked at again after the machine slept',
    file: 'src/run/rollout/loop.ts',
    from: 'const DEADLINE_LOOK_MS = 30_000;',
    to: 'const DEADLINE_LOOK_MS = Infinity;',
  },
  {
    name: 'the command that repairs an alias is told only after the revert was tried',
    file: 'src/run/rollout/loop.ts',
    from: `  const reverting = revertAll(world.routers);
  record(state, world);`,
    to: `  const reverting = revertAll(world.routers);
  await reverting;
  record(state, world);`,
  },
];
