import parseDuration from 'parse-duration';

// parse-duration skips what it does not know and takes a bare number for milliseconds.
const DURATION = /^(?:\d+(?:\.\d+)?\s*(?:s|sec|m|min|h|d)\s*)+$/;

/** Milliseconds of `90s`, `5m`, `1h30m`; nothing for anything else, a bare number included. */
export function durationMs(text: string): number | undefined {
  const trimmed = text.trim();
  return DURATION.test(trimmed) ? (parseDuration(trimmed) ?? undefined) : undefined;
}
