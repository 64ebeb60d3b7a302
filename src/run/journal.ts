import { changedSince, keyOf, replaces, type Finding } from '../core/checks/finding.ts';
import { describeParting, parted } from '../core/moment.ts';
import type { Entry } from '../core/report/entry.ts';
import type { Line } from '../core/report/line.ts';
import { beginStory, tell } from '../core/report/log.ts';
import type { State } from '../core/rollout/state.ts';
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

/**
 * What is kept of what happened. Of findings it is the news alone, and of a bake its first state: over days, everything that each
 * poll brings would fill the memory, and take ever longer to look through.
 */
export function createArchive(): {
  readonly entries: readonly Entry[];
  readonly keep: (entry: Entry) => void;
} {
  const entries: Entry[] = [];
  const latest = new Map<string, Finding>();
  /** In which entry the newest finding stands, of what only the newest is kept. */
  const places = new Map<string, number>();
  let state: State | undefined;

  function keepReading(reading: Reading): void {
    const findings = changedSince(latest, reading.findings);
    forget(new Set(findings.filter(replaces).map(keyOf)));
    for (const finding of findings) latest.set(keyOf(finding), finding);
    const last = entries.at(-1);
    // Nothing came between: one entry tells of both.
    const earlier = last?.type === 'reading' ? last.findings : [];
    if (last?.type === 'reading') entries.pop();
    entries.push({ ...reading, findings: [...earlier, ...findings] });
    for (const finding of findings.filter(replaces)) places.set(keyOf(finding), entries.length - 1);
  }

  /** Goes through an entry once for all of them: of hundreds of functions, all that a poll brings stands in one. */
  function forget(keys: ReadonlySet<string>): void {
    for (const place of new Set([...keys].map((key) => places.get(key)))) {
      const entry = place === undefined ? undefined : entries[place];
      if (place === undefined || entry?.type !== 'reading') continue;
      const findings = entry.findings.filter((finding) => !keys.has(keyOf(finding)));
      entries[place] = { ...entry, findings };
    }
  }

  return {
    entries,
    keep(entry) {
      if (entry.type === 'reading') {
        keepReading(entry);
        return;
      }
      if (entry.type === 'state') {
        if (isSameBake(state, entry.state)) return;
        state = entry.state;
      }
      entries.push(entry);
    },
  };
}

/** A bake is told by its beginning and by what comes after it. */
function isSameBake(before: State | undefined, now: State): boolean {
  return before?.phase === 'baking' && now.phase === 'baking' && before.step === now.step;
}

type Reading = Extract<Entry, { readonly type: 'reading' }>;
