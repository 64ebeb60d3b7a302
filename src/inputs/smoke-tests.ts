import type { Json, SmokeTest } from '../core/versions/smoke-test.ts';
import { messageOf } from '../core/problems.ts';
import { oneLine } from '../core/text/markdown.ts';
import { limitCount, linesOf, quoted } from './fields.ts';
import { isFor, lineOf, strangers, type OfFunction } from './per-function.ts';

/** Reads a file of the workspace. @throws when it cannot */
export type ReadFile = (path: string) => string;

/** The smoke tests of each function that has any, by its name. */
export type SmokeTests = ReadonlyMap<string, readonly SmokeTest[]>;

/** JSON that was written into an input, or into a file that it names. */
export interface GivenJson extends OfFunction {
  /** The path, or the number of the line. */
  readonly name: string;
  readonly value: Json;
}

/** A test says in a glance what it tests; that many are a test suite. */
const MOST_LINES = 20;

/**
 * JSON, or the path of a file with JSON, or several of either, one per line; with `name: ` in front of a line, for
 * that function alone. Read for {@link parsedBy}.
 */
export function givenJson(readFile: ReadFile) {
  return (text: string, problems: string[]): readonly GivenJson[] => {
    const whole = parsed(text);
    if ('value' in whole) return [{ functionName: undefined, name: '1', value: whole.value }];
    const lines = linesOf(text);
    limitCount('lines', lines, MOST_LINES, problems);
    return lines.slice(0, MOST_LINES).flatMap((line, index) => {
      const { functionName, written } = lineOf(line);
      const json = jsonOf(written, { number: index + 1, problems, readFile });
      return json === undefined ? [] : [{ functionName, ...json }];
    });
  };
}

function jsonOf(
  written: string,
  {
    number,
    problems,
    readFile,
  }: { readonly number: number; readonly problems: string[]; readonly readFile: ReadFile },
): Omit<GivenJson, 'functionName'> | undefined {
  const direct = parsed(written);
  if ('value' in direct) return { name: String(number), value: direct.value };
  if (/^[[{"]/.test(written)) {
    problems.push(`line ${number}: ${quoted(written)} is not JSON: ${direct.problem}`);
    return undefined;
  }
  try {
    const content = parsed(readFile(written));
    if ('value' in content) return { name: written, value: content.value };
    problems.push(`line ${number}: the file ${quoted(written)} is not JSON: ${content.problem}`);
  } catch (error) {
    problems.push(
      `line ${number}: ${quoted(written)} is not JSON, nor a file that can be read: ${messageOf(error)}${checkoutHint(error)}`,
    );
  }
  return undefined;
}

/** Most paths lead nowhere because nobody checked the repository out. */
function checkoutHint(error: unknown): string {
  return messageOf(error).includes('ENOENT')
    ? '. Is the path right, from the top of the repository, and does actions/checkout run before this step?'
    : '';
}

function parsed(text: string): { readonly value: Json } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    // V8 quotes one code unit of the text, which may be half of a character.
    return { problem: oneLine(messageOf(error)) };
  }
}

export interface SmokeTestInputs {
  readonly payloads: readonly GivenJson[];
  readonly expected: readonly GivenJson[];
}

/** What does not fit together. */
export function smokeTestProblems(
  { payloads, expected }: SmokeTestInputs,
  functionNames: readonly string[],
): readonly string[] {
  return [
    ...strangers('smoke-test-payload', payloads, functionNames),
    ...strangers('smoke-test-expect', expected, functionNames),
    ...(payloads.length === 0 && expected.length > 0
      ? ['smoke-test-expect: there is no smoke test without smoke-test-payload']
      : []),
    ...functionNames
      .filter((name) => expected.filter(isFor(name)).length > 1)
      .map((name) => `smoke-test-expect: more than one value for ${name}; give one`),
  ];
}

/** The tests of each function, of inputs without {@link smokeTestProblems}. */
export function smokeTestsOf(
  { payloads, expected }: SmokeTestInputs,
  functionNames: readonly string[],
  maxDurationMs: number,
): SmokeTests {
  return new Map(
    functionNames.flatMap((functionName) => {
      const expect = expected.find(isFor(functionName))?.value;
      const tests = payloads
        .filter(isFor(functionName))
        .map(({ name, value }): SmokeTest => ({ name, payload: value, maxDurationMs, expect }));
      return tests.length === 0 ? [] : [[functionName, tests] as const];
    }),
  );
}
