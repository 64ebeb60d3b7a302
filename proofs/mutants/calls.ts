import type { Mutant } from './mutant.ts';

/** What is believed of a call that was not answered. */
export const OF_CALLS: readonly Mutant[] = [
  {
    name: 'a promotion is confirmed without reading it back',
    file: 'src/run/alias/confirm.ts',
    from: '    const result = await readSettled(route, signal);',
    to: "    if (failure === undefined) return { type: 'confirmed' };\n    const result = await readSettled(route, signal);",
  },
  {
    name: 'a mark that may have been taken off counts as one that was not',
    file: 'src/run/alias/confirm.ts',
    from: 'known.unanswered = unansweredBefore || requests > 0;\n  };\n  try {\n    const write',
    to: '};\n  try {\n    const write',
  },
  {
    name: 'what may not be asked of provisioned concurrency counts as none',
    file: 'src/run/alias/settle.ts',
    from: 'if (isProvisioned !== false || unanswered',
    to: 'if (isProvisioned === true || unanswered',
  },
  {
    name: 'a promotion is not read back, though a write of its weight is unanswered',
    file: 'src/run/alias/settle.ts',
    from: 'isProvisioned !== false || unanswered || !serves',
    to: 'isProvisioned !== false || !serves',
  },
  {
    name: 'no look notices that Lambda serves stable in a bake that began without a reading',
    file: 'src/run/alias/router.ts',
    from: '    if (isHeldBackUnawares(route, present)) return heldBackReason(route);\n',
    by: '__tests__/run/alias/settle.test.ts',
    to: '',
  },
  {
    name: 'a promotion is confirmed of which Lambda served stable in the bake',
    file: 'src/run/alias/settle.ts',
    from: 'if (isHeldBackUnawares(route, alias)) {',
    to: 'if (false) {',
  },
];
