import type { Mutant } from './mutant.ts';

/** The process: signals, and a log that nobody reads. */
export const PROCESS: readonly Mutant[] = [
  {
    name: 'a cancellation is ignored',
    file: 'src/system/cancellation.ts',
    from: 'controller.abort(new Error(`cancelled (${signal})`));',
    to: 'void signal;',
    by: '__tests__/bundle/cancellation.test.ts',
  },
  {
    name: 'a log that nobody reads any more ends the process',
    file: 'src/system/cancellation.ts',
    from: "for (const stream of streams) stream.on('error', gone);",
    to: '',
    by: '__tests__/bundle/runner-gone.test.ts',
  },
  {
    name: 'that the runner went away is noticed only after the next weight',
    file: 'src/system/cancellation.ts',
    from: 'if (streams.some(({ errored }) => errored instanceof Error)) gone();',
    to: '',
    by: '__tests__/bundle/runner-gone.test.ts',
  },
];
