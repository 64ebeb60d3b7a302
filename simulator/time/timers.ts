/** A time that does not pass by the machine's clock. */
export interface TimerTime {
  now(): number;
  /** @returns a function that prevents it */
  at(moment: number, act: () => void): () => void;
}

/**
 * Replaces the global setTimeout and clearTimeout by timers of another time.
 * @param onAwake is told how many timers there are for which a process has to stay alive
 * @returns a function that puts the real ones back
 */
export function replaceTimers(
  time: TimerTime,
  onAwake: (timers: number) => void = () => undefined,
): () => void {
  const real = { setTimeout, clearTimeout };
  const awake = new Set<object>();
  const keepAwake = (timer: object, does: boolean) => {
    if (does === awake.has(timer)) return;
    if (does) awake.add(timer);
    else awake.delete(timer);
    onAwake(awake.size);
  };

  function startTimer(act: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) {
    let cancel: (() => void) | undefined;
    let isRef = true;
    const timer = {
      ref() {
        isRef = true;
        keepAwake(timer, cancel !== undefined);
        return timer;
      },
      unref() {
        isRef = false;
        keepAwake(timer, false);
        return timer;
      },
      hasRef: () => isRef,
      refresh() {
        cancel?.();
        cancel = time.at(time.now() + Math.max(0, ms), () => {
          cancel = undefined;
          keepAwake(timer, false);
          act(...values);
        });
        keepAwake(timer, isRef);
        return timer;
      },
      close() {
        cancel?.();
        cancel = undefined;
        keepAwake(timer, false);
        return timer;
      },
    };
    return timer.refresh();
  }

  globalThis.setTimeout = startTimer as unknown as typeof setTimeout;
  globalThis.clearTimeout = (timer) => {
    if (typeof timer === 'object') timer.close();
  };
  return () => {
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
  };
}
