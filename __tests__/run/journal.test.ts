import { describe, expect, it } from '@jest/globals';

import type { AlarmFinding } from '../../src/core/checks/alarms.ts';
import type { DurationFinding } from '../../src/core/checks/durations.ts';
import type { Finding } from '../../src/core/checks/finding.ts';
import type { Entry } from '../../src/core/report/entry.ts';
import { reportOf } from '../../src/core/report/report.ts';
import { ended } from '../../src/core/report/ending.ts';
import { PASS } from '../../src/core/rollout/verdict.ts';
import type { Checks, Journal } from '../../src/ports.ts';
import { startWatch } from '../../src/run/rollout/watch.ts';
import { createArchive, createJournal } from '../../src/run/journal.ts';
import { moment } from '../fixtures/moments.ts';

const clock = { now: () => 1_000, timeOfDay: () => 1_000, sleep: () => Promise.resolve() };
const journal = (): Journal => createJournal(clock, () => undefined);
const reading = (at: number, ...findings: readonly Finding[]): Entry => ({
  type: 'reading',
  at,
  verdict: PASS,
  findings,
});
const alarm = (at: number, state: string, verdict = PASS): AlarmFinding => ({
  kind: 'alarm',
  check: 'errors',
  at,
  verdict,
  state,
  detail: '',
});
const durations = (at: number, target = 'checkout:live'): DurationFinding => ({
  kind: 'duration',
  check: target,
  at,
  verdict: PASS,
  target,
  baseline: { p50: null, p90: null, p99: null },
  canary: { p50: null, p90: null, p99: null },
  tests: [],
});
const kept = ({ entries }: Pick<Journal, 'entries'>) =>
  entries.flatMap((entry) => (entry.type === 'reading' ? entry.findings : []));

describe('the journal', () => {
  it('keeps every change of a state, and nothing of a reading that is like the one before', () => {
    const all = journal();
    const first = alarm(1, 'OK');
    const red = { kind: 'fail', reason: 'red' } as const;
    const later = [alarm(3, 'ALARM'), alarm(4, 'ALARM', red), alarm(5, 'OK')];
    for (const each of [first, alarm(2, 'OK'), ...later, alarm(6, 'OK')]) {
      all.record(reading(each.at, each));
    }
    expect(kept(all)).toEqual([first, ...later]);
  });

  it('keeps of what grows with the rollout only the newest, whenever each of them was read', () => {
    const all = journal();
    all.record(reading(1, durations(1, 'a'), durations(1, 'b'), alarm(1, 'OK')));
    all.record(reading(2, durations(2, 'b')));
    all.record(reading(3, durations(3, 'a')));
    expect(kept(all)).toEqual([alarm(1, 'OK'), durations(2, 'b'), durations(3, 'a')]);
  });

  it('keeps of a bake the state that it began with alone, and what came after it', () => {
    const all = createArchive();
    const baking = (step: number, at: number): Entry => ({
      type: 'state',
      at,
      state: {
        phase: 'baking',
        step,
        shiftedAt: moment(0),
        since: moment(0),
        until: 60_000,
        readAt: at,
      },
    });
    for (const [step, at] of [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 4],
      [1, 5],
    ] as const) {
      all.keep(baking(step, at));
    }
    expect(all.entries).toEqual([baking(0, 1), baking(1, 4)]);
  });

  it('tells listeners everything, and prints what the log says of it', () => {
    const printed: string[] = [];
    const heard: Entry[] = [];
    const all = createJournal(clock, ({ text }) => printed.push(text));
    all.follow((entry) => heard.push(entry));
    all.record(reading(1_000, alarm(1, 'OK')));
    all.record(reading(2_000, alarm(2, 'OK')));
    all.warn('careful');
    expect(heard).toHaveLength(3);
    expect(heard[1]).toEqual(reading(2_000, alarm(2, 'OK')));
    expect(printed).toEqual(['[+0 s] careful']);
  });

  it('says once, and before what is told next, that the machine stood still meanwhile', () => {
    let [now, timeOfDay] = [1_000, 1_000];
    const both = { now: () => now, timeOfDay: () => timeOfDay, sleep: () => Promise.resolve() };
    const all = createJournal(both, () => undefined);
    const pass = (steadyMs: number, timeOfDayMs = steadyMs) => {
      now += steadyMs;
      timeOfDay += timeOfDayMs;
      all.note('told');
    };
    pass(15_000);
    pass(15_000, 15_000 + 12 * 60_000);
    pass(15_000);
    pass(15_000, 4_000 + 15_000);
    pass(15_000, -3_600_000);
    const texts = all.entries.map((entry) => ('text' in entry ? entry.text : ''));
    expect(texts).toEqual([
      'told',
      expect.stringContaining('This machine stood still for about 12 min'),
      'told',
      'told',
      'told',
      expect.stringContaining('was set back by about 1 h'),
      'told',
    ]);
  });

  it('makes the same report of what it keeps as of all that happened', () => {
    const all = journal();
    const happened = [1, 2, 3, 4].map((at) =>
      reading(at, durations(at), alarm(at, at < 3 ? 'OK' : 'ALARM'), durations(at, 'cart:live')),
    );
    happened.forEach(all.record);
    const ending = ended('promoted', '');
    const span = { startedAt: 0, endedAt: 5 };
    expect(reportOf(all.entries, ending, span)).toEqual(reportOf(happened, ending, span));
  });
});

/** Of kinds that nothing knows by name: what words them would not compile, what passes them on does not ask. */
const weather = (at: number, state: string) =>
  ({ kind: 'weather', check: 'Dublin', at, verdict: PASS, state }) as unknown as Finding;
const rainfall = (at: number) =>
  ({ kind: 'rainfall', check: 'Dublin', at, verdict: PASS, millimetres: at }) as unknown as Finding;

describe('a finding of a kind that is new', () => {
  it('passes through the watch, the journal and the report', async () => {
    const read = async (at: number, ...findings: readonly Finding[]) => {
      const checks = findings.map((finding): Checks => ({
        assess: () => Promise.resolve({ verdict: PASS, findings: [finding], warnings: [] }),
      }));
      const bake = {
        weight: 10,
        bakeMs: 1,
        shiftedAt: moment(0),
        since: moment(0),
        promotionNext: false,
        takenOver: false,
        longestMs: Infinity,
        latest: Infinity,
      };
      const watch = startWatch(
        checks.map((each) => ({ checks: each, intervalMs: 1_000, gates: true })),
        {
          now: () => at,
          timeOfDay: () => at,
          sleep: (_, signal) =>
            new Promise((wake) =>
              signal?.addEventListener('abort', () => {
                wake();
              }),
            ),
        },
      );
      const { findings: seen } = await watch.read(at, bake, new AbortController().signal);
      watch.stop();
      return reading(at, ...seen);
    };
    const entries = [
      await read(1, weather(1, 'dry'), rainfall(1), alarm(1, 'OK')),
      await read(2, weather(2, 'dry'), rainfall(2), alarm(2, 'OK')),
      await read(3, weather(3, 'wet'), rainfall(3), alarm(3, 'OK')),
    ];
    const archive = createArchive();
    entries.forEach(archive.keep);
    const span = { startedAt: 0, endedAt: 5 };
    const report = reportOf(archive.entries, ended('promoted', ''), span);
    expect(report.findings).toEqual([
      weather(1, 'dry'),
      alarm(1, 'OK'),
      weather(3, 'wet'),
      rainfall(3),
    ]);
  });
});
