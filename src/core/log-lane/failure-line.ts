/** How a version's log lines are written: Lambda's `LoggingConfig.LogFormat`. */
export type LogFormat = 'Text' | 'JSON';

/** A request that failed, as one line of a log tells it. */
export interface FailureLine {
  /** `platform`: Lambda ended the request or the environment. `runtime`: the handler threw, and the runtime wrote so. */
  readonly kind: 'platform' | 'runtime';
  /** Null when the line names none. */
  readonly requestId: string | null;
}

const ID = '([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})';

/**
 * What Lambda and its runtimes write in plain text when a request fails, and nobody else does. A plain ERROR counts
 * nothing: Node writes its own warnings at that level. Sources: the runtimes' public code (awslambdaric `bootstrap.py`,
 * nodejs-runtime-interface-client `LogPatch.js`, ruby `lambda_logger.rb`, aws-lambda-go `invoke_loop.go`) and recorded
 * REPORT lines; `Task timed out` is how a timeout was written before `Status: timeout`.
 */
const TEXT_LINES: readonly { readonly kind: FailureLine['kind']; readonly line: RegExp }[] = [
  {
    kind: 'platform',
    line: new RegExp(`^REPORT RequestId: ${ID}\\t.*\\tStatus: (?:error|timeout|failure)\\b`, 's'),
  },
  { kind: 'platform', line: new RegExp(`^\\S+Z ${ID} Task timed out after [\\d.]+ seconds`) },
  {
    kind: 'runtime',
    line: new RegExp(
      `^\\S+Z\\t${ID}\\tERROR\\t(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection)\\s`,
    ),
  },
  // A logger of the code's own writes a tab where the runtime writes a space.
  {
    kind: 'runtime',
    line: /^\[ERROR\] [A-Za-z_].*[\r\n]Traceback \(most recent call last\):/s,
  },
  { kind: 'runtime', line: /^Error raised from handler method\s*$/ },
  { kind: 'runtime', line: /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \{"errorMessage":/ },
];

/**
 * What a line of a log says of a failed request; null when it says nothing of one. Lines that only repeat what a REPORT
 * says (INIT_REPORT, `Runtime exited …`) say nothing.
 */
export function failureIn(message: string, format: LogFormat): FailureLine | null {
  return format === 'JSON' ? failureInJson(message) : failureInText(message);
}

function failureInText(message: string): FailureLine | null {
  for (const { kind, line } of TEXT_LINES) {
    const found = line.exec(message);
    if (found !== null) return { kind, requestId: found[1] ?? null };
  }
  return null;
}

/**
 * A `platform.report` of any other status than success (it says success also of an exception that the runtime caught),
 * and what Python's runtime writes of an exception: its loggers write `level` in the place of `log_level`.
 */
function failureInJson(message: string): FailureLine | null {
  const line = recordIn(message);
  const report = line['type'] === 'platform.report' ? recordOf(line['record']) : {};
  if (typeof report['status'] === 'string' && report['status'] !== 'success') {
    return { kind: 'platform', requestId: idIn(report) };
  }
  return line['log_level'] === 'ERROR' && 'errorType' in line
    ? { kind: 'runtime', requestId: idIn(line) }
    : null;
}

type JsonObject = Readonly<Record<string, unknown>>;

function recordIn(message: string): JsonObject {
  try {
    return recordOf(JSON.parse(message));
  } catch {
    return {};
  }
}

function recordOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function idIn({ requestId }: JsonObject): string | null {
  return typeof requestId === 'string' && requestId !== '' ? requestId : null;
}

/** Lines that tell of a failure of the platform, or of an initialisation that failed. */
const COVERING = /^(?:INIT_REPORT|REPORT RequestId: \S+)\s.*\bStatus: (?:error|timeout|failure)\b/s;
const DURATION = /(?<!Billed (?:Restore )?)Duration: ([\d.]+) ms/g;
const COVERING_TYPES: readonly unknown[] = ['platform.report', 'platform.initReport'];

/**
 * For how long before its own time a line speaks, in milliseconds: a report with a status covers whatever its environment
 * logged during the request or its initialisation. Undefined for every other line.
 */
export function coveredMs(message: string, format: LogFormat): number | undefined {
  return format === 'JSON' ? coveredMsInJson(message) : coveredMsInText(message);
}

function coveredMsInText(message: string): number | undefined {
  if (!COVERING.test(message)) return undefined;
  return sum([...message.matchAll(DURATION)].map(([, ms]) => Number(ms)));
}

function coveredMsInJson(message: string): number | undefined {
  const line = recordIn(message);
  const { status, metrics } = recordOf(line['record']);
  if (!COVERING_TYPES.includes(line['type']) || status === undefined || status === 'success') {
    return undefined;
  }
  const { durationMs, initDurationMs } = recordOf(metrics);
  return sum([durationMs, initDurationMs].filter((ms) => typeof ms === 'number'));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
