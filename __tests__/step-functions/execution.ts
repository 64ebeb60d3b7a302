import { appendFileSync } from 'node:fs';

import { expect } from '@jest/globals';

import { getAlias } from '../../simulator/lambda/aliases.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import { createAgenda } from '../../simulator/time/agenda.ts';
import { motoEngine } from './moto-engine.ts';
import { simulatedEngine } from './simulated-engine.ts';

/** Where scripts/step-functions.ts has installed moto; without it the simulated Step Functions carry the rollouts. */
const PYTHON = process.env['STEP_FUNCTIONS_PYTHON'] ?? '';
/** A file to which each execution's end is added, so that the two can be compared. */
const RECORD = process.env['STEP_FUNCTIONS_RECORD'] ?? '';

export const START = Date.UTC(2026, 10, 23, 14, 0, 20);

export interface Ended {
  readonly status: string;
  readonly error: string | null;
  readonly cause: string | null;
  readonly output: unknown;
  /** Events of the history, as they count against its limit. */
  readonly events: number;
  /** Their types, and of states that were entered the names, in order. */
  readonly course: readonly string[];
  /** The states that were entered, in order. */
  readonly states: readonly string[];
}

/** What an interpreter of state machines needs of the world. */
export interface EngineWorld {
  readonly simulator: Simulator;
  readonly leavesOutEmptyLists: boolean;
  readonly now: () => number;
  /** Lets everything happen until then. */
  readonly passTo: (until: number) => void;
  /** The moment at which something happens next. */
  readonly next: () => number | undefined;
}

export interface Engine {
  /** @param stopWhen whether somebody stops the execution now; asked whenever it has done something */
  execute(definition: object, input: object, stopWhen: () => boolean): Promise<Ended>;
  close(): Promise<void>;
}

/** A simulated AWS whose time passes while an execution waits, and then only. */
export interface World {
  readonly simulator: Simulator;
  now(): number;
  /** Does something at a moment, in milliseconds after the beginning. */
  at(afterMs: number, act: () => void): void;
  /** @param stopWhen whether somebody stops the execution now; asked whenever it has done something */
  execute(definition: object, input: object, stopWhen?: () => boolean): Promise<Ended>;
  alias(functionName?: string): string;
  close(): Promise<void>;
}

/** @param leavesOutEmptyLists whether results of tasks come without the lists that are empty, which is not known of AWS */
export async function createWorld({ leavesOutEmptyLists = false } = {}): Promise<World> {
  let now = START;
  const agenda = createAgenda();
  const at = (moment: number, act: () => void) => agenda.add(Math.max(moment, now), act);
  const clock = { now: () => now };
  const simulator = createSimulator({ clock, time: { at }, leavesOutEmptyLists, seed: 7 });

  const engineWorld: EngineWorld = {
    simulator,
    leavesOutEmptyLists,
    now: () => now,
    next: agenda.next,
    passTo(until) {
      for (;;) {
        const next = agenda.next() ?? Infinity;
        if (next > until) break;
        now = Math.max(now, next);
        simulator.advance();
        agenda.runNext();
      }
      now = Math.max(now, until);
      simulator.advance();
    },
  };
  const engine =
    PYTHON === '' ? simulatedEngine(engineWorld) : await motoEngine(engineWorld, PYTHON);

  return {
    simulator,
    now: () => now,
    at: (afterMs, act) => void at(START + afterMs, act),
    async execute(definition, input, stopWhen = () => false) {
      const ended = await engine.execute(definition, input, stopWhen);
      if (RECORD !== '') {
        const test = expect.getState().currentTestName ?? '';
        appendFileSync(RECORD, `${JSON.stringify({ test, ...ended })}\n`);
      }
      return ended;
    },
    alias(functionName = 'checkout') {
      const { version, weights, description } = getAlias(simulator.lambda, functionName, 'live');
      const others = Object.entries(weights).map(([other, part]) => `+${other}@${part}`);
      return `${version}${others.join('')}${description === '' ? '' : ' marked'}`;
    },
    close: () => engine.close(),
  };
}
