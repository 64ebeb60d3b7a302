/** What will happen by itself at a known time. Of one moment, what was added first comes first. */
export interface Agenda {
  /** @returns a function that prevents it */
  add(at: number, act: () => void): () => void;
  /** When something happens next. */
  readonly next: () => number | undefined;
  /** Lets the next thing happen, and nothing else. */
  runNext(): void;
  /** Lets everything happen that is due by then, in order of time. */
  runUntil(at: number): void;
}

interface Appointment {
  readonly at: number;
  readonly act: () => void;
}

export function createAgenda(): Agenda {
  const entries: Appointment[] = [];

  const next = () => entries[0]?.at;
  const runNext = () => {
    entries.shift()?.act();
  };
  return {
    add(at, act) {
      const entry = { at, act };
      const later = entries.findIndex((each) => each.at > at);
      entries.splice(later === -1 ? entries.length : later, 0, entry);
      return () => {
        const index = entries.indexOf(entry);
        if (index !== -1) entries.splice(index, 1);
      };
    },
    next,
    runNext,
    runUntil(at) {
      while ((next() ?? Infinity) <= at) runNext();
    },
  };
}
