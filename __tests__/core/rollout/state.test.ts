import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { planOf, type Course } from '../../../src/core/rollout/plan.ts';
import { wholeCourse } from '../../fixtures/course.ts';
import {
  advance,
  isFinal,
  FROM_THE_START,
  start,
  type ActiveState,
  type Event,
  type State,
} from '../../../src/core/rollout/state.ts';
import { command, readingDue, type Command } from '../../../src/core/rollout/command.ts';
import type { Verdict } from '../../../src/core/rollout/verdict.ts';
import { moment, momentAhead } from '../../fixtures/moments.ts';

const MINUTE = 60_000;
const course = wholeCourse(
  planOf(
    [
      { weight: 10, bakeMs: 5 * MINUTE },
      { weight: 50, bakeMs: 10 * MINUTE },
    ],
    5 * MINUTE,
  ),
);

const pass: Verdict = { kind: 'pass', reason: '' };
const shifted = (at: number): Event => ({ type: 'shifted', at: moment(at) });
const assessed = (at: number, verdict: Verdict = pass): Event => ({
  type: 'assessed',
  at: moment(at),
  verdict,
});
const settled = (at: number): Event => ({ type: 'settled', at: moment(at) });
/** After everything was read once before the first weight. */
const begun = (of: Course, from = FROM_THE_START, at = 0) =>
  advance(of, start(of, from, moment(at)), assessed(at));
const after = (...events: readonly Event[]) =>
  events.reduce<State>((state, event) => advance(course, state, event), begun(course));

