import { RunnerGone } from '../core/problems.ts';

// A runner sends SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL. On Windows Ctrl+C and Ctrl+Break stand for the first two;
// the second ends whoever does not listen, in the middle of the revert.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const;

export interface Cancellation {
  /** Aborted by the first sign that the process is to end; its reason says which. */
  readonly signal: AbortSignal;
  /**
   * A function that writes to the log, as one that throws nothing and after which `signal` is aborted if nobody reads
   * the log any more. The stream tells of that only a turn later, when the next weight may be on its way already.
   */
  guard<A extends readonly unknown[]>(write: (...args: A) => void): (...args: A) => void;
}

/**
 * Listens for what asks the process to end, from here on. Later signs change nothing: the process is
 * putting the aliases back, and ends by itself right after. A log that cannot be written is harmless but for that.
 */
export function listenForCancellation(): Cancellation {
  const controller = new AbortController();
  const gone = () => {
    controller.abort(new RunnerGone());
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      controller.abort(new Error(`cancelled (${signal})`));
    });
  }
  // Some send it when the worker goes away (actions/runner#1309). One that dies sends nothing: only its end of the
  // log is closed.
  process.on('SIGHUP', () => {
    controller.abort(new RunnerGone('cancelled (SIGHUP)'));
  });
  const streams = [process.stdout, process.stderr];
  // Without a listener, a broken pipe ends the process in the middle of whatever it does.
  for (const stream of streams) stream.on('error', gone);
  return {
    signal: controller.signal,
    guard:
      (write) =>
      (...args) => {
        try {
          write(...args);
          if (streams.some(({ errored }) => errored instanceof Error)) gone();
        } catch {
          gone();
        }
      },
  };
}
