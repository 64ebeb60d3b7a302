import { existsSync } from 'node:fs';

import * as core from '@actions/core';
import { z } from 'zod';

import { repairCommand } from '../core/alias/repair.ts';
import type { Versions } from '../core/alias/routing.ts';
import type { Target } from '../core/alias/target.ts';
import { messageOf, Refusal } from '../core/problems.ts';
import type { Role } from '../core/role.ts';
import type { ExecutionOf } from '../core/state-machine/execution.ts';
import type { Run } from './runs.ts';
import {
  newSealedFile,
  overwriteSealed,
  readSealed,
  writeSealed,
  type SealedFile,
} from './sealed-file.ts';

/** A rollout that has begun, as far as putting it back needs it. */
export interface SavedRollout {
  readonly region: string;
  readonly role?: Role | undefined;
  /** The account that the aliases are in, as their ARNs say it. */
  readonly account?: string | undefined;
  /** That carries it: the post step has nothing to put back then, as AWS goes on. */
  readonly execution?: ExecutionOf | undefined;
  readonly targets: readonly SavedTarget[];
}

export interface SavedTarget {
  readonly target: Target;
  readonly versions: Versions;
  /** The rollouts whose marks on the alias are ours. */
  readonly nonces: readonly string[];
  /** The weights that the rollout began to write, whether or not it lived to see the replies. */
  readonly begun: readonly number[];
  /** After a revert that failed: the revision under which the alias was last seen to serve the canary alone. */
  readonly settledAs?: string | undefined;
}

/** For the post step of this process, should it not live to its end. */
export interface Keep {
  /** @throws when it could not be saved */
  save(rollout: SavedRollout): void;
  /** There is nothing left that the post step should put back. @throws when that could not be said */
  forget(): void;
}

// GitHub hands these to the post step even when this process was killed, so they are written first.
const IS_POST = 'is-post';
const ROLLOUT = 'rollout';
/**
 * The post step gets the state as environment variables: 32,767 characters at most on Windows, 128 KiB on Linux; with
 * more it does not start. The weights of a whole plan are counted in.
 */
const LONGEST_STATE = 32_000;
/** Of so many targets the state itself says how to repair them, should the file be gone. */
const MOST_REPAIRABLE = 10;

const target = z.object({ functionId: z.string(), functionName: z.string(), alias: z.string() });
const rollout = z.object({
  region: z.string(),
  role: z.object({ arn: z.string(), sessionName: z.string(), durationMs: z.number() }).optional(),
  account: z.string().optional(),
  execution: z
    .object({
      stateMachine: z.string(),
      region: z.string(),
      account: z.string(),
      execution: z.string(),
    })
    .optional(),
  targets: z
    .array(
      z.object({
        target,
        versions: z.object({ stable: z.string(), canary: z.string() }),
        nonces: z.array(z.string()).readonly(),
        begun: z.array(z.number()).readonly(),
        settledAs: z.string().optional(),
      }),
    )
    .readonly(),
});
const content = z.object({
  repository: z.string(),
  runId: z.string(),
  attempt: z.string(),
  /** Absent when it has ended. */
  rollout: rollout.optional(),
});
const state = z.union([
  z.object({ rollout }),
  z.object({
    file: z.object({ path: z.string(), key: z.string() }),
    region: z.string(),
    count: z.number(),
    repairable: z.array(z.object({ target, stable: z.string() })),
  }),
]);
type State = z.infer<typeof state>;

/** Says that the next process is the post step. Before anything else: this one may be killed at any time. */
export function markMain(): void {
  core.saveState(IS_POST, 'true');
}

/** Whether this process is the post step. */
export function isPost(): boolean {
  return core.getState(IS_POST) === 'true';
}

/**
 * Keeps rollouts in a file that the state names, because a state can hold but a few dozen functions and GitHub's file
 * of states only grows; where there is no folder for it, in the state itself.
 * @param temp RUNNER_TEMP
 * @param largest the rollout of this run, no smaller than any that will be saved
 * @throws {Refusal} when there is room for it neither here nor there
 */