describe('a rollout', () => {
  it('begins with the weight of the first step', () => {
    expect(command(course, { phase: 'shifting', step: 0, standing: undefined })).toEqual({
      type: 'shift',
      step: 0,
      weight: 10,
    });
    expect(begun(course)).toEqual({ phase: 'shifting', step: 0, standing: undefined });
  });

  it('does not leave a step on a pass that was read before the end of its bake', () => {
    expect(after(shifted(0), assessed(5 * MINUTE - 1))).toMatchObject({ phase: 'baking', step: 0 });
  });

  it('leaves a step on a pass that was read at the end of its bake', () => {
    expect(after(shifted(0), assessed(5 * MINUTE))).toEqual({
      phase: 'shifting',
      step: 1,
      standing: 0,
    });
  });

  it('bakes the promotion too, and reads the alias back before it is promoted', () => {
    const state = after(
      shifted(0),
      assessed(5 * MINUTE),
      shifted(5 * MINUTE),
      assessed(15 * MINUTE),
      shifted(15 * MINUTE),
      settled(15 * MINUTE),
    );
    expect(state).toMatchObject({ phase: 'baking', step: 2, until: 20 * MINUTE });
    const confirming = advance(course, state, assessed(20 * MINUTE));
    expect(confirming).toEqual({ phase: 'confirming' });
    expect(advance(course, confirming, { type: 'confirmed' })).toEqual({ phase: 'promoted' });
  });

  it('reads the alias back right after the promotion when the bake time is zero', () => {
    const atOnce = wholeCourse(planOf([], 0));
    const promoted = advance(atOnce, begun(atOnce), shifted(7));
    expect(promoted).toEqual({ phase: 'settling', step: 0, shiftedAt: moment(7) });
    expect(advance(atOnce, promoted, settled(8))).toEqual({ phase: 'confirming' });
  });

  it('says at which weight, in which step and how long into it a check failed', () => {
    const fail: Verdict = { kind: 'fail', reason: 'alarm errors went into ALARM: too many' };
    expect(after(shifted(0), assessed(72_000, fail))).toEqual({
      phase: 'reverting',
      reason: 'at 10 % (step 1 of 3), after 1 min 12 s: alarm errors went into ALARM: too many',
    });
  });

  it('bakes as long as the machine runs, however much later it is by the time of day', () => {
    const read = (steady: number, aheadMs: number): Event => ({
      type: 'assessed',
      at: momentAhead(steady, aheadMs),
      verdict: pass,
    });
    expect(after(shifted(0), read(5 * MINUTE - 1, 12 * MINUTE))).toMatchObject({ phase: 'baking' });
    expect(after(shifted(0), read(5 * MINUTE, 12 * MINUTE))).toMatchObject({ phase: 'shifting' });
    expect(after(shifted(0), read(5 * MINUTE, -12 * MINUTE))).toMatchObject({ phase: 'shifting' });
  });

  it('changes weights at the beginning of a minute by the time of day', () => {
    const timed = { ...course, onTheMinute: true };
    const ahead = 12.5 * MINUTE;
    const waiting = start(timed, FROM_THE_START, momentAhead(0, ahead));
    expect(waiting).toMatchObject({ phase: 'checking', until: 0.5 * MINUTE });
    const early: Event = { type: 'assessed', at: momentAhead(0.5 * MINUTE, ahead), verdict: pass };
    expect(advance(timed, waiting, early)).toMatchObject({ phase: 'shifting' });
    const baking = advance(timed, { phase: 'shifting', step: 0, standing: undefined }, shifted(0));
    const late: Event = { type: 'assessed', at: momentAhead(5 * MINUTE, ahead), verdict: pass };
    expect(advance(timed, baking, late)).toMatchObject({ phase: 'baking', until: 5.5 * MINUTE });
  });

  it('has nothing to hold when it is cancelled before the first weight is in force', () => {
    const cancelled = {
      type: 'cancelled',
      at: moment(1),
      reason: 'cancelled',
      hold: true,
    } as const;
    const checking = start(course, FROM_THE_START, moment(0));
    expect(advance(course, checking, cancelled)).toEqual({
      phase: 'reverting',
      reason: 'before the first step: cancelled',
    });
    const shifting = advance(course, checking, assessed(0));
    expect(shifting).toMatchObject({ phase: 'shifting', step: 0 });
    expect(advance(course, shifting, cancelled)).toMatchObject({ phase: 'reverting' });
    const next = after(shifted(0), assessed(5 * MINUTE));
    expect(next).toMatchObject({ phase: 'shifting', step: 1 });
    expect(advance(course, next, cancelled)).toMatchObject({ phase: 'held' });
  });

  it('holds a step while a check is inconclusive, for at most its bake time again', () => {
    const unknown: Verdict = { kind: 'inconclusive', reason: 'alarm errors is unknown' };
    const held = after(shifted(0), assessed(10 * MINUTE - 1, unknown));
    expect(held).toMatchObject({ phase: 'baking', step: 0 });
    expect(advance(course, held, assessed(10 * MINUTE, unknown))).toMatchObject({
      phase: 'reverting',
    });
    expect(advance(course, held, assessed(9 * MINUTE, pass))).toEqual({
      phase: 'shifting',
      step: 1,
      standing: 0,
    });
  });

  it('extends a step for as long as a check says so', () => {
    const extend: Verdict = { kind: 'extend', reason: 'too few requests' };
    const extended = after(shifted(0), assessed(30 * MINUTE, extend));
    expect(extended).toMatchObject({ phase: 'baking', step: 0 });
    expect(advance(course, extended, assessed(31 * MINUTE))).toEqual({
      phase: 'shifting',
      step: 1,
      standing: 0,
    });
  });

  it('leaves the aliases to a person when a check says so', () => {
    const hold: Verdict = { kind: 'hold', reason: 'too few requests' };
    const holding = after(shifted(0), assessed(6 * MINUTE, hold));
    expect(holding.phase === 'holding' && command(course, holding)).toEqual({
      type: 'hold',
      step: 0,
      weight: 10,
    });
    expect(advance(course, holding, { type: 'marked' })).toEqual({
      phase: 'held',
      reason: 'at 10 % (step 1 of 3), after 6 min: too few requests',
    });
  });

  it('ends after the step that another job goes on from', () => {
    const part = { ...course, holdAfter: 0 };
    const first = advance(part, begun(part), shifted(0));
    const holding = advance(part, first, assessed(5 * MINUTE));
    expect(holding).toMatchObject({ phase: 'holding', step: 0, passed: true });
    expect(advance(part, holding, { type: 'marked' }).phase).toBe('held');
    expect(advance(part, holding, { type: 'blocked', reason: 'AWS is down' })).toEqual({
      phase: 'reverting',
      reason: 'at 10 % (step 1 of 3): AWS is down',
    });
  });

  it('goes on from what another job left only when the checks pass once more', () => {
    const goingOn = start(course, { step: 1, standing: 0 }, moment(60 * MINUTE));
    const due = command(course, goingOn);
    expect(due).toMatchObject({ type: 'assess', bake: { weight: 10, since: moment(60 * MINUTE) } });
    expect(due.type === 'assess' && readingDue(due, 15_000)).toBeLessThan(60 * MINUTE);
    const at = 60 * MINUTE + 1;
    expect(advance(course, goingOn, assessed(at))).toEqual({
      phase: 'shifting',
      step: 1,
      standing: 0,
    });
    const red: Verdict = { kind: 'fail', reason: 'red' };
    expect(advance(course, goingOn, assessed(at, red))).toEqual({
      phase: 'reverting',
      reason: 'at 10 % (step 1 of 3): red',
    });
    const dark: Verdict = { kind: 'error', reason: 'dark' };
    expect(advance(course, goingOn, assessed(at, dark))).toEqual({ ...goingOn, readAt: at });
  });

  it('does not go on from what another job left while a check says so, for what is left of its extension', () => {
    const goingOn = start(course, { step: 1, standing: 0 }, moment(60 * MINUTE));
    const extend: Verdict = { kind: 'extend', reason: 'too near' };
    const again = advance(course, goingOn, assessed(61 * MINUTE, extend));
    expect(again).toMatchObject({ phase: 'checking', readAt: 61 * MINUTE });
    expect(again.phase === 'checking' && command(course, again)).toMatchObject({
      type: 'assess',
      bake: { weight: 10, takenOver: true, longestMs: 10 * MINUTE, promotionNext: false },
    });
    expect(advance(course, again, assessed(62 * MINUTE)).phase).toBe('shifting');
    const promoting = start(course, { step: 2, standing: 1 }, moment(60 * MINUTE));
    expect(command(course, promoting)).toMatchObject({
      bake: { weight: 50, takenOver: true, longestMs: 20 * MINUTE, promotionNext: true },
    });
    // A step that is taken once more is baked anew, and asked at its end.
    const resumed = start(course, { step: 0, standing: 0 }, moment(60 * MINUTE));
    expect(command(course, resumed)).toMatchObject({
      bake: { weight: 10, takenOver: false },
    });
  });

  it('reads at the very end of an extension', () => {
    const extend: Verdict = { kind: 'extend', reason: 'too few requests' };
    const dueAfter = (at: number) => {
      const state = after(shifted(0), assessed(at, extend));
      const due = state.phase === 'baking' && command(course, state);
      return due && due.type === 'assess' && readingDue(due, 15_000);
    };
    expect(dueAfter(5 * MINUTE - 1_000)).toBe(5 * MINUTE);
    expect(dueAfter(5 * MINUTE)).toBe(5 * MINUTE + 15_000);
    expect(dueAfter(15 * MINUTE - 1_000)).toBe(15 * MINUTE);
    expect(dueAfter(15 * MINUTE)).toBe(15 * MINUTE + 15_000);
  });

  it('changes weights at the beginning of a minute only, where metrics are compared by the minute', () => {
    const timed = { ...course, onTheMinute: true };
    const lived = (...events: readonly Event[]) =>
      events.reduce<State>((state, event) => advance(timed, state, event), begun(timed));
    const waiting = lived(shifted(5_000), assessed(5 * MINUTE + 20_000));
    expect(waiting).toMatchObject({ phase: 'baking', step: 0, until: 6 * MINUTE });
    const next = advance(timed, waiting, assessed(6 * MINUTE));
    expect(next).toEqual({ phase: 'shifting', step: 1, standing: 0 });
    expect(lived(shifted(1_000), assessed(5 * MINUTE + 4_000))).toEqual(next);
    // Nothing is compared after the promotion.
    const promoting = advance(
      timed,
      advance(timed, next, shifted(6 * MINUTE)),
      assessed(16.5 * MINUTE),
    );
    expect(promoting).toEqual({ phase: 'shifting', step: 2, standing: 1 });
  });

  it('does not leave a step while a check cannot be read', () => {
    const error: Verdict = { kind: 'error', reason: 'dark' };
    expect(after(shifted(0), assessed(6 * MINUTE, error))).toMatchObject({ phase: 'baking' });
  });

  it('leaves the aliases as they are when it is cancelled with hold', () => {
    const cancelled: Event = {
      type: 'cancelled',
      at: moment(30_000),
      reason: 'cancelled',
      hold: true,
    };
    expect(after(shifted(0), cancelled)).toEqual({
      phase: 'held',
      reason: 'at 10 % (step 1 of 3), after 30 s: cancelled',
    });
  });

  it('reverts a failed check even when it is cancelled with hold afterwards', () => {
    const fail: Verdict = { kind: 'fail', reason: 'red' };
    const cancelled: Event = {
      type: 'cancelled',
      at: moment(30_000),
      reason: 'cancelled',
      hold: true,
    };
    expect(after(shifted(0), assessed(1, fail), cancelled)).toMatchObject({ phase: 'reverting' });
  });

  it('has failed, and reverted nothing, when no weight had been sent', () => {
    const red: Verdict = { kind: 'fail', reason: 'alarm errors went into ALARM' };
    const reverting = advance(course, start(course, FROM_THE_START, moment(0)), assessed(0, red));
    const untouched: Event = { type: 'reversion', result: 'untouched', detail: '' };
    expect(advance(course, reverting, untouched)).toEqual({
      phase: 'failed',
      reason: 'before the first step: alarm errors went into ALARM. No traffic had been moved',
    });
  });

  it('waits for the minute with its eyes open', () => {
    const timed: Course = { ...course, onTheMinute: true };
    const waiting = start(timed, FROM_THE_START, moment(20_000));
    expect(waiting).toMatchObject({ phase: 'checking', until: MINUTE });
    expect(advance(timed, waiting, assessed(35_000))).toMatchObject({
      phase: 'checking',
      until: MINUTE,
      readAt: 35_000,
    });
    expect(advance(timed, waiting, assessed(MINUTE))).toEqual({
      phase: 'shifting',
      step: 0,
      standing: undefined,
    });
    // Late for this one, it waits for the next.
    expect(advance(timed, waiting, assessed(MINUTE + 20_000))).toMatchObject({
      phase: 'checking',
      until: 2 * MINUTE,
    });
  });

  it('reverts at its deadline, and lets no step be extended beyond what the others need', () => {
    const reason = 'the AWS credentials end at 12:40 UTC';
    const bounded: Course = { ...course, deadline: { at: 40 * MINUTE, reason } };
    const baking = advance(bounded, begun(bounded), shifted(0));
    const due = baking.phase === 'baking' && command(bounded, baking);
    // 10 min at 50 %, 5 min at 100 %, and 20 s for each of the two writes.
    expect(due && due.type === 'assess' && due.bake?.latest).toBe(25 * MINUTE - 40_000);
    expect(advance(bounded, baking, { type: 'deadline', at: moment(40 * MINUTE) })).toEqual({
      phase: 'reverting',
      reason: `at 10 % (step 1 of 3), after 40 min: ${reason}, and nothing could be reverted after that`,
    });
  });

  it('reads again an interval later, but not past the end of the bake', () => {
    const read = (readAt: number) => readingDue({ readAt, until: 100_000 }, 15_000);
    expect(read(0)).toBe(15_000);
    expect(read(90_000)).toBe(100_000);
    expect(read(100_000)).toBe(115_000);
  });
});

