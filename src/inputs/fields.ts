import { z } from 'zod';

import { didYouMean } from '../core/text/guess.ts';
import { oneLine, shorten } from '../core/text/markdown.ts';
import { durationMs, isTooLong, tooLong, type Lasting } from './duration.ts';

/** Nothing that is meant is as long, and reading it must not take long. */
const LONGEST_INPUT = 100_000;
/** Room for an ARN. */
const LONGEST_QUOTE = 200;

export const inputText = z.string().refine(isShortEnough, {
  abort: true,
  error: `is longer than ${LONGEST_INPUT} characters`,
});

/** In code points, of which none takes more than two units: what is far too long is not counted. */
function isShortEnough(text: string): boolean {
  if (text.length <= LONGEST_INPUT) return true;
  return text.length <= 2 * LONGEST_INPUT && [...text].length <= LONGEST_INPUT;
}

/** A value in a message about it. */
export function quoted(value: string): string {
  return `"${oneLine(shorten(value.trim(), LONGEST_QUOTE))}"`;
}

/** A field whose parser adds to `problems` what it does not like. */
export function parsedBy<T>(parse: (text: string, problems: string[]) => T) {
  return inputText.transform((given, context) => {
    const problems: string[] = [];
    const value = parse(given, problems);
    for (const message of problems) context.addIssue({ code: 'custom', message });
    return problems.length > 0 ? z.NEVER : value;
  });
}

/** `90s`, `5m`, `1h30m` as milliseconds. @param least the shortest as it is written, for the message */
export function duration(leastMs: number, least: string, lasting: Lasting = 'job') {
  return parsedBy((text, problems) => {
    const ms = durationMs(text);
    if (ms === undefined) {
      problems.push(
        `${quoted(text)} is not a duration; write it with a unit, like 90s, 5m or 1h30m`,
      );
    } else if (ms < leastMs) {
      problems.push(`${quoted(text)} is too short; it must be ${least} or longer`);
    } else if (isTooLong(ms, lasting)) {
      problems.push(`${quoted(text)} is too long; ${tooLong(lasting)}`);
    }
    return ms ?? 0;
  });
}

/** A decimal without sign or exponent, both bounds included. */
export function number(least: number, most: number) {
  return parsedBy((text, problems) => {
    const value = Number(text.trim());
    const valid = /^\d+(\.\d+)?$/.test(text.trim()) && value >= least && value <= most;
    if (!valid) {
      problems.push(`${quoted(text)} is not a number from ${least} to ${most}${commaHint(text)}`);
    }
    return value;
  });
}

/** Digits alone, both bounds included. */
export function wholeNumber(least: number, most: number) {
  return parsedBy((text, problems) => {
    const value = Number(text.trim());
    const valid = /^\d+$/.test(text.trim()) && value >= least && value <= most;
    if (!valid) problems.push(`${quoted(text)} is not a whole number from ${least} to ${most}`);
    return value;
  });
}

/** `1%` or `0.01`: a small share, in either form. Both bounds included, as shares. */
export function portion(least: number, most: number, bounds: string) {
  return parsedBy((text, problems) => {
    const [, digits, sign] = /^(\d+(?:\.\d+)?)\s*(%)?$/.exec(text.trim()) ?? [];
    const value = digits === undefined ? NaN : Number(digits) / (sign === undefined ? 1 : 100);
    const valid = value >= least && value <= most;
    if (!valid) problems.push(`${quoted(text)} is neither ${bounds}${commaHint(text)}`);
    return value;
  });
}

/** A comma where other languages have their decimal point. */
function commaHint(text: string): string {
  const [, whole, rest] = /^\s*(\d+),(\d+\s*%?)\s*$/.exec(text) ?? [];
  return whole === undefined || rest === undefined
    ? ''
    : `; did you mean ${whole}.${rest.replace(/\s/, '')}? Decimals have a point`;
}

/** That a word is none of those that there are, and which was probably meant. */
export function notOneOf(text: string, values: readonly string[]): string {
  return `${quoted(text)} is not one of ${values.join(', ')}${didYouMean(text.trim(), values)}`;
}

/** One of some words, as it is written. */
export function oneOf<const T extends string>(values: readonly [T, ...T[]]) {
  return parsedBy((text, problems): T => {
    const value = values.find((each) => each === text.trim());
    if (value === undefined) problems.push(notOneOf(text, values));
    return value ?? values[0];
  });
}

export const flag = inputText
  .trim()
  .pipe(z.stringbool({ error: ({ input }) => `${quoted(String(input))} is not true or false` }));

/** `what`: what there are too many of. */
export function limitCount(
  what: string,
  { length }: readonly unknown[],
  most: number,
  problems: string[],
): void {
  if (length > most) problems.push(`${length} ${what} are given; at most ${most} can be`);
}

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
