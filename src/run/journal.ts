import type { Entry } from '../core/report/entry.ts';
import { beginStory, tell, type Line } from '../core/report/log.ts';
import type { Clock, Journal } from '../ports.ts';

/** Keeps what happened for the report, and tells it in the log as it happens. */
export interface Chronicle extends Journal {
  readonly startedAt: number;
  readonly entries: readonly Entry[];
  readonly note: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Calls the listener with every entry from now on. */
  readonly follow: (listener: (entry: Entry) => void) => void;
}

/** @param print throws nothing: what cannot be told must not end what is told of */
export function createChronicle(clock: Clock, print: (line: Line) => void): Chronicle {
  const startedAt = clock.now();
  const entries: Entry[] = [];
  const listeners: ((entry: Entry) => void)[] = [];
  let memory = beginStory(startedAt);

  function record(entry: Entry): void {
    // One of these knows all that the one before knew; over days they would fill the memory.
    const known = entries.findIndex(({ type }) => type === 'comparisons');
    if (entry.type === 'comparisons' && known >= 0) entries.splice(known, 1);
    entries.push(entry);
    const told = tell(memory, entry);
    memory = told.memory;
    told.lines.forEach(print);
    for (const listener of listeners) listener(entry);
  }

  return {
    startedAt,
    entries,
    record,
    note: (text) => {
      record({ type: 'note', at: clock.now(), text });
    },
    follow: (listener) => {
      listeners.push(listener);
    },
    warn: (text) => {
      record({ type: 'warning', at: clock.now(), text });
    },
  };
}
