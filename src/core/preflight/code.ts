import type { VersionFacts, TargetFacts } from './target.ts';
import { formatBytes } from '../text/numbers.ts';
import type { Target } from '../alias/target.ts';
import {
  describeSource,
  needsNoUpload,
  originOf,
  sameCode,
  type WantedCode,
} from '../versions/code.ts';

/** Of a zip file in a request: "Lambda quotas", 2026. */
const LARGEST_UPLOAD = 50 * 1024 ** 2;

const PACKAGE_TYPE = 'Lambda never changes the package type of a function.';

/** What AWS would refuse of the code that is wanted, as far as it can be known before it is uploaded. */
export function inspectCode({
  target: { functionName },
  region,
  candidate,
  expectedCodeSha256,
  wanted,
}: TargetFacts): readonly string[] {
  if (wanted === undefined) return [];
  const { source, bytes = 0 } = wanted;
  const what = describeSource(source);
  const problems: string[] = [];
  const isImage = candidate.code.packageType === 'Image';
  if (candidate.code.packageType !== '' && isImage !== (source.type === 'image')) {
    problems.push(
      isImage
        ? `${functionName} is a function of container images, and ${what} is no image: name one in code-image. ${PACKAGE_TYPE}`
        : `${functionName} is a function of zip files, and ${what} is an image: use code or code-s3. ${PACKAGE_TYPE}`,
    );
  }
  if (needsNoUpload(candidate, wanted)) return problems;
  if (bytes > LARGEST_UPLOAD) {
    problems.push(
      `code: ${what} has ${formatBytes(bytes)} zipped, and Lambda takes at most 50 MB in a request: upload it to a bucket ` +
        'of the same region (aws s3 cp), and name it in code-s3',
    );
  }
  if (expectedCodeSha256 !== undefined && isKnownToDiffer(wanted, expectedCodeSha256)) {
    problems.push(
      `code-sha256: ${what} has the hash ${wanted.codeSha256 ?? ''}, not ${expectedCodeSha256}: this is the hash of another build`,
    );
  }
  const elsewhere = source.type === 'image' ? regionOf(source.uri) : undefined;
  if (elsewhere !== undefined && elsewhere !== region) {
    problems.push(
      `code-image: ${what} is in ${elsewhere}, and Lambda takes images of the region of the function alone, here ${region}: ` +
        'push it there, or let ECR replicate it',
    );
  }
  return problems;
}

function isKnownToDiffer({ source, codeSha256 }: WantedCode, expected: string): boolean {
  return source.type === 'path' && codeSha256 !== expected;
}

/** Of a registry of ECR, by either of its names; nothing of what is not understood. */
function regionOf(uri: string): string | undefined {
  return /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(uri)?.[1];
}

/** Why the code of the version that an alias serves could not be put back into `$LATEST`. */
export function inspectRestoring(
  { target: { functionName } }: Pick<TargetFacts, 'target'>,
  stable: VersionFacts | undefined,
): readonly string[] {
  return stable === undefined || originOf(stable) !== undefined
    ? []
    : [
        `on-revert-latest: the code of version ${stable.version} of ${functionName} can be had from Lambda alone, which keeps a copy ` +
          'of the zip file and gives nobody a place to update from. Restoring takes a container image, or code that Lambda reads from ' +
          'S3 (S3ObjectStorageMode REFERENCE); leave the input out, and $LATEST keeps the new code',
      ];
}

/** Why what `$LATEST` has after a publication without an answer is not known to be what was to be published. */
export function inspectUnanswered(
  { functionName }: Target,
  seen: VersionFacts,
  latest: VersionFacts,
): readonly string[] {
  if (sameCode(seen, latest) && isConfiguredLike(seen, latest) === true) return [];
  const why =
    sameCode(seen, latest) && isConfiguredLike(seen, latest) === undefined
      ? 'whether somebody else has changed its configuration since is not known: Lambda shows the environment to nobody who may not use ' +
        'its key (kms:Decrypt)'
      : 'somebody else has changed the function since';
  return [
    `${functionName}: the answer to publishing it was lost, and ${why}. Which of the two a new version has cannot be told, so none ` +
      'gets traffic, and no alias was moved. Run again: then what is in $LATEST is looked at anew, and published',
  ];
}

/** Whether all is set alike that can be set beside the code; undefined where that cannot be known. */
export function isConfiguredLike(one: VersionFacts, other: VersionFacts): boolean | undefined {
  return one.configuration === undefined || other.configuration === undefined
    ? undefined
    : one.configuration === other.configuration;
}
