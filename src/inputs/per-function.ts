import { quoted } from './fields.ts';

/** What a line of an input says, and for which function. */
export interface OfFunction {
  /** Undefined when it is for all functions. */
  readonly functionName: string | undefined;
}

/** A line for one function, which begins with `name: `, or for all of them. */
export function lineOf(line: string): OfFunction & { readonly written: string } {
  const [, functionName, rest] = /^([\w-]+):\s+(.+)$/.exec(line) ?? [];
  return { functionName, written: rest ?? line };
}

export function isFor(functionName: string): (given: OfFunction) => boolean {
  return (given) => (given.functionName ?? functionName) === functionName;
}

/** The functions that are named, and take no part. */
export function strangers(
  input: string,
  given: readonly OfFunction[],
  functionNames: readonly string[],
): readonly string[] {
  const named = new Set(given.flatMap(({ functionName }) => functionName ?? []));
  return [...named]
    .filter((name) => !functionNames.includes(name))
    .map((name) => `${input}: ${quoted(name)} is not in function-name`);
}
