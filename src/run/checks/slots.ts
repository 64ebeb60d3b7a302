/** Does something when there is room for it. @throws the signal's reason when that is aborted before */
export type InSlot = <T>(signal: AbortSignal, act: () => Promise<T>) => Promise<T>;

/** Room for so much at once; who came first goes first. */
export function createSlots(most: number): InSlot {
  let taken = 0;
  const waiting: (() => void)[] = [];
  return async (signal, act) => {
    if (taken >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else taken += 1;
    try {
      signal.throwIfAborted();
      return await act();
    } finally {
      const next = waiting.shift();
      // The room goes to whoever waited longest, and is not free in between.
      if (next === undefined) taken -= 1;
      else next();
    }
  };
}
