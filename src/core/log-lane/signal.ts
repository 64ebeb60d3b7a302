import { coveredMs, failureIn, type FailureLine, type LogFormat } from './failure-line.ts';

/** One thing that is looked for in logs, and judged by itself. */
export interface Signal {
  readonly name: 'logs' | 'log-errors';
  /** For FilterLogEvents: finds what may count; what a line says is read from it again. */
  readonly pattern: string;
  readonly read: (message: string) => LineSays;
}

/** What one line says. */
export interface LineSays {
  readonly failure: FailureLine | null;
  /** For how long before it the line speaks, in milliseconds; undefined for one that does not. */
  readonly coveredMs: number | undefined;
}

// At most 1,024 characters. Whether a term without quotes is found within a longer word is not documented.
const PATTERNS: Readonly<Record<LogFormat, string>> = {
  Text:
    '?"Status: timeout" ?"Status: error" ?"Status: failure" ?"Task timed out" ?"Invoke Error" ' +
    '?"Uncaught Exception" ?"Unhandled Promise Rejection" ?"[ERROR]" ?"Error raised from handler method" ?errorType',
  JSON:
    '{ (($.type = "platform.report" || $.type = "platform.initReport") && $.record.status != "success") || ' +
    '$.log_level = "ERROR" }',
};

/** What of the failures is counted: `platform` leaves out what only a runtime wrote. */
export type CountedLines = 'all' | 'platform';

/** Requests that Lambda or its runtime says have failed. */
export function failuresSignal(format: LogFormat, counted: CountedLines): Signal {
  return {
    name: 'logs',
    pattern: PATTERNS[format],
    read(message) {
      const failure = failureIn(message, format);
      const counts = counted === 'all' || failure?.kind === 'platform';
      return { failure: counts ? failure : null, coveredMs: coveredMs(message, format) };
    },
  };
}

const REQUEST_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/**
 * Whatever the user's own pattern finds. The first id in a line is taken for that of its request, so that a request that
 * logs two such lines counts once.
 */
export function ownSignal(pattern: string): Signal {
  return {
    name: 'log-errors',
    pattern,
    read: (message) => ({
      failure: { kind: 'runtime', requestId: REQUEST_ID.exec(message)?.[0] ?? null },
      coveredMs: undefined,
    }),
  };
}
