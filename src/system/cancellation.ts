// A runner sends SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL; some send SIGHUP when the worker
// goes away (actions/runner#1309).
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborted by the first signal that asks the process to end. The later ones change nothing: the process
 * is putting the aliases back, and ends by itself right after.
 */
export function listenForCancellation(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      controller.abort(new Error(`cancelled (${signal})`));
    });
  }
  return controller.signal;
}
