import type { Mutant } from './mutant.ts';

/** What is looked at before the first weight: inputs, configurations, versions, smoke tests. */
export const PREFLIGHT: readonly Mutant[] = [
  {
    name: 'an alarm that does not exist is accepted',
    file: 'src/core/preflight/alarms.ts',
    from: '      problems.push(\n        `alarms: CloudWatch returned',
    to: "      [''].push(\n        `alarms: CloudWatch returned",
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
    by: '__tests__/bundle/outcomes.test.ts',
  },
  {
    name: 'an input of any length is read',
    file: 'src/inputs/fields.ts',
    from: 'LONGEST_INPUT = 100_000;',
    to: 'LONGEST_INPUT = 1_000_000_000;',
    by: '__tests__/hostile/inputs.test.ts',
  },
  {
    name: 'a version that fails its smoke test gets traffic',
    file: 'src/run/versions/smoke-test.ts',
    from: 'if (failed.length > 0) throw new Refusal(failed.map(describeFailure));',
    to: '',
    by: '__tests__/bundle/smoke-test.test.ts',
  },
  {
    name: 'a smoke test is passed by whichever version answers',
    file: 'src/core/versions/smoke-test.ts',
    from: 'invocation.executedVersion === version',
    to: "invocation.executedVersion !== ''",
  },
  {
    name: 'nobody is told what provisioned concurrency means for the canary',
    file: 'src/core/preflight/target.ts',
    from: '...(facts.isProvisioned === true && !unchanged ? [withoutProvisioned(facts.target)] : []),',
    to: '',
    by: '__tests__/bundle/provisioned.test.ts',
  },
];
