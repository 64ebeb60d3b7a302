import { quoteForShell } from '../text/shell.ts';
import type { Target } from '../alias/target.ts';

/** Where the code of a function is to come from. */
export type CodeSource =
  /** A zip file of the workspace, or a directory that becomes one. */
  { readonly type: 'path'; readonly path: string } | CodeInAws;

/** Code that Lambda fetches by itself. */
export type CodeInAws =
  ({ readonly type: 's3' } & S3Object) | { readonly type: 'image'; readonly uri: string };

export interface S3Object {
  readonly bucket: string;
  readonly key: string;
  /** Of a bucket that keeps versions; undefined: the newest. */
  readonly version: string | undefined;
}

export const ARCHITECTURES = ['x86_64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** The code that is asked for. */
export interface CodeRequest {
  readonly source: CodeSource;
  /** Undefined: that of the function. */
  readonly architecture: Architecture | undefined;
}

/** A zip file, as it is uploaded. */
export interface Package {
  readonly bytes: Uint8Array;
  /** SHA-256 in base64: Lambda's `CodeSha256` of these bytes. */
  readonly codeSha256: string;
}

/** The code that is asked for, as far as it is known before it is uploaded. */
export interface WantedCode extends CodeRequest {
  /** Lambda's `CodeSha256` of it; undefined where Lambda alone finds that out. */
  readonly codeSha256: string | undefined;
  /** Of what is uploaded; undefined where Lambda fetches it. */
  readonly bytes: number | undefined;
}

/** Of the files in a zip file, with those of layers: "Lambda quotas", 2026. */
export const LARGEST_UNZIPPED = 250 * 1024 ** 2;

/** What Lambda says of a version's code beside its hash. */
export interface CodeFacts {
  /** `Zip` or `Image`; an open set. */
  readonly packageType: string;
  readonly architecture: string;
  /** As it was given; empty for a zip file. */
  readonly imageUri: string;
  /** By its digest; empty for a zip file. */
  readonly resolvedImageUri: string;
  /** What Lambda reads, where it keeps no copy of its own. */
  readonly object: S3Object | undefined;
  /** That the zip file is encrypted with; empty for one of AWS's own. */
  readonly kmsKeyArn: string;
}

/** What says which code a version has. */
export interface CodeOfVersion {
  readonly codeSha256: string;
  readonly code: CodeFacts;
}

/** For people. */
export function describeSource(source: CodeSource): string {
  switch (source.type) {
    case 'path':
      return source.path;
    case 's3': {
      const { bucket, key, version } = source;
      return `s3://${bucket}/${key}${version === undefined ? '' : `?versionId=${version}`}`;
    }
    case 'image':
      return source.uri;
  }
}

/** An image by its digest alone, without the tag beside it; nothing where no digest is named. */
export function digestOf(uri: string): string | undefined {
  const [, repository, digest] = /^(.+?)(?::[^:/@]+)?@(sha256:[0-9a-f]{64})$/.exec(uri) ?? [];
  return repository === undefined || digest === undefined ? undefined : `${repository}@${digest}`;
}

/**
 * Whether a version is known to have the code that is wanted. An image is told by its digest, a zip file by its hash; what
 * Lambda alone can resolve, a tag or an object without a known hash, is never known.
 */
export function isOf(found: CodeOfVersion, { source, codeSha256, architecture }: WantedCode) {
  if (architecture !== undefined && found.code.architecture !== architecture) return false;
  if (source.type === 'image') {
    const digest = digestOf(source.uri);
    return digest !== undefined && digest === found.code.resolvedImageUri;
  }
  return codeSha256 !== undefined && codeSha256 === found.codeSha256;
}

/** Whether two versions run the same code: the same bytes may be meant for another processor. */
export function sameCode(one: CodeOfVersion, other: CodeOfVersion): boolean {
  return one.codeSha256 === other.codeSha256 && one.code.architecture === other.code.architecture;
}

/** Whether `$LATEST` need not be updated. What a failed update left may look as if it were the code, and is not in force. */
export function needsNoUpload(
  latest: CodeOfVersion & { readonly lastUpdateStatus: string },
  wanted: WantedCode,
): boolean {
  return latest.lastUpdateStatus !== 'Failed' && isOf(latest, wanted);
}

/**
 * Whether what `$LATEST` has after an update without an answer is what that update brought. A tag is told by itself: whoever
 * wrote it, it is the image that was asked for; unless it is the one of before, for the tag may have moved since.
 */
export function isFrom(found: CodeOfVersion, wanted: WantedCode, before: CodeOfVersion): boolean {
  return isOf(found, wanted) || (isByTag(found, wanted) && !sameCode(found, before));
}

/** Whether it is known by what the image was called alone. */
export function isByTag({ code }: CodeOfVersion, { source }: WantedCode): boolean {
  return source.type === 'image' && code.imageUri === source.uri;
}

/** Where the code of a version can be had from, to be put elsewhere; nothing for a zip file that Lambda alone has. */
export function originOf({ code }: CodeOfVersion): CodeInAws | undefined {
  if (code.resolvedImageUri !== '') return { type: 'image', uri: code.resolvedImageUri };
  return code.object && { type: 's3', ...code.object };
}

/** The command that puts code from AWS into `$LATEST` by hand, with what Lambda keeps or forgets where it is not told. */
export function updateCommand(
  target: Target,
  source: CodeInAws,
  { architecture, kmsKeyArn }: CodeFacts,
  region: string,
): string {
  const of =
    source.type === 'image'
      ? ['--image-uri', source.uri]
      : [
          '--s3-bucket',
          source.bucket,
          '--s3-key',
          source.key,
          ...(source.version === undefined ? [] : ['--s3-object-version', source.version]),
          '--s3-object-storage-mode',
          'REFERENCE',
          ...(kmsKeyArn === '' ? [] : ['--source-kms-key-arn', kmsKeyArn]),
        ];
  return [
    'aws lambda update-function-code',
    ...[
      '--region',
      region,
      '--function-name',
      target.functionId,
      ...of,
      '--architectures',
      architecture,
    ].map(quoteForShell),
  ].join(' ');
}

/** What is to be fetched from S3, each once. */
export function objectsIn(
  requests: readonly { readonly code: Pick<CodeRequest, 'source'> | undefined }[],
): readonly S3Object[] {
  return requests.flatMap(({ code }) => (code?.source.type === 's3' ? [code.source] : []));
}

/** What became of the code of one function. */
export interface CodeReport {
  readonly functionName: string;
  /** As {@link describeSource} says it. */
  readonly source: string;
  readonly became:
    | 'to be uploaded'
    /** No answer came, or none yet. */
    | 'maybe uploaded'
    | 'uploaded'
    /** `$LATEST` had it already. */
    | 'there already';
  /** Empty while it is not known. */
  readonly codeSha256: string;
  /** Whether the version that the alias served has the same code. */
  readonly isLive: boolean;
  /** What `$LATEST` has when the rollout did not come to its end. */
  readonly afterwards: 'the new code' | 'the code of before' | undefined;
}

/** In one line, for the log and the summary. */
export function describeCode(report: CodeReport): string {
  const { functionName, source, codeSha256, afterwards } = report;
  const hash = codeSha256 === '' ? '' : ` (CodeSha256 ${codeSha256})`;
  const end =
    afterwards === undefined
      ? ''
      : afterwards === 'the new code'
        ? '. $LATEST keeps it: whatever publishes $LATEST next takes it along'
        : '. It was taken out again: $LATEST has the code of the old version';
  return `${functionName}: ${BECAME[report.became](source)}${hash}${end}`;
}

const BECAME: Readonly<Record<CodeReport['became'], (source: string) => string>> = {
  'to be uploaded': (source) => `${source} would be uploaded`,
  'maybe uploaded': (source) => `${source} may have been uploaded; no answer says so`,
  uploaded: (source) => `${source} is uploaded`,
  'there already': (source) => `$LATEST has ${source} already; nothing is uploaded`,
};
