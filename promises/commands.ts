import { couldTell, type CommandCheck, type CommandResult } from '../src/core/checks/commands.ts';
import type { Shell } from '../src/ports.ts';
import { pick, type Random } from '../simulator/time/random.ts';
import { awake, isShifted, planOf, statesOf, type Violation, saysNo } from './history.ts';
import type { CommandScenario, CommandTrouble } from './scenario.ts';
import {
  STARTS_AT,
  type Played,
  type ProcessName,
  type Stage,
  type Told,
  type CommandRun,
} from './stage.ts';
import { JITTER } from './watching.ts';

const TROUBLES: readonly CommandTrouble[] = [
  'command fails',
  'command does not know',
  'command breaks',
  'command hangs',
];

export function commandsOf(random: Random, moment: () => number): CommandScenario {
  const between = (least: number, most: number) =>
    least + Math.floor(random() * (most - least + 1));
  const check = (name: string): CommandCheck => ({
    name,
    command: './check.sh',
    everyMs: pick(random, [undefined, 1_000 * between(1, 90)]),
    afterPromotion: random() < 0.15,
    timeoutMs: 1_000 * between(5, 60),
  });
  return {
    checks: random() < 0.3 ? [check('one'), check('other')] : [check('one')],
    lastsMs: between(1, 4_000),
    troubles: Array.from({ length: pick(random, [0, 0, 1, 1, 2]) }, () => ({
      afterMs: moment(),
      what: pick(random, TROUBLES),
      forMs: between(1, 240_000),
    })),
  };
}

/** A shell in which nothing runs: what a command does is written in the scenario. */
export function shellOf(
  { scenario, time: { clock }, say, commandRuns }: Stage,
  by: ProcessName,
): Shell {
  const { lastsMs = 0, troubles = [] } = scenario.commands ?? {};
  return {
    problemOf: () => Promise.resolve(undefined),
    async run({ environment }, signal) {
      const begunAt = clock.timeOfDay();
      const { LAMBDA_CANARY_CHECK: check = '', LAMBDA_CANARY_FUNCTION: functionName = '' } =
        environment;
      const run: CommandRun = { by, check, functionName, begunAt, heard: undefined };
      commandRuns.push(run);
      const trouble = troubles.find(({ afterMs, forMs }) => {
        const since = begunAt - STARTS_AT;
        return since >= afterMs && since < afterMs + forMs;
      });
      await clock.sleep(trouble?.what === 'command hangs' ? FOR_EVER_MS : lastsMs, signal);
      const result: CommandResult = signal.aborted
        ? { type: 'cut off', output: '' }
        : { type: 'exited', code: CODES[trouble?.what ?? 'none'], output: trouble?.what ?? '' };
      run.heard = { at: clock.timeOfDay(), result };
      say(`$$ ${check} of ${functionName}: ${JSON.stringify(result)}`);
      return result;
    },
  };
}

const FOR_EVER_MS = 10 * 24 * 3_600_000;
const CODES = {
  none: 0,
  'command fails': 1,
  'command does not know': 2,
  'command breaks': 127,
  'command hangs': 0,
} as const;

/** The promises of the commands. */
export function ofTheCommands(played: Played, told: Told): readonly Violation[] {
  return told.config.checkCommands.flatMap((check) =>
    told.config.requests.flatMap(({ target }) => {
      const { functionName } = target;
      const runs = played.commandRuns.filter(
        (run) =>
          run.by === told.process && run.check === check.name && run.functionName === functionName,
      );
      return [
        // Nothing is asked of a function whose alias serves the new version already.
        ...(isShifted(told, target) ? ranAtTheEnd(played, told, { check, runs }) : []),
        ...neverPromotedOver(told, runs),
        ...notBlindForLong(played, told, { check, runs }),
        ...oneAfterAnother(runs),
      ];
    }),
  );
}

interface Runs {
  readonly check: CommandCheck;
  readonly runs: readonly CommandRun[];
}

/** 2: a step is left only after a run that began at or after the end of its bake, and passed. */
function ranAtTheEnd(played: Played, told: Told, { check, runs }: Runs): readonly Violation[] {
  const { steps } = planOf(told);
  const states = statesOf(told);
  return states.flatMap(({ at, state }, index) => {
    const before = states[index - 1]?.state;
    const isLeft =
      state.phase === 'shifting' ||
      state.phase === 'confirming' ||
      (state.phase === 'holding' && state.passed);
    if (before?.phase !== 'baking' || !isLeft) return [];
    const { weight = 0, bakeMs = NaN } = steps[before.step] ?? {};
    if (check.afterPromotion && weight < 100) return [];
    const begun = states.find(
      ({ state }) => state.phase === 'baking' && state.step === before.step,
    );
    const over = awake(played, begun?.at ?? NaN) + bakeMs;
    const last = runs.findLast(({ heard }) => heard !== undefined && heard.at <= at);
    const passed = last?.heard?.result.type === 'exited' && last.heard.result.code === 0;
    return last !== undefined && passed && awake(played, last.begunAt) >= over
      ? []
      : [{ promise: 2, what: `step ${before.step + 1} was left before ${check.name} passed` }];
  });
}

/** 8: what failed once is not promoted. */
function neverPromotedOver(told: Told, runs: readonly CommandRun[]): readonly Violation[] {
  return told.ending?.outcome === 'promoted' && runs.some(saysNo)
    ? [{ promise: 8, what: 'promoted, though a command had failed' }]
    : [];
}

/** Waiting for its turn, where several commands of several functions run. */
const SPARE_MS = 5_000;

/** 8: one that cannot tell for longer than the grace leads to a revert. */
function notBlindForLong(played: Played, told: Told, { check, runs }: Runs): readonly Violation[] {
  const { monitoringGraceMs, pollIntervalMs } = told.config;
  const states = statesOf(told);
  // A region may be promoted long before the process ends, which goes on in others.
  const ends =
    states.find(({ state: { phase } }) => phase === 'reverting' || phase === 'promoted')?.at ??
    told.endedAt;
  const limitMs = monitoringGraceMs + JITTER * pollIntervalMs + 2 * check.timeoutMs + SPARE_MS;
  return runs.flatMap(({ begunAt, heard }, index) => {
    const before = runs[index - 1]?.heard;
    const isFirst = before === undefined || couldTell(before.result);
    if (!isFirst || heard === undefined || couldTell(heard.result)) return [];
    const lit = runs.slice(index).find((run) => run.heard && couldTell(run.heard.result));
    const until = Math.min(lit?.begunAt ?? Infinity, ends);
    const darkMs = awake(played, until) - awake(played, begunAt);
    return darkMs <= limitMs
      ? []
      : [{ promise: 8, what: `${check.name} could not tell for ${Math.round(darkMs)} ms` }];
  });
}

/** A command is not run twice at once. */
function oneAfterAnother(runs: readonly CommandRun[]): readonly Violation[] {
  const overlaps = runs.some(({ begunAt }, index) => {
    const before = runs[index - 1];
    return before !== undefined && (before.heard === undefined || before.heard.at > begunAt);
  });
  return overlaps ? [{ promise: 11, what: 'a command was run twice at once' }] : [];
}
