import { digestOf } from '../core/versions/code.ts';
import { SOURCES } from './code.ts';
import { isFor, strangers } from './per-function.ts';
import type { Fields } from './schema.ts';

/** What of the code's inputs does not fit together. */
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
