import { describe, expect, it } from '@jest/globals';

import { inputOf, machineOf, targetOf, type Reply } from '../../fixtures/both-judge.ts';
import {
  BEGIN,
  MINUTE,
  ORDINARY,
  seriesAt,
  type JudgedWorld,
} from '../../fixtures/judged-worlds.ts';
import { moment } from '../../fixtures/moments.ts';

const STEPS = [
  { weight: 10, bakeMinutes: 200 },
  { weight: 100, bakeMinutes: 30 },
];
const input = inputOf(ORDINARY, [targetOf(0, ORDINARY)], STEPS);

/** The first step, at so many minutes after it began. */
function readAt(minutes: number, world: JudgedWorld = ORDINARY) {
  const now = BEGIN + minutes * MINUTE;
  const changes = [{ at: moment(BEGIN), weight: 10 }];
  const find = seriesAt(world, changes, now);
  return { now, step: 0, since: BEGIN, shiftedAt: BEGIN, takenOver: false, changes, find };
}

const kindOf = async (reading: ReturnType<ReturnType<typeof machineOf>>) =>
  (await reading).verdict.kind;

describe('a reading of the metrics on AWS', () => {
  it('that is not of all of them says nothing, and is a failure once monitoring-grace is over', async () => {
    let isWhole = true;
    const answered = ({ MetricDataResults: [first, ...others] }: Reply): Reply => ({
      MetricDataResults:
        isWhole || first === undefined
          ? [first, ...others].filter((each) => each !== undefined)
          : [{ ...first, StatusCode: 'InternalError' }, ...others],
    });
    const machine = machineOf(input, { answered });
    expect(await kindOf(machine(readAt(10)))).toBe('pass');
    isWhole = false;
    const dark = await machine(readAt(12));
    expect(dark.verdict).toMatchObject({ kind: 'error', why: 'unseen' });
    expect(await kindOf(machine(readAt(12.01)))).toBe('fail');
    isWhole = true;
    expect(await kindOf(machine(readAt(13)))).toBe('pass');
  });

  it('is of no more minutes than its reply has room for, and the next ones make up for the rest', async () => {
    const narrow = { ...input, policy: { ...input.policy, mostMinutes: 21 } };
    const [all, some] = [machineOf(input), machineOf(narrow)];
    const whole = (await all(readAt(60))).told[0]?.counts ?? [];
    const counts: (readonly number[])[] = [];
    for (let reading = 0; reading < 3; reading++) {
      counts.push((await some(readAt(60))).told[0]?.counts ?? []);
    }
    expect(counts[0]?.[0]).toBeLessThan((whole[0] ?? 0) / 2);
    expect(counts[1]?.[0]).toBeLessThan(whole[0] ?? 0);
    expect(counts[2]).toEqual(whole);
  });

  it('takes what the alias counts for the new version only when that is alone', async () => {
    const failing = { ...ORDINARY, aloneFails: 500, namesAlone: false };
    const changes = [
      { at: moment(BEGIN), weight: 10 },
      { at: moment(BEGIN + 10 * MINUTE), weight: 100 },
    ];
    const shiftedAt = BEGIN + 10 * MINUTE;
    const now = BEGIN + 20 * MINUTE;
    const at = { now, step: 1, since: shiftedAt, shiftedAt, takenOver: false, changes };
    const find = seriesAt(failing, changes, now);
    const alone = await machineOf(input)({ ...at, find });
    const moving = await machineOf(input, { settled: false })({ ...at, find });
    expect(alone.verdict).toMatchObject({ kind: 'fail', why: 'alone' });
    expect(moving.verdict.kind).toBe('pass');
  });
});
