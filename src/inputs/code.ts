import {
  ARCHITECTURES,
  digestOf,
  type Architecture,
  type CodeRequest,
  type CodeSource,
  type S3Object,
} from '../core/versions/code.ts';
import { limitCount, linesOf, notOneOf, parsedBy, quoted } from './fields.ts';
import type { Fields } from './schema.ts';
import { isFor, lineOf, strangers, type OfFunction } from './per-function.ts';

interface Given<T> extends OfFunction {
  readonly value: T;
}

/** The inputs of which a function takes one at most. */
const SOURCES = ['code', 'code-s3', 'code-image'] as const;

/** As many as there may be functions. */
const MOST_LINES = 500;

/** One value for all functions, or one for each, with `name: ` in front. */
function perFunction<T>(parse: (written: string, problems: string[]) => T | undefined) {
  return parsedBy((text, problems): readonly Given<T>[] => {
    const lines = linesOf(text);
    limitCount('lines', lines, MOST_LINES, problems);
    return lines.slice(0, MOST_LINES).flatMap((line) => {
      const { functionName, written } = lineOf(line);
      const value = parse(written, problems);
      return value === undefined ? [] : [{ functionName, value }];
    });
  });
}

export const CODE_FIELDS = {
  code: perFunction((path, problems): CodeSource | undefined => {
    const isObject = path.startsWith('s3://');
    if (!isObject && !/^\d{12}\.dkr[.-]ecr/.test(path)) return { type: 'path', path };
    problems.push(
      `${quoted(path)} is not a path; give it in the input ${isObject ? 'code-s3' : 'code-image'}`,
    );
    return undefined;
  }),
  'code-s3': perFunction((url, problems): CodeSource | undefined => {
    const object = objectOf(url);
    if (object === undefined) {
      problems.push(
        `${quoted(url)} is no object of S3; write it as s3://bucket/key, or s3://bucket/key?versionId=…`,
      );
    }
    return object && { type: 's3', ...object };
  }),
  'code-image': perFunction((uri, problems): CodeSource | undefined => {
    const valid = /^[a-z0-9][a-z0-9.:-]*\/[a-z0-9._/-]+(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$/;
    if (!valid.test(uri)) {
      problems.push(
        `${quoted(uri)} is no image; write it as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/name:tag, or better with @sha256:…`,
      );
      return undefined;
    }
    return { type: 'image', uri };
  }),
  architectures: perFunction((written, problems): Architecture | undefined => {
    const value = ARCHITECTURES.find((each) => each === written);
    if (value === undefined) problems.push(notOneOf(written, ARCHITECTURES));
    return value;
  }),
};

function objectOf(url: string): S3Object | undefined {
  const [, bucket, key, version] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([^?]+)(?:\?versionId=([^?&\s]+))?$/.exec(url) ??
    [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key, version };
}

/** The code that is asked for of a function, of inputs without {@link codeProblems}. */
export function codeOf(fields: CodeInputs, functionName: string): CodeRequest | undefined {
  const [given] = SOURCES.flatMap((input) => fields[input].filter(isFor(functionName)));
  if (given === undefined) return undefined;
  const architecture = fields.architectures.find(isFor(functionName))?.value;
  return { source: given.value, architecture };
}

type CodeInputs = Pick<Fields, (typeof SOURCES)[number] | 'architectures'>;

/** What does not fit together. */
export function codeProblems(fields: Partial<Fields>): readonly string[] {
  const { mode, 'function-name': functions, version = [], engine, wait } = fields;
  const { 'on-revert-latest': onRevert } = fields;
  const given = SOURCES.filter((input) => (fields[input] ?? []).length > 0);
  const names = functions?.map(({ name }) => name) ?? [];
  const restores =
    onRevert === 'restore' && engine === 'step-functions' && wait === false
      ? [
          'on-revert-latest: restore takes a job that waits for the end of the rollout; leave out one of the two, this or wait: false',
        ]
      : [];
  if (given.length === 0) {
    return [
      ...restores,
      ...((fields.architectures ?? []).length > 0
        ? ['architectures: it is sent with code; give code, code-s3 or code-image as well']
        : []),
    ];
  }
  return [
    ...restores,
    ...given.flatMap((input) => idle(input, mode, version)),
    ...(functions === undefined
      ? []
      : [
          ...[...given, 'architectures' as const].flatMap((input) =>
            strangers(input, fields[input] ?? [], names),
          ),
          ...names.flatMap((name) => ambiguities(name, fields)),
        ]),
    ...unresolvable(fields),
  ];
}

/** What would never be uploaded. */
function idle(input: string, mode: Fields['mode'] | undefined, version: readonly string[]) {
  if (mode !== undefined && mode !== 'rollout' && mode !== 'start') {
    return [
      `${input}: code is uploaded where a rollout begins, by mode rollout or start; leave it out with mode: ${mode}`,
    ];
  }
  return version.length > 0
    ? [
        `${input}: a version that is published already keeps its code; leave one of the two out, this or version`,
      ]
    : [];
}

function ambiguities(name: string, fields: Partial<Fields>): readonly string[] {
  const sources = SOURCES.flatMap((input) =>
    (fields[input] ?? []).filter(isFor(name)).map(() => input),
  );
  const architectures = (fields.architectures ?? []).filter(isFor(name));
  return [
    ...(sources.length > 1
      ? [
          `${[...new Set(sources)].join(', ')}: ${name} is given code ${sources.length} times; give it once`,
        ]
      : []),
    ...(architectures.length > 1
      ? [`architectures: more than one value for ${name}; give one`]
      : []),
  ];
}

/** Every upload makes a new version, and what is resumed is the one there was: code that only Lambda can resolve is always uploaded. */
function unresolvable(fields: Partial<Fields>): readonly string[] {
  if (fields['on-unfinished']?.action !== 'resume') return [];
  const { 'code-sha256': hashes = [], 'code-image': images = [] } = fields;
  const objects = hashes.length > 0 ? [] : (fields['code-s3'] ?? []);
  return [
    ...(objects.length > 0
      ? [
          'code-s3: with on-unfinished: resume, give its hash in code-sha256 as well: without it nobody can know that $LATEST has this code',
        ]
      : []),
    ...(images.some(({ value }) => value.type === 'image' && digestOf(value.uri) === undefined)
      ? [
          'code-image: with on-unfinished: resume, name the image by its digest (@sha256:…): of a tag nobody can know that $LATEST has it',
        ]
      : []),
  ];
}
