import { describe, expect, it } from '@jest/globals';

import type { HistoryItem } from '../../simulator/cloudwatch/alarms.ts';
import { CALM, CARRIED, LEFT } from '../../promises/calm.ts';
import { UNHARMED } from '../../promises/jobs.ts';
import { play } from '../../promises/play.ts';
import { STABLE, type Played, type TrueAlias } from '../../promises/stage.ts';
import { violationsOf } from '../../promises/promises.ts';
import type { Scenario, JobScenario } from '../../promises/scenario.ts';
import { scenarioOf } from '../../promises/draw.ts';

const RED: HistoryItem = {
  type: 'StateUpdate',
  at: 0,
  alarm: 'alarm1',
  kind: 'LogAlarm',
  from: 'OK',
  fromReason: '',
  to: 'ALARM',
  reason: '',
  reasonData: '',
};

const outcomes = ({ told }: Played) => told.map(({ ending }) => ending?.outcome);
const promises = (played: Played) => [
  ...new Set(violationsOf(played).map(({ promise }) => promise)),
];

describe('a simulated rollout', () => {
  it('is promoted when nothing goes wrong, in the time of its plan', async () => {
    const played = await play(CALM);
    expect(outcomes(played)).toEqual(['promoted']);
    const [told] = played.told;
    const seconds = ((told?.endedAt ?? 0) - (told?.startedAt ?? 0)) / 1000;
    expect(seconds).toBeGreaterThan(180);
    expect(seconds).toBeLessThan(200);
  });

  it('is the same again for the same seed', async () => {
    // Modules that are loaded on the way upset the order of the very first one.
    await play(CALM);
    const scenario = { ...scenarioOf(11), faultRate: 0.3 };
    const [one, other] = [await play(scenario), await play(scenario)];
    expect(one.trace.length).toBeGreaterThan(20);
    expect(other.trace).toEqual(one.trace);
  });

  it('is the same again in what is still on its way when every process has ended', async () => {
    // In this one a call hangs that nobody waits for any more, and is made again.
    const traces: (readonly string[])[] = [];
    for (let turn = 0; turn < 4; turn++) traces.push((await play(scenarioOf(46))).trace);
    expect(traces.slice(2)).toEqual([traces[1], traces[1]]);
    expect(traces[1]?.join('\n')).toMatch(/-- failed: [^]*GetFunction$/);
  });

  it.each(Array.from({ length: 60 }, (_, index) => index + 1))(
    'keeps every promise, whatever goes wrong: seed %d',
    async (seed) => {
      expect(violationsOf(await play(scenarioOf(seed)))).toEqual([]);
    },
  );

  it('is put back by the post step when the process is killed', async () => {
    const played = await play({
      ...CALM,
      death: { afterMs: 100_000, what: 'killed', forMs: 0, atWrite: undefined },
    });
    expect(outcomes(played)).toEqual([undefined, 'reverted']);
  });

  it('is put back and begun anew by the next run when the runner dies', async () => {
    const death = { afterMs: 100_000, what: 'runner died', forMs: 0, atWrite: undefined } as const;
    const played = await play({ ...CALM, death });
    expect(outcomes(played)).toEqual([undefined, 'promoted']);
    expect(played.trace.join('\n')).toContain('version 1 is live again');
  });

  it('goes on in another job, and is reverted by a third', async () => {
    const over = (...modes: readonly JobScenario['mode'][]) =>
      play({
        ...CALM,
        jobs: modes.map((mode) => ({
          mode,
          gap: { ms: 60_000, what: undefined },
          death: UNHARMED,
        })),
      });
    expect(outcomes(await over('start', 'step', 'promote'))).toEqual(['held', 'held', 'promoted']);
    expect(outcomes(await over('start', 'revert'))).toEqual(['held', 'reverted']);
  });

  it('wins against a run that comes later', async () => {
    const played = await play({ ...CALM, rivalAfterMs: 30_000 });
    expect(outcomes(played)).toEqual(['failed', 'promoted']);
    expect(violationsOf(played)).toEqual([]);
  });
});

const LOGGED = {
  ...CALM,
  traffic: { requestsPerSecond: 20, stableErrorRate: 0, canaryErrorRate: 1 },
  logs: { mode: 'on', troubles: [] },
} as const;

describe('a simulated rollout whose logs are read', () => {
  it('is reverted by them when its version always fails', async () => {
    const played = await play(LOGGED);
    expect(outcomes(played)).toEqual(['reverted']);
    expect(played.told[0]?.ending?.reason).toContain('errors in the logs of f1:live');
    expect(violationsOf(played)).toEqual([]);
  });

  it.each([
    'logs denied',
    'logs throttled',
    'logs hang',
    'logs slow and in pages',
    'logs never whole',
  ] as const)('is reverted by its minutes when they are of no use: %s', async (what) => {
    const troubles = [{ what, afterMs: 0, forMs: 30 * 60_000 }];
    const played = await play({ ...LOGGED, logs: { mode: 'on', troubles } });
    expect(outcomes(played)).toEqual(['reverted']);
    expect(played.told[0]?.ending?.reason).toContain('errors of f1:live');
    expect(violationsOf(played)).toEqual([]);
  });
});

