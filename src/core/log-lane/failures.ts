import type { LineSays } from './signal.ts';
import type { Side } from './streams.ts';

/** What is kept of a line that was read. */
export interface KeptLine extends LineSays {
  /** Epoch milliseconds, by AWS. */
  readonly at: number;
  readonly stream: string;
  readonly side: Side;
}

/** A request that failed. */
export interface Failure {
  readonly at: number;
  readonly side: Side;
}

/** Times of lines are whole milliseconds. */
const ROUNDED_MS = 1;
/**
 * How far apart two lines of one request may be, and a line and the report that covers it: a function's longest timeout is 15
 * minutes, and what it initialises before that takes ten seconds at most.
 */
export const LONGEST_REQUEST_MS = 16 * 60_000;

/** The lines that can still say something of failures from a moment on, where those of before are settled. */
export function linesFrom(lines: readonly KeptLine[], from: number): readonly KeptLine[] {
  return lines.filter(({ at }) => at >= from - ROUNDED_MS);
}

/**
 * One failure for each request. Lines of one stream with the same id are one, dated by the last of them. A line without an
 * id is one by itself, unless a REPORT or INIT_REPORT with a status covers it: then that REPORT, or the one of the request
 * that follows, counts. Retries of an event have its id and are requests of their own: the alias sends each anew, and
 * nearly always to another stream.
 */
export function failuresOf(lines: readonly KeptLine[]): readonly Failure[] {
  const byRequest = new Map<string, Failure>();
  const nameless: KeptLine[] = [];
  const covered = new Map<string, { readonly from: number; readonly to: number }[]>();
  for (const line of lines) {
    const { at, side, stream, failure, coveredMs } = line;
    if (coveredMs !== undefined) {
      const spans = covered.get(stream) ?? [];
      spans.push({ from: at - coveredMs - ROUNDED_MS, to: at + ROUNDED_MS });
      covered.set(stream, spans);
    }
    if (failure === null) continue;
    if (failure.requestId === null) {
      nameless.push(line);
    } else {
      const key = `${stream} ${failure.requestId}`;
      byRequest.set(key, { side, at: Math.max(at, byRequest.get(key)?.at ?? at) });
    }
  }
  const alone = nameless
    .filter(
      ({ at, stream }) =>
        covered.get(stream)?.some(({ from, to }) => at >= from && at <= to) !== true,
    )
    .map(({ at, side }) => ({ at, side }));
  return [...byRequest.values(), ...alone].sort((a, b) => a.at - b.at);
}
