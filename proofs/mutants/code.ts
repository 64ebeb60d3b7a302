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
    from: 'facts.wanted === undefined ? undefined : revisionId',
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
    from: 'if (latest.codeSha256 !== answered || isOthers) return',
    to: "if (isOthers || answered === '') return",
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
    name: 'a restoring that is on its way overwrites what somebody else brings meanwhile',
    file: 'src/run/versions/latest.ts',
    from: 'revisionId: latest.revisionId,',
    to: 'revisionId: undefined as never,',
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
  {
    name: "after a lost answer to the publishing, somebody else's configuration is published as this run's",
    file: 'src/core/preflight/code.ts',
    from: 'if (sameCode(seen, latest) && isConfiguredLike(seen, latest) === true) return [];',
    to: 'if (sameCode(seen, latest) && isConfiguredLike(seen, latest) !== undefined) return [];',
    by: BY,
  },
  {
    name: 'a configuration that is not shown is taken for the one of before',
    file: 'src/core/preflight/code.ts',
    from: 'if (sameCode(seen, latest) && isConfiguredLike(seen, latest) === true) return [];',
    to: 'if (sameCode(seen, latest) && isConfiguredLike(seen, latest) !== false) return [];',
    by: BY,
  },
  {
    name: 'a configuration that changed while Lambda took the code over is published with it',
    file: 'src/run/versions/upload.ts',
    from: 'latest.codeSha256 !== answered || isOthers',
    to: "latest.codeSha256 !== answered || (isOthers && answered === '')",
    by: BY,
  },
  {
    name: 'a reading from before a publication without an answer is taken for what was published',
    file: 'src/run/versions/publish.ts',
    from: "revisionId !== seen.revisionId && lastUpdateStatus !== 'InProgress'",
    to: "revisionId !== '' && lastUpdateStatus !== 'InProgress'",
    by: BY,
  },
];