describe('the check of the promises', () => {
  /** The aliases as they were, but for one record that is not what it was. */
  function doctored(played: Played, index: number, change: Partial<TrueAlias>): Played {
    const aliases = played.aliases.map((record, at) =>
      at === index ? { ...record, ...change } : record,
    );
    return { ...played, aliases };
  }

  // The alias was created, then shifted to 10, 50 and 100 %, and then its mark was taken off.
  it.each<[string, number, Partial<TrueAlias>, number]>([
    ['more weight than the step has', 1, { weights: { '3': 0.5 } }, 1],
    ['a promotion that the alias does not show', 4, { version: '1' }, 4],
    ['a step that was skipped', 2, { weights: { '3': 0.1 } }, 6],
  ])('notices %s', async (_, index, change, promise) => {
    expect(promises(doctored(await play(CALM), index, change))).toContain(promise);
  });

  it('notices that somebody else’s write was overwritten', async () => {
    const played = await play(CALM);
    const foreign = { by: 'others', weights: { '3': 0.123 } } as const;
    expect(promises(doctored(played, 1, foreign))).toContain(5);
  });

  it('notices that logs revert a version that is no worse, or that were to be observed', async () => {
    const played = await play(LOGGED);
    const traffic = { ...LOGGED.traffic, stableErrorRate: 1 };
    expect(promises({ ...played, scenario: { ...LOGGED, traffic } })).toContain(15);
    const told = played.told.map((each) => ({
      ...each,
      config: {
        ...each.config,
        analysisLogs: { ...each.config.analysisLogs, mode: 'observe' as const },
      },
    }));
    expect(promises({ ...played, told })).toContain(15);
  });

  it('notices alarms that were not read at their pace beside the logs', async () => {
    const played = await play({ ...LOGGED, traffic: { ...LOGGED.traffic, canaryErrorRate: 0 } });
    const asked = played.attempts.filter(({ operation }) => operation === 'DescribeAlarms');
    const one = asked[Math.floor(asked.length / 2)];
    const attempts = played.attempts.filter((attempt) => attempt !== one);
    expect(promises(played)).toEqual([]);
    expect(promises({ ...played, attempts })).toEqual([11]);
  });

  it('notices a step that ended while an alarm was in doubt', async () => {
    const doubt = { kind: 'inconclusive', reason: 'no data' } as const;
    const played = await play({ ...LOGGED, traffic: { ...LOGGED.traffic, canaryErrorRate: 0 } });
    const told = played.told.map((each) => ({
      ...each,
      entries: each.entries.map((entry) =>
        entry.type === 'reading'
          ? { ...entry, findings: entry.findings.map((one) => ({ ...one, verdict: doubt })) }
          : entry,
      ),
    }));
    expect(promises({ ...played, told })).toContain(2);
  });

  it('notices an alarm that was red unseen', async () => {
    const played = await play(CALM);
    const at = (played.told[0]?.startedAt ?? 0) + 60_000;
    const red = { ...RED, at };
    const { simulator } = played;
    const alarms = { ...simulator.alarms, history: [...simulator.alarms.history, red] };
    expect(promises({ ...played, simulator: { ...simulator, alarms } })).toContain(8);
  });

  it('notices readings that are missing', async () => {
    const played = await play(CALM);
    const requests = played.requests.filter(({ operation }) => operation !== 'DescribeAlarms');
    expect(promises({ ...played, requests })).toContain(2);
  });

  it('notices a minute in which no alarm was asked for', async () => {
    const played = await play(CALM);
    const begun = played.told[0]?.startedAt ?? 0;
    const attempts = played.attempts.filter(
      ({ operation, at }) =>
        operation !== 'DescribeAlarms' || at < begun + 60_000 || at > begun + 120_000,
    );
    expect(promises({ ...played, attempts })).toContain(11);
  });

  it('notices a revert that waited for something', async () => {
    const played = await play({
      ...CALM,
      happenings: [{ afterMs: 100_000, what: 'alarm', forMs: 0 }],
    });
    expect(violationsOf(played)).toEqual([]);
    const attempts = played.attempts.map((attempt) =>
      attempt.version === STABLE && Object.keys(attempt.routing ?? {}).length === 0
        ? { ...attempt, at: attempt.at + 2_000 }
        : attempt,
    );
    expect(promises({ ...played, attempts })).toEqual([12]);
  });

  it('notices a weight that came after the deadline', async () => {
    const played = await play(CALM);
    const told = played.told.map((each) => ({
      ...each,
      config: { ...each.config, jobLastsMs: 5 * 60_000 },
    }));
    expect(promises({ ...played, told })).toEqual([13]);
  });

  it('notices an alarm that was red while nobody lived', async () => {
    const gap = { ms: 60_000, what: undefined };
    const played = await play({
      ...CALM,
      jobs: [
        { mode: 'start', gap, death: UNHARMED },
        { mode: 'promote', gap, death: UNHARMED },
      ],
    });
    expect(violationsOf(played)).toEqual([]);
    const { simulator } = played;
    const red = { ...RED, at: (played.told[1]?.startedAt ?? 0) - 30_000 };
    const alarms = { ...simulator.alarms, history: [...simulator.alarms.history, red] };
    expect(promises({ ...played, simulator: { ...simulator, alarms } })).toContain(14);
  });

  it('notices a job that watches nothing while it looks at what it goes on with', async () => {
    const gap = { ms: 60_000, what: undefined };
    const played = await play({
      ...CALM,
      jobs: [
        { mode: 'start', gap, death: UNHARMED },
        { mode: 'promote', gap, death: UNHARMED },
      ],
    });
    const last = played.told.at(-1);
    // Killed before its rollout began.
    const told = played.told.map((each) =>
      each === last
        ? {
            ...each,
            entries: each.entries.filter(({ type }) => type !== 'state'),
            ending: undefined,
            endedAt: each.startedAt + 60_000,
          }
        : each,
    );
    const attempts = played.attempts.filter(
      ({ by, operation }) => by !== last?.process || !operation.startsWith('DescribeAlarm'),
    );
    expect(promises({ ...played, told, attempts })).toContain(11);
  });

  describe('of what AWS carries', () => {
    const CANCELLED: Scenario = {
      ...CARRIED,
      death: { afterMs: 100_000, what: 'cancelled', forMs: 0, atWrite: undefined },
    };

    it('notices a split that nobody puts back', async () => {
      const played = await play({ ...LEFT, alarms: 0 });
      expect(promises(doctored(played, 4, { weights: { '3': 0.5 } }))).toContain(7);
    });

    it('notices a step that ended without a reading', async () => {
      const played = await play(LEFT);
      const requests = played.requests.filter(
        ({ operation, by }) => operation !== 'DescribeAlarms' || by === 'main',
      );
      expect(promises({ ...played, requests })).toContain(2);
    });

    it('notices a time in which the machine asked for no alarm', async () => {
      const played = await play(LEFT);
      const begun = played.carriers[0]?.startedAt ?? 0;
      const attempts = played.attempts.filter(
        ({ operation, at }) =>
          operation !== 'DescribeAlarms' || at < begun + 60_000 || at > begun + 120_000,
      );
      expect(promises({ ...played, attempts })).toContain(11);
    });

    it('notices an execution that has no end', async () => {
      const played = await play(LEFT);
      const carriers = played.carriers.map((each) => ({ ...each, endedAt: Infinity }));
      expect(promises({ ...played, carriers })).toContain(7);
    });

    it('notices that a cancelled job took its time, or stopped the execution first', async () => {
      const played = await play(CANCELLED);
      expect(outcomes(played)).toEqual(['reverted']);
      expect(violationsOf(played)).toEqual([]);
      const attempts = played.attempts.map((attempt) =>
        attempt.by === 'main' && attempt.operation === 'UpdateAlias'
          ? { ...attempt, at: attempt.at + 2_000 }
          : attempt,
      );
      expect(promises({ ...played, attempts })).toEqual([12]);
      const stopped = played.requests.find(({ operation }) => operation === 'StopExecution');
      const cancelledAt = played.told[0]?.cancelledAt ?? 0;
      const requests = played.requests.map((each) =>
        each === stopped ? { ...each, at: cancelledAt } : each,
      );
      expect(promises({ ...played, requests })).toEqual([11]);
    });

    it('notices that AWS goes on after it was said to be over', async () => {
      const played = await play(CANCELLED);
      const told = played.told.map((each) => ({
        ...each,
        endedAt: (played.carriers[0]?.startedAt ?? 0) + 1,
      }));
      expect(promises({ ...played, told })).toContain(4);
    });
  });

  it('notices a split that nobody tells of', async () => {
    const played = await play({
      ...CALM,
      death: { afterMs: 100_000, what: 'killed', forMs: 0, atWrite: undefined },
    });
    const last = played.aliases.length - 1;
    expect(promises(doctored(played, last, { weights: { '3': 0.1 } }))).toContain(7);
  });
});
