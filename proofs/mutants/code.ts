import type { Mutant } from './mutant.ts';

const BY = '__tests__/bundle/code.test.ts';

/** Code that somebody else brought, or that nobody asked for. */
export const OF_THE_CODE: readonly Mutant[] = [
  {
    name: 'code is uploaded over what somebody else brought meanwhile',
    file: 'src/aws/code.ts',
    from: 'RevisionId: revisionId,',
    to: 'RevisionId: undefined,',
    by: BY,
  },
  {
    name: "somebody else's configuration is published with the code",
    file: 'src/run/versions/publish.ts',
    from: 'facts.wanted === undefined || isOurs ? undefined : revisionId',
    to: 'undefined',
    by: BY,
  },
  {
    name: "after a lost answer, somebody else's code is taken for that of the upload",
    file: 'src/run/versions/upload.ts',
    from: 'if (unanswered > 0 && isFrom(latest, wanted, candidate))',
    to: 'if (unanswered > 0)',
    by: BY,
  },
  {
    name: "an upload whose answer was lost is taken for somebody else's",
    file: 'src/run/versions/upload.ts',
    from: 'if (unanswered > 0 && isFrom(latest, wanted, candidate))',
    to: 'if (unanswered < 0)',
    by: BY,
  },
  {
    name: 'what has come into $LATEST since the upload is published as if it were that',
    file: 'src/run/versions/upload.ts',
    from: 'if (latest.codeSha256 !== answered) return',
    to: "if (answered === '') return",
    by: BY,
  },
  {
    name: 'code of which the update failed is taken for being in force',
    file: 'src/core/versions/code.ts',
    from: "return latest.lastUpdateStatus !== 'Failed' && isOf(latest, wanted);",
    to: 'return isOf(latest, wanted);',
  },
  {
    name: "restoring overwrites somebody else's code",
    file: 'src/run/versions/latest.ts',
    from: 'if (latest.codeSha256 !== brought) {',
    to: "if (brought === 'nothing') {",
    by: BY,
  },
  {
    name: 'a revert without restoring is silent about $LATEST',
    file: 'src/run/versions/latest.ts',
    from: "return became === 'uploaded' || hasReverted;",
    to: "return became === 'uploaded' && !hasReverted;",
    by: BY,
  },
  {
    name: '$LATEST is restored while somebody else gives the new version traffic',
    file: 'src/run/versions/latest.ts',
    from: "onRevertLatest === 'restore' && (hasReverted || !hasBegun);",
    to: "onRevertLatest === 'restore';",
    by: BY,
  },
  {
    name: 'a zip file depends on the times of its files',
    file: 'src/system/packages.ts',
    from: '    file.mtime = ALWAYS;\n',
    to: '',
  },
  {
    name: 'the same code for another processor is taken for what was live',
    file: 'src/core/versions/code.ts',
    from: ' && one.code.architecture === other.code.architecture',
    to: '',
    by: BY,
  },
  {
    name: 'after a lost answer, the image that a tag meant before is taken for that of the upload',
    file: 'src/core/versions/code.ts',
    from: ' && !sameCode(found, before)',
    to: '',
    by: BY,
  },
];
