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
  let awake = 0;
  // Counted and not held in a set: V8 keeps what was in one alive through the tables that it outgrew, until the whole
  // heap is collected, and a program has thousands of timers.
  const keepAwake = (change: 1 | -1) => {
    awake += change;
    onAwake(awake);
  };

  function startTimer(act: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) {
    let cancel: (() => void) | undefined;
    let isRef = true;
    let isAwake = false;
    const settle = () => {
      const isWanted = isRef && cancel !== undefined;
      if (isWanted === isAwake) return;
      isAwake = isWanted;
      keepAwake(isWanted ? 1 : -1);
    };
    const timer = {
      ref() {
        isRef = true;
        settle();
        return timer;
      },
      unref() {
        isRef = false;
        settle();
        return timer;
      },
      hasRef: () => isRef,
      refresh() {
        cancel?.();
        cancel = time.at(time.now() + Math.max(0, ms), () => {
          cancel = undefined;
          settle();
          act(...values);
        });
        settle();
        return timer;
      },
      close() {
        cancel?.();
        cancel = undefined;
        settle();
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
