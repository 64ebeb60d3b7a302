import { milliseconds } from '../text/numbers.ts';
import { formatDuration } from '../text/duration.ts';
import { shorten } from '../text/markdown.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

interface JsonObject {
  readonly [member: string]: Json;
}

/** A request that the canary must answer before it gets any traffic. */
export interface SmokeTest {
  /** What it is called: the name of its file, or its number. */
  readonly name: string;
  readonly payload: Json;
  /** What the reply must contain; undefined when any reply will do. */
  readonly expect: Json | undefined;
  readonly maxDurationMs: number;
}

/** What Lambda answered. */
export interface Invocation {
  /** The reply as it came; JSON unless the runtime is broken. */
  readonly reply: string;
  /** `Unhandled` or the like; empty when the function returned. */
  readonly functionError: string;
  readonly executedVersion: string;
  /** The last 4 KB of the log. */
  readonly log: string;
  /** How long the request took, to and fro. */
  readonly elapsedMs: number;
}

export interface SmokeTestReport {
  readonly functionName: string;
  readonly version: string;
  readonly name: string;
  /** None when it passed. */
  readonly problems: readonly string[];
  readonly durationMs: number;
  /** Lines of the log; only of a test that failed. */
  readonly log: readonly string[];
}

/** Whether a reply is what the test expects. */
export function judgeSmokeTest(
  { name, expect, maxDurationMs }: SmokeTest,
  { functionName, version }: { readonly functionName: string; readonly version: string },
  invocation: Invocation,
): SmokeTestReport {
  const durationMs = durationIn(invocation.log) ?? invocation.elapsedMs;
  const problems = [
    ...(invocation.executedVersion === version
      ? []
      : [
          `version ${invocation.executedVersion || 'unknown'} answered instead of version ${version}`,
        ]),
    ...contentProblems(invocation, expect),
    ...(durationMs > maxDurationMs
      ? [
          `it took ${milliseconds(durationMs)}; smoke-test-max-duration is ${formatDuration(maxDurationMs)}`,
        ]
      : []),
  ];
  const log = problems.length === 0 ? [] : invocation.log.trimEnd().split('\n');
  return { functionName, version, name, problems, durationMs, log };
}

function contentProblems(
  { functionError, reply }: Invocation,
  expected: Json | undefined,
): readonly string[] {
  if (functionError !== '') return [`it failed (${functionError}): ${cut(reply)}`];
  if (expected === undefined) return [];
  const actual = jsonIn(reply);
  if (actual === undefined) return [`its reply is not JSON: ${cut(reply)}`];
  return differences(expected, actual);
}

function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const MOST_DIFFERENCES = 10;

/**
 * Where a reply lacks what is expected of it, one line each: `$.statusCode is 500, not 200`. An object may have
 * more members than are expected; everything else must be equal.
 */
export function differences(expected: Json, actual: Json): readonly string[] {
  const all = differencesAt('$', expected, actual);
  return all.length <= MOST_DIFFERENCES
    ? all
    : [
        ...all.slice(0, MOST_DIFFERENCES),
        `… and ${all.length - MOST_DIFFERENCES} more differences`,
      ];
}

function differencesAt(path: string, expected: Json, actual: Json | undefined): readonly string[] {
  if (actual === undefined)
    return [`${path} is missing; it must be ${cut(JSON.stringify(expected))}`];
  if (isArray(expected)) {
    if (!isArray(actual) || actual.length !== expected.length)
      return [unequal(path, expected, actual)];
    return expected.flatMap((each, index) =>
      differencesAt(`${path}[${index}]`, each, actual[index]),
    );
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return [unequal(path, expected, actual)];
    return Object.entries(expected).flatMap(([name, value]) =>
      differencesAt(
        `${path}.${name}`,
        value,
        Object.hasOwn(actual, name) ? actual[name] : undefined,
      ),
    );
  }
  return expected === actual ? [] : [unequal(path, expected, actual)];
}

function unequal(path: string, expected: Json, actual: Json): string {
  return `${path} is ${cut(JSON.stringify(actual))}, not ${cut(JSON.stringify(expected))}`;
}

const LONGEST_VALUE = 500;

function cut(text: string): string {
  return shorten(text, LONGEST_VALUE);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/**
 * What Lambda itself measured, as the last line of the log says it in either format; nothing when that line is not
 * there. Without the way to Lambda and back, and without the start of a new environment.
 */
export function durationIn(log: string): number | undefined {
  const text = /^REPORT RequestId: \S+\s+Duration: (\d+(?:\.\d+)?) ms/m.exec(log)?.[1];
  const json = /"type":"platform\.report".*?"durationMs":(\d+(?:\.\d+)?)/.exec(log)?.[1];
  const found = text ?? json;
  return found === undefined ? undefined : Number(found);
}

/** `checkout version 8 fails the smoke test ping.json: $.statusCode is 500, not 200` */
export function describeFailure({
  functionName,
  version,
  name,
  problems,
}: SmokeTestReport): string {
  return `${functionName} version ${version} fails the smoke test ${name}: ${problems.join('; ')}`;
}
