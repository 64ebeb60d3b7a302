import type { z } from 'zod';
import {
  ARCHITECTURES,
  type Architecture,
  type CodeRequest,
  type CodeSource,
  type S3Object,
} from '../core/versions/code.ts';
import { limitCount, linesOf, notOneOf, parsedBy, quoted } from './fields.ts';
import { isFor, lineOf, type OfFunction } from './per-function.ts';

interface Given<T> extends OfFunction {
  readonly value: T;
}

/** The inputs of which a function takes one at most. */
export const SOURCES = ['code', 'code-s3', 'code-image'] as const;

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

/** The code that is asked for of a function, of inputs that fit together. */
export function codeOf(fields: CodeInputs, functionName: string): CodeRequest | undefined {
  const [given] = SOURCES.flatMap((input) => fields[input].filter(isFor(functionName)));
  if (given === undefined) return undefined;
  const architecture = fields.architectures.find(isFor(functionName))?.value;
  return { source: given.value, architecture };
}

type CodeInputs = {
  readonly [Input in keyof typeof CODE_FIELDS]: z.infer<(typeof CODE_FIELDS)[Input]>;
};
