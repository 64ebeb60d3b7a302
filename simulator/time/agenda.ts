/** What will happen by itself at a known time. */
export interface Agenda {
  add(at: number, act: () => void): void;
  /** Lets everything happen that is due by then, in order of time. */
  runUntil(at: number): void;
}

export function createAgenda(): Agenda {
  const entries: { readonly at: number; readonly act: () => void }[] = [];
  return {
    add(at, act) {
      entries.push({ at, act });
      entries.sort((one, other) => one.at - other.at);
    },
    runUntil(at) {
      for (let next = entries[0]; next !== undefined && next.at <= at; next = entries[0]) {
        entries.shift();
        next.act();
      }
    },
  };
}
