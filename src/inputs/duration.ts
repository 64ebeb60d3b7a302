import parseDuration from 'parse-duration';

// parse-duration skips what it does not know and takes a bare number for milliseconds.
const DURATION = /^(?:\d+(?:\.\d+)?\s*(?:s|sec|m|min|h|d)\s*)+$/;

/** A job on GitHub's own runners ends after 6 hours, one on any other runner after 5 days. */
export const LONGEST_MS = 5 * 24 * 3_600_000;
const TOO_LONG = 'no job lasts longer than 5 days';

/** What has to outlast something: a job of GitHub's, or an execution of Step Functions. */
export type Lasting = 'job' | 'execution';

const LONGEST: Readonly<Record<Lasting, number>> = {
  job: LONGEST_MS,
  execution: 365 * 24 * 3_600_000,
};

export function isTooLong(ms: number, lasting: Lasting): boolean {
  return ms > LONGEST[lasting];
}

export function tooLong(lasting: Lasting): string {
  return lasting === 'job' ? TOO_LONG : 'no execution of Step Functions lasts longer than a year';
}

/** Milliseconds of `90s`, `5m`, `1h30m`; nothing for anything else, a bare number included. */
export function durationMs(text: string): number | undefined {
  const trimmed = text.trim();
  return DURATION.test(trimmed) ? (parseDuration(trimmed) ?? undefined) : undefined;
}
