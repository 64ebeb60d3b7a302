import type { Behaviour } from '../lambda/state.ts';

/** One invocation, as its environment logs it. */
export interface LoggedInvocation {
  readonly requestId: string;
  readonly version: string;
  readonly beganAt: number;
  readonly failed: boolean;
  readonly behaviour: Behaviour;
  readonly runtime: string;
  readonly format: 'Text' | 'JSON';
}

export interface LogLine {
  readonly at: number;
  readonly message: string;
}

/** How long an initialisation takes that fails. */
const INIT_MS = 300;

/** What Lambda and its runtime write of an invocation, after recordings and the runtimes' public code. */
export function linesOf(invocation: LoggedInvocation): readonly LogLine[] {
  return invocation.format === 'JSON' ? jsonLines(invocation) : textLines(invocation);
}

function textLines(invocation: LoggedInvocation): readonly LogLine[] {
  const { requestId, version, beganAt, failed, behaviour } = invocation;
  const { durationMs, noise } = behaviour;
  const end = beganAt + Math.round(durationMs);
  return [
    ...(failed && behaviour.failure === 'init' ? failedInit(beganAt - INIT_MS, 'init') : []),
    { at: beganAt, message: `START RequestId: ${requestId} Version: ${version}\n` },
    ...(noise === undefined ? [] : [{ at: beganAt, message: noise(requestId) }]),
    ...(failed ? failureLines(invocation, end) : []),
    {
      at: end,
      message:
        `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${Math.ceil(durationMs)} ms\t` +
        `Memory Size: 128 MB\tMax Memory Used: 40 MB\t${failed ? statusOf(behaviour.failure) : ''}\n`,
    },
  ];
}

/** What is written besides the REPORT. */
function failureLines(
  { requestId, beganAt, behaviour, runtime }: LoggedInvocation,
  end: number,
): readonly LogLine[] {
  switch (behaviour.failure ?? 'exception') {
    case 'timeout':
      return [];
    case 'crash':
      return [
        {
          at: end,
          message: `RequestId: ${requestId} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n`,
        },
      ];
    case 'init':
      return failedInit(beganAt, 'invoke');
    case 'exception':
      return [{ at: end, message: exception(runtime, requestId, end) }];
  }
}

function failedInit(at: number, phase: string): readonly LogLine[] {
  return [
    {
      at,
      message:
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'requests'\n" +
        'Traceback (most recent call last):',
    },
    {
      at,
      message: `INIT_REPORT Init Duration: ${INIT_MS}.00 ms\tPhase: ${phase}\tStatus: error\tError Type: Runtime.ImportModuleError\n`,
    },
  ];
}

function statusOf(failure: Behaviour['failure'] = 'exception'): string {
  switch (failure) {
    case 'timeout':
      return 'Status: timeout';
    case 'crash':
      return 'Status: error\tError Type: Runtime.ExitError';
    case 'init':
      return 'Status: error\tError Type: Runtime.ImportModuleError';
    case 'exception':
      // The runtime caught it: for Lambda all went well.
      return '';
  }
}

function exception(runtime: string, requestId: string, at: number): string {
  if (runtime.startsWith('python')) {
    return '[ERROR] ValueError: no such table\nTraceback (most recent call last):\n  File "/var/task/app.py", line 6, in handler';
  }
  if (runtime.startsWith('nodejs')) {
    return `${new Date(at).toISOString()}\t${requestId}\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"no such table"}\n`;
  }
  return 'no such table: java.lang.IllegalStateException\njava.lang.IllegalStateException: no such table\n\tat shop.Handler';
}

function jsonLines({
  requestId,
  beganAt,
  failed,
  behaviour,
  runtime,
}: LoggedInvocation): readonly LogLine[] {
  const { durationMs, failure = 'exception' } = behaviour;
  const end = beganAt + Math.round(durationMs);
  const time = new Date(end).toISOString();
  const status =
    !failed || failure === 'exception' ? 'success' : failure === 'timeout' ? 'timeout' : 'error';
  const record = { requestId, metrics: { durationMs }, status };
  const python = {
    timestamp: time,
    log_level: 'ERROR',
    errorMessage: 'no',
    errorType: 'ValueError',
    requestId,
  };
  const other = { timestamp: time, level: 'ERROR', requestId, message: { errorType: 'Error' } };
  return [
    ...(failed && failure === 'exception'
      ? [{ at: end, message: JSON.stringify(runtime.startsWith('python') ? python : other) }]
      : []),
    { at: end, message: JSON.stringify({ time, type: 'platform.report', record }) },
  ];
}