const anyPlan: fc.Arbitrary<Course> = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 }),
    fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 5, maxLength: 5 }),
    fc.integer({ min: 0, max: 1000 }),
  )
  .map(([weights, bakes, bakeMs]) =>
    wholeCourse(
      planOf(
        weights
          .sort((a, b) => a - b)
          .map((weight, index) => ({ weight, bakeMs: bakes[index] ?? 1 })),
        bakeMs,
      ),
    ),
  );
const anyVerdict: fc.Arbitrary<Verdict> = fc.record({
  kind: fc.constantFrom('pass', 'pass', 'pass', 'inconclusive', 'error', 'fail'),
  reason: fc.constant('because'),
});

/** A world that answers each command somehow; time only goes forward. */
const anyAnswers = fc.array(
  fc.record({
    takes: fc.integer({ min: 0, max: 400 }),
    verdict: anyVerdict,
    works: fc.integer({ min: 0, max: 9 }).map((roll) => roll > 0),
    cancel: fc.integer({ min: 0, max: 30 }).map((roll) => roll === 0),
  }),
  { maxLength: 60 },
);

/** What a command leads to when it works. */
function answerTo(next: Command, at: number, verdict: Verdict): Event {
  switch (next.type) {
    case 'assess':
      return assessed(at, verdict);
    case 'shift':
      return shifted(at);
    case 'settle':
      return settled(at);
    case 'confirm':
      return { type: 'confirmed' };
    case 'hold':
      return { type: 'marked' };
    case 'revert':
      return { type: 'reversion', result: 'reverted', detail: '' };
  }
}

