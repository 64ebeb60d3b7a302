// Longer than most: a list, one entry for each mutant.

import { OF_THE_CLOCKS } from './clocks.ts';
import { OF_CALLS } from './calls.ts';
import { OF_WATCHING } from './watching.ts';
import { OF_THE_WAY_BACK } from './way-back.ts';

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
    file: 'src/run/alias/settle.ts',
    from: `        if (!looksLikeTransition(alias.routing, versions.stable, versions.canary)) {
          return`,
    to: `        if (!looksLikeTransition(alias.routing, versions.stable, versions.canary)) {
          if (alias.revisionId !== '') return { type: 'settled' };
          return`,
  },
  {
    name: 'the revert is not read back',
    file: 'src/run/alias/revert.ts',
    from: `        learn(route, reply);
        written = true;`,
    to: `        learn(route, reply);
        written = true;
        if (reply.revisionId !== '') return { type: 'reverted' };`,
  },
  {
    name: 'a revert that could not be written is called reverted',
    file: 'src/run/alias/revert.ts',
    from: `      failure = messageOf(error);
`,
    to: `      failure = messageOf(error);
      if (failure !== '') return { type: 'reverted' };
`,
  },
  {
    name: 'a revert overwrites what somebody else wrote',
    file: 'src/run/alias/revert.ts',
    from: `    if (!sameRouting(present.routing, stableAlone) && isTheirs) {
`,
    to: `    if (present.revisionId === '' && isTheirs) {
`,
  },
  {
    name: 'a revert does not keep out a write that is still on its way',
    file: 'src/run/alias/revert.ts',
    from: `    learn(route, present);
    return undefined;
  }

  async function readBack`,
    to: `    if (sameRouting(present.routing, stableAlone)) return { type: 'reverted' };
    learn(route, present);
    return undefined;
  }

  async function readBack`,
  },
  {
    name: 'a revert gives up at the first failure',
    file: 'src/run/alias/router.ts',
    from: '{ tryingMs: 2 * 60_000,',
    to: '{ tryingMs: 0,',
  },
  {
    name: 'a 412 is swallowed',
    file: 'src/core/alias/write-fate.ts',
    from: "  if (present === undefined) return 'refused';",
    to: "  if (present === undefined) return 'refused';\n  if (answer === 'conflict') return 'written';",
  },
  {
    name: 'a lost reply is trusted to have been a success',
    file: 'src/core/alias/write-fate.ts',
    from: "  if (present === undefined) return 'refused';",
    to: "  if (answer === 'unknown') return 'written';\n  if (present === undefined) return 'refused';",
  },
  {
    name: 'a lost reply is mistaken for somebody else’s write',
    file: 'src/core/alias/write-fate.ts',
    from: "  if (isWritten(write, present)) return 'written';",
    to: '',
  },
  {
    name: 'the mark of another rollout is taken for our own',
    file: 'src/core/alias/write-fate.ts',
    from: 'sameRollout(mark, wanted.mark) &&',
    to: '',
  },
  {
    name: 'a foreign change is written over',
    file: 'src/core/alias/write-fate.ts',
    from: "    return 'foreign';",
    to: "    return 'again';",
  },
  {
    name: 'an alarm that does not exist is accepted',
    file: 'src/core/preflight/target.ts',
    from: '    if (alarm === undefined) {\n      problems.push(',
    to: '    if (alarm === undefined) {\n      [""].push(',
  },
  {
    name: 'an alarm that is deleted in mid-rollout passes',
    file: 'src/core/checks/alarms.ts',
    from: '    return unseen(before, reading.at, problem, policy);',
    to: "    return { after: before, state: 'OK', detail: '', verdict: PASS };",
  },
  {
    name: 'a stale OK of an alarm that CloudWatch cannot evaluate passes',
    file: 'src/core/checks/alarms.ts',
    from: '  if (now.notEvaluated !== undefined) {',
    to: '  if (now.notEvaluated === "never") {',
  },
  {
    name: 'not being able to see is health',
    file: 'src/core/checks/alarms.ts',
    from: 'darkMs > policy.monitoringGraceMs',
    to: 'darkMs > Infinity',
  },
  {
    name: 'an alarm that went red and green again between two readings passes',
    file: 'src/core/checks/alarms.ts',
    from: "    return now.state !== 'ALARM' || before.ignored;",
    to: '    return false;',
  },
  {
    name: 'only metric alarms are asked for',
    file: 'src/aws/alarms.ts',
    from: '          AlarmTypes: types,\n          MaxRecords: NAMES_PER_CALL',
    to: '        MaxRecords: NAMES_PER_CALL',
  },
  {
    name: 'a step ends before its bake is over',
    file: 'src/core/rollout/state.ts',
    from: `if (at.steady < state.until) return again;
      return mayLeave`,
    to: `return mayLeave`,
  },
  {
    name: 'a step ends by the clock, without a reading after its bake',
    file: 'src/core/rollout/state.ts',
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
    name: 'a cancellation is ignored',
    file: 'src/system/cancellation.ts',
    from: 'controller.abort(new Error(`cancelled (${signal})`));',
    to: 'void signal;',
  },
  {
    name: 'nothing is saved for the post step',
    file: 'src/run/rollout/keep.ts',
    from: '    surroundings.keep.save({ region, role, account, targets });',
    to: '    void targets;',
  },
  {
    name: 'what is saved for the post step is saved too late, after the write',
    file: 'src/run/rollout/keep.ts',
    from: `    case 'shifting':
      return state.step;`,
    to: `    case 'baking':
      return state.step;`,
  },
  {
    name: 'the post step has nothing to do after a revert that failed',
    file: 'src/run/rollout/keep.ts',
    from: "isFinal(state) && state.phase !== 'revert-failed'",
    to: 'isFinal(state)',
  },
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
  },
  {
    name: 'an alias is called settled while Lambda still moves its provisioned concurrency',
    file: 'src/run/alias/still.ts',
    from: `  if (move.type === 'none') {`,
    to: `  if (move.type !== 'failed') {`,
  },
  {
    name: 'versions with different roles are accepted',
    file: 'src/core/preflight/target.ts',
    from: 'stable.role !== candidate.role',
    to: "stable.role === ''",
  },
  {
    name: 'versions with different dead-letter queues are accepted',
    file: 'src/core/preflight/target.ts',
    from: 'stable.deadLetterArn !== candidate.deadLetterArn',
    to: "stable.role === ''",
  },
  {
    name: 'a version is shifted to before it is Active',
    file: 'src/run/versions/publish.ts',
    from: "    done: ({ state }) => state !== 'Pending',",
    to: "    done: ({ state }) => state !== '',",
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
    name: 'a session is not renewed',
    file: 'src/aws/credentials.ts',
    from: 'if (isDue && clock.now() - triedAt >= RENEW_AGAIN_AFTER_MS) void renew();',
    to: 'void isDue;',
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
  },
  {
    name: 'text from outside reaches the log as it is',
    file: 'src/github/log.ts',
    from: '  return oneLine(text)',
    to: "  if (text !== '') return text;\n  return oneLine(text)",
  },
  {
    name: 'text from outside reaches the summary as it is',
    file: 'src/core/text/markdown.ts',
    from: '  return oneLine(text).replace(',
    to: "  if (text !== '') return text;\n  return oneLine(text).replace(",
  },
  {
    name: 'a revert exits green',
    file: 'src/core/report/report.ts',
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
    name: 'an input of any length is read',
    file: 'src/inputs/fields.ts',
    from: 'LONGEST_INPUT = 100_000;',
    to: 'LONGEST_INPUT = 1_000_000_000;',
  },
  {
    name: 'the outputs grow with what was measured',
    file: 'src/github/outputs.ts',
    from: 'LONGEST_TEXT = 400;',
    to: 'LONGEST_TEXT = 4_000_000;',
  },
  {
    name: 'the command that repairs an alias is not quoted',
    file: 'src/core/alias/repair.ts',
    from: "`'${text.replaceAll(\"'\", `'\\\\''`)}'`",
    to: 'text',
  },
  {
    name: 'a minute with few failures decides alone',
    file: 'src/core/statistics/evidence.ts',
    from: 'clamped(minutes[index]?.canary).bad >= rule.confirm ||',
    to: 'true ||',
  },
  {
    name: 'failures that arrive before their requests are proof',
    file: 'src/core/statistics/evidence.ts',
    from: 'return { total, bad: Math.min(bad, total) };',
    to: 'return { total, bad };',
  },
  {
    name: 'what the old version fails counts for nothing',
    file: 'src/core/statistics/evidence.ts',
    from: '(canary.bad + baseline.bad) * Math.log(spread)',
    to: 'canary.bad * Math.log(spread)',
  },
  {
    name: 'the new version is reverted for less than the floor',
    file: 'src/core/statistics/evidence.ts',
    from: 'canary.bad >= rule.floor * canary.total &&',
    to: 'true &&',
  },
  {
    name: 'a minute with two weights is compared',
    file: 'src/core/checks/pairing.ts',
    from: 'if (mixed.has(at)) continue;',
    to: '',
  },
  {
    name: 'a minute whose errors have not arrived is one without errors',
    file: 'src/core/checks/pairing.ts',
    from: "return withoutBad === 'late' ? undefined : { total: requests, bad: 0 };",
    to: 'return { total: requests, bad: 0 };',
  },
  {
    name: 'each of several comparisons may revert as many good versions as all together',
    file: 'src/core/checks/readers.ts',
    from: 'policy.rule.alpha / (all.length * targets.length)',
    to: 'policy.rule.alpha',
  },
  {
    name: 'each of several functions may be reverted for its durations as often as all together',
    file: 'src/core/checks/readers.ts',
    from: 'DURATION_ALPHA / targets.length',
    to: 'DURATION_ALPHA',
  },
  {
    name: 'minutes whose metrics are still coming count',
    file: 'src/core/minute.ts',
    from: 'return beginningOfMinute(at - delayMs) - MINUTE_MS;',
    to: 'return beginningOfMinute(at) - MINUTE_MS;',
  },
  {
    name: 'metrics that came in part only count',
    file: 'src/aws/metrics.ts',
    from: "if (status !== 'Complete') {",
    to: "if (status === 'Forbidden') {",
  },
  {
    name: 'a step with too few requests is not extended',
    file: 'src/core/checks/comparison.ts',
    from: `if (!isBakeOver(longest, at) && at.timeOfDay < latest) return decided('extend', few);`,
    to: `void [longest, latest];`,
  },
  {
    name: 'a step with too few requests is extended for ever',
    file: 'src/core/checks/comparison.ts',
    from: `if (!isBakeOver(longest, at) && at.timeOfDay < latest)`,
    to: `if (bakeMs > 0)`,
  },
  {
    name: 'a new version that gets no request at all is promoted',
    file: 'src/core/checks/comparison.ts',
    from: 'if (canary === 0 && expected >= CERTAINLY_SOME) {',
    to: 'if (canary < 0) {',
  },
  {
    name: 'the comparison reverts although it is only to observe',
    file: 'src/core/checks/comparison.ts',
    from: "if (policy.mode === 'observe') return PASSED;",
    to: '',
  },
  {
    name: 'metrics that cannot be read are health',
    file: 'src/run/checks/metrics.ts',
    from: 'if (!reverts) return PASS;',
    to: 'return PASS;',
  },
  {
    name: 'the durations revert although they are only to be observed',
    file: 'src/core/checks/readers.ts',
    from: 'reverts && isSlower(durations)',
    to: 'isSlower(durations)',
  },
  {
    name: 'a new version that is slower by less than a fifth is slower',
    file: 'src/core/checks/durations.ts',
    from: 'const TOLERATED_RATIO = 1.2;',
    to: 'const TOLERATED_RATIO = 1;',
  },
  {
    name: 'the first weight changes in the middle of a minute',
    file: 'src/core/rollout/state.ts',
    from: `  const now = !course.onTheMinute || isEarlyInMinute(at.timeOfDay);`,
    to: `  const now = course.steps.length > 0;`,
  },
  {
    name: 'a metric check without data passes without a word',
    file: 'src/core/checks/readers.ts',
    from: 'isBakeOver(bake, at) && latest === null',
    to: 'isBakeOver(bake, at) && latest === undefined',
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
    name: 'a job goes on without looking at the checks first',
    file: 'src/core/rollout/state.ts',
    from: `  stepAt(course, step);
  const now`,
    to: `  stepAt(course, step);
  if (standing !== undefined) return { phase: 'shifting', step };
  const now`,
  },
  {
    name: 'an alarm that was red between two jobs does not count',
    file: 'src/core/checks/alarms.ts',
    from: `  const changed = transitionedAt === undefined || transitionedAt > since;`,
    to: `  const changed = transitionedAt === undefined && since > 0;`,
  },
  {
    name: 'a rollout that another job goes on with is not marked as held',
    file: 'src/run/alias/shift.ts',
    from: `  return mark && { ...mark, held };`,
    to: `  return mark && { ...mark, held: held && false };`,
  },
  {
    name: 'a version that fails its smoke test gets traffic',
    file: 'src/run/versions/smoke-test.ts',
    from: 'if (failed.length > 0) throw new Refusal(failed.map(describeFailure));',
    to: '',
  },
  {
    name: 'a smoke test is passed by whichever version answers',
    file: 'src/core/versions/smoke-test.ts',
    from: 'invocation.executedVersion === version',
    to: "invocation.executedVersion !== ''",
  },
  {
    name: 'text from outside mentions people in a comment',
    file: 'src/core/report/comment.ts',
    from: 'harmless(text),',
    to: 'text,',
  },
  {
    name: 'a revert that was asked for is a failure',
    file: 'src/core/report/report.ts',
    from: "|| (outcome === 'reverted' && askedFor)",
    to: "|| (outcome === 'reverted' && !askedFor && false)",
  },
  {
    name: 'a log that nobody reads any more ends the process',
    file: 'src/system/cancellation.ts',
    from: "for (const stream of streams) stream.on('error', gone);",
    to: '',
  },
  {
    name: 'that the runner went away is noticed only after the next weight',
    file: 'src/system/cancellation.ts',
    from: 'if (streams.some(({ errored }) => errored instanceof Error)) gone();',
    to: '',
  },
  {
    name: 'a rollout is held though its runner went away',
    file: 'src/run/rollout/loop.ts',
    from: '&& !isRunnerGone(cancellation.reason)',
    to: '',
  },
  {
    name: 'outputs that cannot be written turn the outcome',
    file: 'src/github/outputs.ts',
    from: "print({ level: 'warning', text });",
    to: 'throw error;',
  },
  {
    name: 'a rollout of many functions is saved where no environment variable can hold it',
    file: 'src/github/saved.ts',
    from: 'return file === undefined ? inline() : inFile(file, run);',
    to: 'return inline();',
  },
  {
    name: 'the post step trusts a file that somebody changed',
    file: 'src/github/sealed-file.ts',
    from: 'if (data === undefined || !sameSeal(data.seal, sealOf(data.content, key))) {',
    to: 'if (data === undefined) {',
  },
  {
    name: 'a comment of somebody else is edited',
    file: 'src/github/comment.ts',
    from: 'marked.find(({ user }) => isOwn(user?.login, own))',
    to: 'marked.at(0)',
  },
  {
    name: 'a rollout that is not compared begins in the future',
    file: 'src/core/alias/shifting.ts',
    from: 'comparable ? firstWholeMinute(now) : now',
    to: 'firstWholeMinute(now)',
  },
  {
    name: 'a stale read passes for the end of a revert',
    file: 'src/run/alias/revert.ts',
    from: `    if (isStale(route, present)) {
      failure = 'the alias reads as it was before it was written.';
      return undefined;
    }
`,
    to: '',
  },
  {
    name: 'a stale read after the promotion passes for the write of somebody else',
    file: 'src/run/alias/settle.ts',
    from: "if (!isStale(route, alias)) return { type: 'read', alias };",
    to: "if (alias.revisionId !== '') return { type: 'read', alias };",
  },
  {
    name: 'nobody is told what provisioned concurrency means for the canary',
    file: 'src/core/preflight/target.ts',
    from: '...(facts.isProvisioned && !unchanged ? [withoutProvisioned(facts.target)] : []),',
    to: '',
  },
  {
    name: 'an alias that may not be asked for passes for provisioned',
    file: 'src/aws/aliases.ts',
    from: "return type !== 'none' && type !== 'unknown';",
    to: "return type !== 'none';",
  },
  {
    name: 'a move of provisioned concurrency that failed is waited for',
    file: 'src/run/alias/settle.ts',
    from: "if (move.type === 'failed')",
    to: "if (move.type === 'failed' && waited < 0)",
  },
  {
    name: 'a failed move of provisioned concurrency is somebody else’s',
    file: 'src/run/alias/settle.ts',
    from: "return { type: 'blocked', reason: moveFailed(route, move.reason) };",
    to: "return { type: 'blocked', reason: foreignReason(route, alias, canaryAlone) };",
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
    name: 'what cannot be known outranks nothing',
    file: 'src/core/rollout/verdict.ts',
    from: `  'hold',
  'inconclusive',
  'error',
  'fail',
];`,
    to: `  'inconclusive',
  'error',
  'hold',
  'fail',
];`,
  },
  {
    name: 'a history that explains nothing passes',
    file: 'src/core/checks/alarms.ts',
    from: "history.type === 'states' && history.states.length > 0",
    to: "history.type === 'states'",
  },
  {
    name: 'an additional version without any weight is a split',
    file: 'src/aws/aliases.ts',
    from: 'percent > 0',
    to: 'percent >= 0',
  },
  {
    name: 'a write that was refused counts as sent',
    file: 'src/run/alias/shift.ts',
    from: `      known.begun.delete(weight);
`,
    to: '',
  },
  {
    name: 'slow metrics hold up the alarms',
    file: 'src/run/rollout/watch.ts',
    from: 'return until(() => failed() ?? complete(wanted), signal);',
    to: 'return until(() => complete(wanted), signal);',
  },
  {
    name: 'nobody looks whether somebody else moved the alias',
    file: 'src/run/checks/intruders.ts',
    from: 'verdict: reasons.length === 0 ? PASS :',
    to: 'verdict: reasons.length >= 0 ? PASS :',
  },
  {
    name: 'the post step gives up before the runner would',
    file: 'src/run/modes/clean-up.ts',
    from: 'surroundings, POST_PATIENCE)',
    to: 'surroundings)',
  },
  {
    name: 'the post step undoes a promotion by hand',
    file: 'src/run/alias/revert.ts',
    from: ' || isPromotedByHand(route, present)',
    to: '',
  },
  {
    name: 'a revert that failed is saved without what it saw last',
    file: 'src/run/rollout/keep.ts',
    from: "settledAs: state.phase === 'revert-failed' ? settledAs[index] : undefined,",
    to: 'settledAs: undefined,',
  },
  ...OF_THE_WAY_BACK,
  ...OF_THE_CLOCKS,
  ...OF_CALLS,
  ...OF_WATCHING,
];