export function keepInState(
  run: Run,
  { temp, largest }: { readonly temp: string | undefined; readonly largest: SavedRollout },
): Keep {
  const { file, problem } = fileIn(temp);
  if (file === undefined && lengthOf(largest) > LONGEST_STATE) {
    throw new Refusal([
      `What the post step would need to put ${largest.targets.length} functions back cannot be saved: ${problem} ` +
        'Give the runner a folder that it can write to, or roll out fewer functions at once.',
    ]);
  }
  return file === undefined ? inline() : inFile(file, run);
}

function inline(): Keep {
  return {
    save: (saved) => {
      core.saveState(ROLLOUT, JSON.stringify({ rollout: saved } satisfies State));
    },
    forget,
  };
}

function inFile(file: SealedFile, { repository, runId, attempt }: Run): Keep {
  let named = false;
  return {
    save(saved) {
      writeSealed(file, JSON.stringify({ repository, runId, attempt, rollout: saved }));
      if (named) return;
      const { region, targets } = saved;
      const repairable = targets
        .slice(0, MOST_REPAIRABLE)
        .map(({ target, versions: { stable } }) => ({ target, stable }));
      core.saveState(
        ROLLOUT,
        JSON.stringify({ file, region, count: targets.length, repairable } satisfies State),
      );
      named = true;
    },
    forget() {
      try {
        forget();
      } catch (error) {
        // A full disk keeps no state, and the post step would put the old version back.
        if (!existsSync(file.path)) throw error;
        overwriteSealed(file, JSON.stringify({ repository, runId, attempt }));
      }
      // A run that put a dead one's rollout back goes on to one of its own.
      named = false;
    },
  };
}

/** In the state, not in the file: that one may be cleared away before the job ends. */
function forget(): void {
  core.saveState(ROLLOUT, '');
}

/** A file that can be written, as was tried; or why there is none. */
function fileIn(temp: string | undefined): {
  readonly file: SealedFile | undefined;
  readonly problem: string;
} {
  if (temp === undefined) return { file: undefined, problem: 'RUNNER_TEMP is not set.' };
  const file = newSealedFile(temp);
  try {
    writeSealed(file, '');
    return { file, problem: '' };
  } catch (error) {
    return {
      file: undefined,
      problem: `no file can be written in RUNNER_TEMP: ${messageOf(error)}.`,
    };
  }
}

function lengthOf(largest: SavedRollout): number {
  return Buffer.byteLength(JSON.stringify({ rollout: largest } satisfies State));
}

/**
 * What an unfinished rollout left to put back; nothing when it ended by itself.
 * @throws with the commands that can be told when the file is not as it was written
 */
export function loadRollout({ repository, runId, attempt }: Run): SavedRollout | undefined {
  const saved = core.getState(ROLLOUT);
  if (saved === '') return undefined;
  const known = state.parse(JSON.parse(saved));
  if ('rollout' in known) return known.rollout;
  try {
    const kept = content.parse(JSON.parse(readSealed(known.file)));
    const own = kept.repository === repository && kept.runId === runId && kept.attempt === attempt;
    if (!own) throw new Error(`${known.file.path} belongs to another run`);
    return kept.rollout;
  } catch (cause) {
    throw new Error(withoutFile(known, messageOf(cause)), { cause });
  }
}

function withoutFile(
  { region, count, repairable }: Extract<State, { file: unknown }>,
  problem: string,
): string {
  const functions = count === 1 ? 'function' : `${count} functions`;
  const more = count - repairable.length;
  return [
    `${problem}. It said what the rollout of the ${functions} in ${region} had begun to write, so nothing was put ` +
      'back. A run with mode: revert puts back what the marks on the aliases say; by hand:',
    ...repairable.map(({ target, stable }) => repairCommand(target, stable, region)),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join('\n');
}