interface Lived {
  readonly before: State;
  readonly event: Event;
  readonly after: State;
}

function live(
  course: Course,
  answers: readonly {
    readonly takes: number;
    readonly verdict: Verdict;
    readonly works: boolean;
    readonly cancel: boolean;
  }[],
): readonly Lived[] {
  const lived: Lived[] = [];
  let state: State = start(course, FROM_THE_START, moment(0));
  let now = 0;
  for (const { takes, verdict, works, cancel } of answers) {
    if (isFinal(state)) break;
    now += takes;
    const next = command(course, state);
    const event: Event = cancel
      ? { type: 'cancelled', at: moment(now), reason: 'cancelled', hold: false }
      : next.type === 'revert'
        ? { type: 'reversion', result: works ? 'reverted' : 'revert-failed', detail: '' }
        : !works
          ? { type: 'blocked', reason: 'refused' }
          : answerTo(next, now, verdict);
    const then = advance(course, state, event);
    lived.push({ before: state, event, after: then });
    state = then;
  }
  return lived;
}

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  fc.nat().map(shifted),
  fc.tuple(fc.nat(), anyVerdict).map(([at, verdict]) => assessed(at, verdict)),
  fc.nat().map(settled),
  fc.nat().map((at): Event => ({ type: 'deadline', at: moment(at) })),
  fc.constant<Event>({ type: 'confirmed' }),
  fc.constant<Event>({ type: 'blocked', reason: 'refused' }),
  fc
    .constantFrom('reverted', 'revert-failed', 'failed')
    .map((result): Event => ({ type: 'reversion', result, detail: '' })),
  fc
    .boolean()
    .map((hold): Event => ({ type: 'cancelled', at: moment(0), reason: 'cancelled', hold })),
);

