import { changedSince, keyOf, replaces, type Finding } from '../core/checks/finding.ts';
import { describeParting, parted } from '../core/moment.ts';
import type { Entry } from '../core/report/entry.ts';
import { beginStory, tell, type Line } from '../core/report/log.ts';
import type { Clock, Journal } from '../ports.ts';
import { momentOf } from './moment.ts';

/** @param print tells a line of the log; throws nothing: what cannot be told must not end what is told of */
export function createJournal(clock: Clock, print: (line: Line) => void): Journal {
  let lookedAt = momentOf(clock);
  const startedAt = lookedAt.timeOfDay;
  const { entries, keep } = createArchive();
  const listeners: ((entry: Entry) => void)[] = [];
  let memory = beginStory(startedAt);

  function record(entry: Entry): void {
    const now = momentOf(clock);
    const aheadMs = parted(lookedAt, now);
    lookedAt = now;
    if (aheadMs !== 0) {
      keepAndTell({ type: 'warning', at: now.timeOfDay, text: describeParting(aheadMs) });
    }
    keepAndTell(entry);
  }

  function keepAndTell(entry: Entry): void {
    keep(entry);
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
      record({ type: 'note', at: clock.timeOfDay(), text });
    },
    warn: (text) => {
      record({ type: 'warning', at: clock.timeOfDay(), text });
    },
    follow: (listener) => {
      listeners.push(listener);
    },
  };
}

/** What is kept of what happened. Of findings it is the news alone: over days, all of them would fill the memory. */
export function createArchive(): {
  readonly entries: readonly Entry[];
  readonly keep: (entry: Entry) => void;
} {
  const entries: Entry[] = [];
  const latest = new Map<string, Finding>();

  function newsOf(reading: Reading): Reading {
    const findings = changedSince(latest, reading.findings);
    forget(new Set(findings.filter(replaces).map(keyOf)));
    for (const finding of findings) latest.set(keyOf(finding), finding);
    return { ...reading, findings };
  }

  function forget(replaced: ReadonlySet<string>): void {
    if (![...replaced].some((key) => latest.has(key))) return;
    for (const [index, entry] of entries.entries()) {
      if (entry.type !== 'reading') continue;
      const findings = entry.findings.filter((finding) => !replaced.has(keyOf(finding)));
      if (findings.length < entry.findings.length) entries[index] = { ...entry, findings };
    }
  }

  return {
    entries,
    keep: (entry) => {
      entries.push(entry.type === 'reading' ? newsOf(entry) : entry);
    },
  };
}

type Reading = Extract<Entry, { readonly type: 'reading' }>;
