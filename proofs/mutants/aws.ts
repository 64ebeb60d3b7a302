import type { Mutant } from './mutant.ts';

/** The wire to AWS: calls and their pace, sessions, connections. */
export const AWS: readonly Mutant[] = [
  {
    name: 'the alias is written without its RevisionId',
    file: 'src/aws/aliases.ts',
    from: 'RevisionId: revisionId,',
    to: 'RevisionId: revisionId && undefined,',
  },
  {
    name: 'the weights are left out when there are none, so the old ones stay',
    file: 'src/aws/aliases.ts',
    from: 'RoutingConfig: { AdditionalVersionWeights: fractions(routing.weights) },',
    to: 'RoutingConfig: Object.keys(routing.weights).length === 0 ? undefined : { AdditionalVersionWeights: fractions(routing.weights) },',
  },
  {
    name: 'only metric alarms are asked for',
    file: 'src/aws/alarms.ts',
    from: '          AlarmTypes: types,\n          MaxRecords: NAMES_PER_CALL',
    to: '        MaxRecords: NAMES_PER_CALL',
  },
  {
    name: 'a session is not renewed',
    file: 'src/aws/credentials.ts',
    from: 'if (isDue && clock.now() - triedAt >= RENEW_AGAIN_AFTER_MS) void renew();',
    to: 'void isDue;',
    by: '__tests__/bundle/credentials.test.ts',
  },
  {
    name: 'a call waits for the renewal of a session that still lives',
    file: 'src/aws/credentials.ts',
    from: '>= RENEW_AGAIN_AFTER_MS) void renew();',
    to: '>= RENEW_AGAIN_AFTER_MS) return renew();',
  },
  {
    name: 'a session that somebody ended is used to its end',
    file: 'src/aws/credentials.ts',
    from: '      isDoubted = true;\n      return true;',
    to: '      return true;',
  },
  {
    name: 'the credentials of another account stand in for the role',
    file: 'src/aws/stand-in.ts',
    from: 'account === undefined || account !== expected',
    to: 'account === undefined',
    by: '__tests__/bundle/credentials.test.ts',
  },
  {
    name: 'the proxy of the environment is not used',
    file: 'src/aws/clients.ts',
    from: 'proxyEnv: process.env',
    to: 'proxyEnv: {}',
    by: '__tests__/bundle/proxy.test.ts',
  },
  {
    name: 'a revert waits for its turn behind what only reads',
    file: 'src/aws/queue.ts',
    from: 'revert: 0, shift: 1, read: 2',
    to: 'revert: 2, shift: 1, read: 0',
  },
  {
    name: 'calls do not keep to the quota',
    file: 'src/core/pace.ts',
    from: 'Math.max(pace.evenly, at) + 1000 / rateAt(pace, at)',
    to: 'Math.max(pace.evenly, at)',
  },
  {
    name: 'the pace does not give way to refusals',
    file: 'src/core/pace.ts',
    from: 'rateAt(pace, at) * KEPT',
    to: 'pace.most',
  },
  {
    name: 'a revert goes over connections that were kept',
    file: 'src/aws/clients.ts',
    from: 'kept: false',
    to: 'kept: true',
  },
  {
    name: 'a conflict with another operation is taken for a refusal',
    file: 'src/aws/aliases.ts',
    from: "const passing = ['ResourceConflictException'];",
    to: 'const passing: string[] = [];',
  },
  {
    name: 'a call that was aborted waits for its answer all the same',
    file: 'src/aws/service.ts',
    from: 'return await unlessAborted(signal, answer);',
    to: 'return await answer;',
  },
  {
    name: 'a shift is tried for minutes',
    file: 'src/aws/service.ts',
    from: 'SHIFT_PATIENCE_MS = 20_000',
    to: 'SHIFT_PATIENCE_MS = 200_000',
  },
  {
    name: 'a request that was cut off counts as one without effect',
    file: 'src/aws/failures.ts',
    from: '    NOT_CONNECTED.has(codeOf(error))\n  );',
    to: '    mayPass(error)\n  );',
  },
  {
    name: 'whatever stands where a weight should is taken for one',
    file: 'src/aws/aliases.ts',
    from: "if (typeof fraction === 'number' && fraction >= 0 && fraction <= 1) return fraction * 100;",
    to: 'if (fraction !== undefined) return Number(fraction) * 100;',
  },
  {
    name: 'an answer that never ends is read for ever',
    file: 'src/aws/reply.ts',
    from: 'MOST_PAGES = 100;',
    to: 'MOST_PAGES = Infinity;',
  },
  {
    name: 'metrics that came in part only count',
    file: 'src/aws/metrics.ts',
    from: "if (status !== 'Complete') {",
    to: "if (status === 'Forbidden') {",
  },
  {
    name: 'an alias that may not be asked for passes for provisioned',
    file: 'src/aws/aliases.ts',
    from: "return type === 'unknown' ? undefined : type !== 'none';",
    to: "return type !== 'none';",
    by: '__tests__/bundle/provisioned.test.ts',
  },
  {
    name: 'an additional version without any weight is a split',
    file: 'src/aws/aliases.ts',
    from: 'percent > 0',
    to: 'percent >= 0',
  },
  {
    name: 'a session that renews itself is taken for one that ends',
    file: 'src/core/session-end.ts',
    from: `  if (sources.some((source) => !WRITTEN_DOWN.has(source))) return { type: 'renews' };
`,
    to: '',
  },
];