function property(check: (course: Course, lived: readonly Lived[]) => void): void {
  fc.assert(
    fc.property(anyPlan, anyAnswers, (course, answers) => {
      check(course, live(course, answers));
    }),
    { numRuns: 2000 },
  );
}

describe('whatever happens, a rollout', () => {
  it('is never promoted once it is reverting', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyEvent), (course, events) => {
        let state: State = { phase: 'reverting', reason: '' };
        for (const event of events) state = advance(course, state, event);
        expect(['reverting', 'reverted', 'revert-failed', 'failed']).toContain(state.phase);
      }),
      { numRuns: 2000 },
    );
  });

  it('ends after a bounded number of commands when every command is answered', () => {
    fc.assert(
      fc.property(anyPlan, anyVerdict, (course, verdict) => {
        let state: State = start(course, FROM_THE_START, moment(0));
        let now = 0;
        let commands = 0;
        while (!isFinal(state)) {
          commands += 1;
          expect(commands).toBeLessThanOrEqual(course.steps.length * 3 + 5);
          const next = command(course, state);
          if (next.type === 'assess') now = readingDue(next, 10_000);
          // An unreadable check is turned into a failure by whoever judges it.
          const judged = verdict.kind === 'error' ? { ...verdict, kind: 'fail' as const } : verdict;
          state = advance(course, state, answerTo(next, now, judged));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("commands exactly the course's weights, in order, each at most once", () => {
    property((course, lived) => {
      const commanded = lived.flatMap(({ before }) =>
        before.phase === 'shifting' ? [before.step] : [],
      );
      // A cancellation while a shift is pending meets the same command; it is then not repeated.
      expect(commanded).toEqual([...commanded].sort((a, b) => a - b));
      expect(new Set(commanded).size).toBe(commanded.length);
      expect(commanded).toEqual(course.steps.map((_, index) => index).slice(0, commanded.length));
    });
  });

  it('is promoted only after every step had a pass at or after the end of its bake', () => {
    property((course, lived) => {
      if (lived.at(-1)?.after.phase !== 'promoted') return;
      course.steps.forEach(({ bakeMs }, step) => {
        const phase = step === course.steps.length - 1 ? 'settling' : 'shifting';
        const begun = lived.find(
          ({ before, event }) =>
            before.phase === phase && before.step === step && 'at' in event && 'step' in before,
        );
        const since = begun !== undefined && 'at' in begun.event ? begun.event.at.steady : Infinity;
        const passed = lived.some(
          ({ before, event }) =>
            before.phase === 'baking' &&
            before.step === step &&
            event.type === 'assessed' &&
            event.verdict.kind === 'pass' &&
            event.at.steady >= since + bakeMs,
        );
        expect(passed || bakeMs === 0).toBe(true);
      });
    });
  });

  it('reverts next after a failed check, a blocked write or a cancellation', () => {
    property((course, lived) => {
      for (const { before, event, after } of lived) {
        const bad =
          event.type === 'cancelled' ||
          event.type === 'blocked' ||
          (event.type === 'assessed' && event.verdict.kind === 'fail');
        if (!bad || isFinal(before)) continue;
        expect(isFinal(after)).toBe(false);
        if (!isFinal(after)) expect(command(course, after)).toEqual({ type: 'revert' });
      }
    });
  });

  it.each<ActiveState>([
    { phase: 'checking', step: 0, standing: undefined, since: moment(0), until: 0, readAt: 0 },
    { phase: 'shifting', step: 0, standing: undefined },
    { phase: 'settling', step: 2, shiftedAt: moment(0) },
    { phase: 'baking', step: 0, shiftedAt: moment(0), since: moment(0), until: 10, readAt: 0 },
    { phase: 'holding', step: 0, passed: true, reason: '' },
    { phase: 'confirming' },
  ])('reverts for a check that fails while it is $phase', (state) => {
    const red: Verdict = { kind: 'fail', reason: 'red' };
    const next = advance(course, state, assessed(0, red));
    expect(next.phase === 'reverting' && next.reason).toMatch(/: red$/);
  });

  it('is not changed by an answer that makes no sense in its phase', () => {
    fc.assert(
      fc.property(anyPlan, anyEvent, (course, event) => {
        const senseless: readonly [State, readonly Event['type'][]][] = [
          [
            { phase: 'shifting', step: 0, standing: undefined },
            ['settled', 'confirmed', 'reversion'],
          ],
          [
            { phase: 'settling', step: 0, shiftedAt: moment(0) },
            ['shifted', 'confirmed', 'reversion'],
          ],
          [
            {
              phase: 'baking',
              step: 0,
              shiftedAt: moment(0),
              since: moment(0),
              until: 10,
              readAt: 0,
            },
            ['shifted', 'confirmed', 'reversion'],
          ],
          [{ phase: 'confirming' }, ['shifted', 'settled', 'deadline', 'reversion']],
          [
            { phase: 'reverting', reason: '' },
            ['shifted', 'assessed', 'confirmed', 'blocked', 'cancelled', 'deadline'],
          ],
          [
            { phase: 'promoted' },
            ['shifted', 'assessed', 'confirmed', 'blocked', 'cancelled', 'reversion'],
          ],
        ];
        for (const [state, types] of senseless) {
          if (types.includes(event.type)) expect(advance(course, state, event)).toBe(state);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
