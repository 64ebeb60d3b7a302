import type { Mutant } from './mutant.ts';

/** What is told to people and to GitHub, and kept for the post step. */
export const TOLD: readonly Mutant[] = [
  {
    name: 'text from outside reaches the log as it is',
    file: 'src/github/log.ts',
    from: '  return oneLine(text)',
    to: "  if (text !== '') return text;\n  return oneLine(text)",
    by: '__tests__/hostile/log.test.ts',
  },
  {
    name: 'text from outside reaches the summary as it is',
    file: 'src/core/text/markdown.ts',
    from: '  return oneLine(text).replace(',
    to: "  if (text !== '') return text;\n  return oneLine(text).replace(",
  },
  {
    name: 'a revert exits green',
    file: 'src/core/report/ending.ts',
    from: '  reverted: false,',
    to: '  reverted: true,',
  },
  {
    name: 'the outputs grow with what was measured',
    file: 'src/github/outputs.ts',
    from: 'LONGEST_TEXT = 400;',
    to: 'LONGEST_TEXT = 4_000_000;',
    by: '__tests__/hostile/report.test.ts',
  },
  {
    name: 'text from outside mentions people in a comment',
    file: 'src/core/report/comment.ts',
    from: 'harmless(text),',
    to: 'text,',
    by: '__tests__/bundle/github.test.ts',
  },
  {
    name: 'a revert that was asked for is a failure',
    file: 'src/core/report/ending.ts',
    from: "(askedFor && (outcome === 'reverted' || outcome === 'started'))",
    to: "(askedFor && outcome === 'started')",
  },
  {
    name: 'outputs that cannot be written turn the outcome',
    file: 'src/github/outputs.ts',
    from: 'print(warning(text));',
    to: 'throw error;',
    by: '__tests__/bundle/runner-gone.test.ts',
  },
  {
    name: 'a rollout of many functions is saved where no environment variable can hold it',
    file: 'src/github/saved.ts',
    from: 'file === undefined ? inline() : inFile(file, run);',
    to: 'inline();',
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
    by: '__tests__/bundle/github.test.ts',
  },
];
