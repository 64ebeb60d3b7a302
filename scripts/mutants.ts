/** A way to break a promise on purpose. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Each of these must be caught by the simulation or by a test. */
export const MUTANTS: readonly Mutant[] = [
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
    name: 'the promotion is not read back',
    file: 'src/aws/router.ts',
    from: 'if (!sameRouting(present.routing, canaryAlone)) return foreign(present, canaryAlone);',
    to: "if (!sameRouting(present.routing, canaryAlone)) return { type: 'confirmed' };",
  },
  {
    name: 'the revert is not read back',
    file: 'src/aws/router.ts',
    from: '        written = true;\n      } catch',
    to: "        return { type: 'reverted' };\n      } catch",
  },
  {
    name: 'a revert that could not be written is called reverted',
    file: 'src/aws/router.ts',
    from: '        failure = messageOf(error);\n        if (clock.now() >= deadline) break;',
    to: "        failure = messageOf(error);\n        if (clock.now() >= deadline) return { type: 'reverted' };",
  },
  {
    name: 'a revert overwrites what somebody else wrote',
    file: 'src/aws/router.ts',
    from: "if (!back && !isOurs(present)) return { type: 'foreign', detail: leftAlone(present) };",
    to: '',
  },
  {
    name: 'a revert does not keep out a write that is still on its way',
    file: 'src/aws/router.ts',
    from: 'if (back && (written || !unsettled))',
    to: 'if (back)',
  },
  {
    name: 'a revert gives up at the first failure',
    file: 'src/aws/router.ts',
    from: 'const PATIENCE_MS = 2 * 60_000;',
    to: 'const PATIENCE_MS = 0;',
  },
  {
    name: 'a 412 is swallowed',
    file: 'src/core/fate.ts',
    from: "  if (present === undefined) return 'refused';",
    to: "  if (present === undefined) return 'refused';\n  if (answer === 'conflict') return 'written';",
  },
  {
    name: 'a lost reply is trusted to have been a success',
    file: 'src/core/fate.ts',
    from: "  if (present === undefined) return 'refused';",
    to: "  if (answer === 'unknown') return 'written';\n  if (present === undefined) return 'refused';",
  },
  {
    name: 'a lost reply is mistaken for somebody else’s write',
    file: 'src/core/fate.ts',
    from: "  if (isWritten(write, present)) return 'written';",
    to: '',
  },
  {
    name: 'the mark of another rollout is taken for our own',
    file: 'src/core/fate.ts',
    from: 'sameRollout(marker, wanted.marker) &&',
    to: '',
  },
  {
    name: 'a foreign change is written over',
    file: 'src/core/fate.ts',
    from: "    return 'foreign';",
    to: "    return 'again';",
  },
  {
    name: 'an alarm that does not exist is accepted',
    file: 'src/core/preflight.ts',
    from: '    if (alarm === undefined) {\n      problems.push(',
    to: '    if (alarm === undefined) {\n      [""].push(',
  },
  {
    name: 'an alarm that is deleted in mid-rollout passes',
    file: 'src/core/alarms.ts',
    from: '    return unseen(before, reading.at, problem, policy);',
    to: "    return { after: before, state: 'OK', detail: '', verdict: PASS };",
  },
  {
    name: 'a stale OK of an alarm that CloudWatch cannot evaluate passes',
    file: 'src/core/alarms.ts',
    from: '  if (now.notEvaluated !== undefined) {',
    to: '  if (now.notEvaluated === "never") {',
  },
  {
    name: 'not being able to see is health',
    file: 'src/core/alarms.ts',
    from: 'darkMs > policy.monitoringGraceMs',
    to: 'darkMs > Infinity',
  },
  {
    name: 'an alarm that went red and green again between two readings passes',
    file: 'src/core/alarms.ts',
    from: "    return now.state !== 'ALARM' || before.ignored;",
    to: '    return false;',
  },
  {
    name: 'only metric alarms are asked for',
    file: 'src/aws/alarms.ts',
    from: '        AlarmTypes: types,\n        MaxRecords: NAMES_PER_CALL',
    to: '        MaxRecords: NAMES_PER_CALL',
  },
  {
    name: 'a step ends before its bake is over',
    file: 'src/core/rollout.ts',
    from: 'return at >= state.until ? leave',
    to: 'return at >= state.since + 1 ? leave',
  },
  {
    name: 'a step ends by the clock, without a reading after its bake',
    file: 'src/core/rollout.ts',
    from: 'return readAt < until ? Math.min(readAt + intervalMs, until) : readAt + intervalMs;',
    to: 'return Math.min(readAt + intervalMs, until) - 1;',
  },
  {
    name: 'the first step is skipped',
    file: 'src/core/rollout.ts',
    from: "  return { phase: 'shifting', step };",
    to: "  return { phase: 'shifting', step: Math.min(step + 1, plan.steps.length - 1) };",
  },
  {
    name: 'another step comes before the revert',
    file: 'src/core/rollout.ts',
    from: "    case 'fail':\n",
    to: "    case 'fail':\n      if (state.step + 1 < plan.steps.length) return leave(plan, state.step);\n",
  },
  {
    name: 'of several functions only the first is reverted',
    file: 'src/rollout.ts',
    from: 'const results = await all(routers, (router) => router.revert());',
    to: 'const results = await all(routers.slice(0, 1), (router) => router.revert());',
  },
  {
    name: 'a failed write to one of several functions is ignored',
    file: 'src/rollout.ts',
    from: 'return reasons.length === 0 ?',
    to: 'return reasons.length < 2 ?',
  },
  {
    name: 'a cancellation is ignored',
    file: 'src/cancellation.ts',
    from: 'controller.abort(new Error(`cancelled (${signal})`));',
    to: 'void signal;',
  },
  {
    name: 'nothing is saved for the post step',
    file: 'src/shifting.ts',
    from: '    keep.save({ region, role, targets });',
    to: '    void targets;',
  },
  {
    name: 'what is saved for the post step is saved too late, after the write',
    file: 'src/shifting.ts',
    from: "  if (state.phase === 'shifting') {\n    const weights",
    to: "  if (state.phase === 'baking') {\n    const weights",
  },
  {
    name: 'the post step has nothing to do after a revert that failed',
    file: 'src/shifting.ts',
    from: "isFinal(state) && state.phase !== 'revert-failed'",
    to: 'isFinal(state)',
  },
  {
    name: 'a run that goes on is taken for dead',
    file: 'src/core/unfinished.ts',
    from: "      if (run.type === 'running') return [underWay(name, marker, run.url)];",
    to: '',
  },
  {
    name: 'a run of which nothing is known is taken for dead',
    file: 'src/core/unfinished.ts',
    from: "run.type === 'unknown' && !policy.given",
    to: "run.type === 'unknown' && name === ''",
  },
  {
    name: 'a split that somebody else made is taken for a dead rollout',
    file: 'src/core/unfinished.ts',
    from: '    sameRouting(routing, routingAt(marker.weight, marker)),',
    to: '    isSplit(routing) || sameRouting(routing, routingAt(marker.weight, marker)),',
  },
  {
    name: 'the mark stays on the alias',
    file: 'src/aws/router.ts',
    from: 'description: ours ? readMarker(description).description : description,',
    to: 'description,',
  },
  {
    name: 'an alias is called settled while Lambda still moves its provisioned concurrency',
    file: 'src/aws/settled.ts',
    from: "if (transition === 'none') return aliases.find(target, signal);",
    to: 'return aliases.find(target, signal);',
  },
  {
    name: 'versions with different roles are accepted',
    file: 'src/core/preflight.ts',
    from: 'stable.role !== candidate.role',
    to: "stable.role === ''",
  },
  {
    name: 'versions with different dead-letter queues are accepted',
    file: 'src/core/preflight.ts',
    from: 'stable.deadLetterArn !== candidate.deadLetterArn',
    to: "stable.role === ''",
  },
  {
    name: 'a version is shifted to before it is Active',
    file: 'src/publish.ts',
    from: "    done: ({ state }) => state !== 'Pending',",
    to: "    done: ({ state }) => state !== '',",
  },
  {
    name: 'credentials that expire before the plan ends are accepted',
    file: 'src/core/session.ts',
    from: 'leftMs < bakeMs + MARGIN_MS',
    to: 'leftMs < 0',
  },
  {
    name: 'a session is not renewed',
    file: 'src/aws/credentials.ts',
    from: 'return session === undefined || due ? renew() : session;',
    to: 'return session === undefined ? renew() : session;',
  },
  {
    name: 'text from outside reaches the log as it is',
    file: 'src/github/log.ts',
    from: '  return oneLine(text)',
    to: "  if (text !== '') return text;\n  return oneLine(text)",
  },
  {
    name: 'text from outside reaches the summary as it is',
    file: 'src/core/markdown.ts',
    from: '  return oneLine(text).replace(',
    to: "  if (text !== '') return text;\n  return oneLine(text).replace(",
  },
  {
    name: 'a revert exits green',
    file: 'src/core/report.ts',
    from: '  reverted: false,',
    to: '  reverted: true,',
  },
  {
    name: 'the proxy of the environment is not used',
    file: 'src/aws/clients.ts',
    from: 'proxyEnv: process.env',
    to: 'proxyEnv: {}',
  },
  {
    name: 'a revert uses up what the rollout has left of retries and sessions',
    file: 'src/aws/aws.ts',
    from: 'tries === 0 ? assumed?.shared : assumed?.renewed()',
    to: 'assumed?.shared',
  },
];
