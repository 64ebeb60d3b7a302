import type { Mutant } from './mutant.ts';

/** What becomes of a write to the alias: it is sent, read back, settled and reverted. */
export const WRITES: readonly Mutant[] = [
  {
    name: 'the promotion is not read back',
    file: 'src/run/alias/settle.ts',
    from: `        if (!looksLikeTransition(alias.routing, versions.stable, versions.canary)) {
          return`,
    to: `        if (!looksLikeTransition(alias.routing, versions.stable, versions.canary)) {
          if (alias.revisionId !== '') return { type: 'settled' };
          return`,
    by: '__tests__/run/alias/confirm.test.ts',
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
    by: '__tests__/bundle/cancellation.test.ts',
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
    name: 'an alias is called settled while Lambda still moves its provisioned concurrency',
    file: 'src/run/alias/still.ts',
    from: `  if (move.type === 'none') {`,
    to: `  if (move.type !== 'failed') {`,
    by: '__tests__/run/alias/still.test.ts',
  },
  {
    name: 'a rollout that another job goes on with is not marked as held',
    file: 'src/run/alias/shift.ts',
    from: `  return mark && { ...mark, held };`,
    to: `  return mark && { ...mark, held: held && false };`,
    by: '__tests__/bundle/modes.test.ts',
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
    by: '__tests__/bundle/stale-reads.test.ts',
  },
  {
    name: 'a stale read after the promotion passes for the write of somebody else',
    file: 'src/run/alias/settle.ts',
    from: "if (!isStale(route, alias)) return { type: 'read', alias };",
    to: "if (alias.revisionId !== '') return { type: 'read', alias };",
    by: '__tests__/bundle/stale-reads.test.ts',
  },
  {
    name: 'a move of provisioned concurrency that failed is waited for',
    file: 'src/run/alias/settle.ts',
    from: "if (move.type === 'failed')",
    to: "if (move.type === 'failed' && waited < 0)",
    by: '__tests__/bundle/provisioned.test.ts',
  },
  {
    name: 'a failed move of provisioned concurrency is somebody else’s',
    file: 'src/run/alias/settle.ts',
    from: "return { type: 'blocked', reason: moveFailed(route, move.reason) };",
    to: "return { type: 'blocked', reason: foreignReason(route, alias, canaryAlone) };",
    by: '__tests__/bundle/provisioned.test.ts',
  },
  {
    name: 'a write that was refused counts as sent',
    file: 'src/run/alias/shift.ts',
    from: 'else if (isFirst) known.begun.delete(weight);',
    to: '',
    by: '__tests__/run/alias/router.test.ts',
  },
  {
    name: 'the post step undoes a promotion by hand',
    file: 'src/run/alias/revert.ts',
    from: ' || isPromotedByHand(route, present)',
    to: '',
    by: '__tests__/bundle/writes.test.ts',
  },
  {
    name: 'a revert waits until Lambda has moved its provisioned concurrency',
    file: 'src/run/alias/revert.ts',
    from: 'if (!written && known.alias !== undefined) {',
    to: "if (!written && known.alias !== undefined && (await aliases.transition(target, urgently)).type !== 'under way') {",
    by: '__tests__/bundle/provisioned.test.ts',
  },
  {
    name: 'a way back that Lambda failed to move is not written again',
    file: 'src/run/alias/revert.ts',
    from: `status FAILED: \${move.reason}).\`;
        writeAgain(present);`,
    to: `status FAILED: \${move.reason}).\`;`,
    by: '__tests__/run/alias/router.test.ts',
  },
  {
    name: 'a way back that Lambda is still moving is called reverted',
    file: 'src/run/alias/revert.ts',
    from: `      case 'under way':
        moving = true;`,
    to: `      case 'under way':
        return { type: 'reverted' };
        moving = true;`,
    by: '__tests__/run/alias/router.test.ts',
  },
  {
    name: 'a split that Lambda does not move is waited for as if it did',
    file: 'src/run/alias/move.ts',
    from: "if (wasNone) return { type: 'over' };",
    to: '',
    by: '__tests__/run/alias/router.test.ts',
  },
  {
    name: 'a revert of what was never moved is called reverted',
    file: 'src/run/alias/revert.ts',
    from: `  if (known.begun.size === 0) return untouched(route);
`,
    to: '',
    by: '__tests__/bundle/at-once.test.ts',
  },
];
