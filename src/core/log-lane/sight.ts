import { targetName, type Target } from '../alias/target.ts';
import type { LogFormat } from './failure-line.ts';
import type { CountedLines } from './signal.ts';

/** How a version logs, as Lambda tells it. */
export interface LoggingFacts {
  /** `nodejs22.x`; empty for a container image. */
  readonly runtime: string;
  /** `Text` or `JSON`; an open set. */
  readonly format: string;
  /** Empty where the format has none. */
  readonly applicationLevel: string;
  readonly systemLevel: string;
}

export interface LoggingVersion {
  readonly logging: LoggingFacts;
  readonly logGroup: string;
}

/** What the logs of a target can tell. */
export type Sight =
  | { readonly type: 'none'; readonly why: string }
  | {
      readonly type: 'seen';
      readonly logGroup: string;
      readonly format: LogFormat;
      readonly counted: CountedLines;
      /** What of failures is seen, for people. */
      readonly extent: string;
    };

/**
 * Both versions must be seen alike: what one of them logs in another way would count for it or against it. Where only the
 * runtimes differ, what Lambda itself writes is alike still.
 */
export function sightOf(stable: LoggingVersion, canary: LoggingVersion): Sight {
  const [before, now] = [stable.logging, canary.logging];
  if (stable.logGroup !== canary.logGroup) {
    return none('the two versions log into different groups');
  }
  if (before.format !== now.format) return none('the two versions log in different formats');
  const format = formatOf(now.format);
  if (format === undefined) return none(`nothing is known of the log format ${now.format}`);
  if (before.systemLevel !== now.systemLevel) {
    return none('the two versions have different system log levels');
  }
  const alike = before.runtime === now.runtime && before.applicationLevel === now.applicationLevel;
  const counted = alike ? 'all' : 'platform';
  return {
    type: 'seen',
    logGroup: canary.logGroup,
    format,
    counted,
    extent: alike
      ? extentOf(now, format)
      : 'timeouts and crashes only: the versions log differently',
  };
}

function none(why: string): Sight {
  return { type: 'none', why };
}

function formatOf(format: string): LogFormat | undefined {
  switch (format) {
    // A function that never chose has plain text.
    case '':
    case 'Text':
      return 'Text';
    case 'JSON':
      return 'JSON';
    default:
      return undefined;
  }
}

/** Whose runtimes write an exception of the handler in a way that nothing else does. */
const TELLS: Readonly<Record<LogFormat, RegExp>> = {
  Text: /^(nodejs|python|ruby)/,
  JSON: /^python/,
};

function extentOf({ runtime, applicationLevel }: LoggingFacts, format: LogFormat): string {
  const hidden = format === 'JSON' && applicationLevel === 'FATAL';
  if (TELLS[format].test(runtime) && !hidden) return 'timeouts, crashes and exceptions';
  const what = [runtime || 'container image', ...(format === 'JSON' ? ['JSON'] : [])].join(', ');
  return `timeouts and crashes only (${what})`;
}

/** A target whose logs are read while it has traffic. */
export interface LoggedTarget {
  readonly target: Target;
  readonly logGroup: string;
  readonly format: LogFormat;
  readonly counted: CountedLines;
  /** Why its logs are only observed; absent when they may revert. */
  readonly observedBecause: string | undefined;
}

/** `logs of shop:live: timeouts, crashes and exceptions` */
export function describeSight({ target }: Pick<LoggedTarget, 'target'>, said: string): string {
  return `logs of ${targetName(target)}: ${said}`;
}
