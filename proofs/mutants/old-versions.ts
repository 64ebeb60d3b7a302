import type { Mutant } from './mutant.ts';

/** Versions that somebody needs. */
export const OLD_VERSIONS: readonly Mutant[] = [
  {
    name: 'the newest versions are deleted with the old ones',
    file: 'src/core/versions/old.ts',
    from: 'oldestFirst.length - keep)',
    to: 'oldestFirst.length)',
  },
  {
    name: 'an old version that an alias names is deleted, as far as Lambda lets it be',
    file: 'src/core/versions/old.ts',
    from: 'deleted: old.filter(({ version }) => !uses.has(version)),',
    to: 'deleted: old,',
  },
  {
    name: 'an old version is deleted that an event source calls',
    file: 'src/run/versions/old.ts',
    from: 'if (caller !== undefined) {',
    to: "if (caller === 'nobody') {",
    by: '__tests__/bundle/old-versions.test.ts',
  },
  {
    name: 'a dry run deletes old versions',
    file: 'src/run/versions/old.ts',
    from: 'if (deletes) await',
    to: 'await',
    by: '__tests__/bundle/old-versions.test.ts',
  },
];
