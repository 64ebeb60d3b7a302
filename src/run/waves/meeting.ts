/** How far the members of a group have come; who is ahead waits for the others. */
export interface Meeting {
  /**
   * Resolves when every member has come as far, or has left.
   * @param place grows with the way; the same for all
   * @throws with its reason when the signal is aborted
   */
  reach(member: number, place: number, signal: AbortSignal): Promise<void>;
  /** Nobody waits for this one any more. */
  leave(member: number): void;
}

interface Waiting {
  readonly place: number;
  readonly goOn: () => void;
}

/** Who has come least far is never waited for by itself: so they cannot wait for each other. */
export function createMeeting(members: number): Meeting {
  const places = new Array<number>(members).fill(-Infinity);
  const waiting = new Set<Waiting>();

  function move(member: number, place: number): void {
    places[member] = Math.max(places[member] ?? -Infinity, place);
    const behind = Math.min(...places);
    for (const each of [...waiting].filter((one) => one.place <= behind)) {
      waiting.delete(each);
      each.goOn();
    }
  }

  return {
    async reach(member, place, signal) {
      signal.throwIfAborted();
      move(member, place);
      if (Math.min(...places) >= place) return;
      const over = new AbortController();
      await new Promise<void>((resolve, reject) => {
        const one = { place, goOn: resolve };
        waiting.add(one);
        signal.addEventListener(
          'abort',
          () => {
            waiting.delete(one);
            reject(signal.reason as Error);
          },
          { once: true, signal: over.signal },
        );
      }).finally(() => {
        over.abort();
      });
    },
    leave(member) {
      move(member, Infinity);
    },
  };
}
