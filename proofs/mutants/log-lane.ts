import type { Mutant } from './mutant.ts';

/** Failures that are read from logs: they may make a revert sooner, and must never blind or mislead one. */
export const OF_THE_LOG_LANE: readonly Mutant[] = [
  {
    name: 'a failure in the logs is judged as soon as it is found',
    file: 'src/run/checks/logs.ts',
    from: 'const until = Math.min(now - horizonMs, wholeTo);',
    to: 'const until = Math.min(now, wholeTo);',
    by: '__tests__/bundle/log-lane.test.ts',
  },
  {
    name: 'the horizon does not grow with what is seen to come late',
    file: 'src/core/log-lane/horizon.ts',
    from: 'Math.max(leastMs, largestDelayMs + SPARE_MS)',
    to: 'leastMs',
    by: '__tests__/core/log-lane/guards.test.ts',
  },
  {
    name: 'a baseline of which no line can be found counts as healthy',
    file: 'src/run/checks/logs.ts',
    from: 'return doubt === undefined ? [] : standAside(lane, { ...look, why: doubt });',
    to: 'return doubt === undefined ? [] : [];',
    by: '__tests__/bundle/log-lane.test.ts',
  },
  {
    name: 'a lane that stands aside keeps the verdict of before',
    file: 'src/core/checks/logs.ts',
    from: "return { ...logged, kind: 'logs', check, at, verdict: verdictOf(logged, mode) };",
    to: "return { kind: 'logs', check, at, verdict: verdictOf(logged, mode), ...logged };",
  },
  {
    name: 'the logs revert where they are to be observed',
    file: 'src/core/checks/logs.ts',
    from: "if (mode === 'observe' || !logged.reverts ||",
    to: 'if (!logged.reverts ||',
  },
  {
    name: 'an alias is believed to route exactly by its weight',
    file: 'src/core/statistics/failure-evidence.ts',
    from: 'const odds = routing * ratio * weight;',
    to: 'const odds = ratio * weight;',
  },
  {
    name: 'a window of few failures in the logs decides alone',
    file: 'src/core/statistics/failure-evidence.ts',
    from: '  return staked(standing, stretchOf(window, rule), rule);',
    to: '  return staked(standing, stretchOf(window, rule), { ...rule, confirm: 0 });',
    by: '__tests__/core/log-lane/account.test.ts',
  },
  {
    name: 'the share that Lambda counted is not held against the weight',
    file: 'src/core/log-lane/excess.ts',
    from: 'surplus > BEYOND_CHANCE * Math.sqrt(variance)',
    to: 'surplus > BEYOND_CHANCE * variance',
    by: '__tests__/core/log-lane/guards.test.ts',
  },
  {
    name: 'a request counts with each of its lines',
    file: 'src/core/log-lane/failures.ts',
    from: 'const key = `${stream} ${failure.requestId}`;',
    to: 'const key = `${stream} ${failure.requestId} ${at}`;',
  },
  {
    name: 'an initialisation that fails counts beside its request',
    file: 'src/core/log-lane/failures.ts',
    from: 'covered.set(stream, spans);',
    to: '',
  },
  {
    name: 'streams of another function in a shared group are taken for ours',
    file: 'src/core/log-lane/streams.ts',
    from: "if (owner !== (logGroup === defaultLogGroup(functionName) ? '' : functionName)) return undefined;",
    to: '',
    by: '__tests__/core/log-lane/guards.test.ts',
  },
  {
    name: 'what a logger of the code writes counts as an exception',
    file: 'src/core/log-lane/failure-line.ts',
    from: String.raw`line: /^\[ERROR\] [A-Za-z_].*[\r\n]Traceback`,
    to: String.raw`line: /^\[ERROR\]\s[\s\S]*|Traceback`,
  },
  {
    name: 'a new weight counts only from the answer to its write',
    file: 'src/core/log-lane/timeline.ts',
    from: ': Math.max(last.since, known - LONGEST_WRITE_MS);',
    to: ': Math.max(last.since, known + SPARE_MS);',
  },
  {
    name: 'the logs have the whole alpha besides',
    file: 'src/core/log-lane/alpha.ts',
    from: 'minutes: 0.8 * alpha, logs: 0.2 * alpha',
    to: 'minutes: alpha, logs: alpha',
    by: '__tests__/core/log-lane/guards.test.ts',
  },
  {
    name: 'a refused search is sent again at once',
    file: 'src/run/checks/log-search.ts',
    from: 'notBefore = clock.now() + pauseMs;',
    to: 'notBefore = clock.now();',
    by: '__tests__/bundle/log-lane.test.ts',
  },
  {
    name: 'versions that log in different formats are held against each other',
    file: 'src/core/log-lane/sight.ts',
    from: "if (before.format !== now.format) return none('the two versions log in different formats');",
    to: '',
  },
  {
    name: 'logs are searched faster than the scarcest Regions allow',
    file: 'src/aws/quotas.ts',
    from: "'logs:FilterLogEvents': 5,",
    to: "'logs:FilterLogEvents': 50,",
    by: '__tests__/bundle/log-lane.test.ts',
  },
  {
    name: 'a search that hangs holds up the alarms',
    file: 'src/run/rollout/watch.ts',
    from: 'const assessment = await checks.assess(at, bake, over.signal);',
    to:
      'await Promise.all(all.map((each) => each.checks.assess(at, bake, over.signal)));' +
      'const assessment = await checks.assess(at, bake, over.signal);',
    by: '__tests__/bundle/log-lane.test.ts',
  },
  {
    name: 'what the logs say outvotes the other checks',
    file: 'src/run/rollout/watch.ts',
    from: 'verdict: worst(verdicts),',
    to: 'verdict: verdicts.at(-1) ?? worst(verdicts),',
  },
];
