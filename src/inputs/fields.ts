import { z } from 'zod';

import { durationMs } from './duration.ts';

/** A field whose parser adds to `problems` what it does not like. */
export function parsedBy<T>(parse: (text: string, problems: string[]) => T) {
  return z.string().transform((text, context) => {
    const problems: string[] = [];
    const value = parse(text, problems);
    for (const message of problems) context.addIssue({ code: 'custom', message });
    return problems.length > 0 ? z.NEVER : value;
  });
}

export function duration(leastMs: number, least: string) {
  return parsedBy((text, problems) => {
    const ms = durationMs(text);
    if (ms === undefined) {
      problems.push(
        `"${text.trim()}" is not a duration; write it with a unit, like 90s, 5m or 1h30m`,
      );
    } else if (ms < leastMs) {
      problems.push(`"${text.trim()}" is too short; it must be ${least} or longer`);
    }
    return ms ?? 0;
  });
}

export function oneOf<const T extends string>(values: readonly [T, ...T[]]) {
  return parsedBy((text, problems): T => {
    const value = values.find((each) => each === text.trim());
    if (value === undefined) problems.push(`"${text.trim()}" is not one of ${values.join(', ')}`);
    return value ?? values[0];
  });
}

export const flag = z
  .string()
  .trim()
  .pipe(z.stringbool({ error: ({ input }) => `${JSON.stringify(input)} is not true or false` }));

/** Entries on lines of their own. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Entries on lines of their own or separated by commas. */
export function listOf(text: string): readonly string[] {
  return linesOf(text.replaceAll(',', '\n'));
}
