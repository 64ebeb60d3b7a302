import { existsSync } from 'node:fs';

import * as core from '@actions/core';
import { z } from 'zod';

import { repairCommand } from '../core/alias/repair.ts';
import type { Versions } from '../core/alias/routing.ts';
import type { Target } from '../core/alias/target.ts';
import { messageOf, Refusal } from '../core/problems.ts';
import type { Role } from '../core/role.ts';
import type { ExecutionOf } from '../core/alias/execution.ts';
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
  /** It is promoted and stays, whatever becomes of the other regions: the post step only tells of it. */
  readonly stays?: boolean | undefined;
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

/** For the post step of this process, should it not live to its end: what is kept of one region. */
export interface Keep {
  /** @throws when it could not be saved */
  save(rollout: SavedRollout): void;
  /** What was saved last stays as it is; the post step tells of it beside what it puts back. @throws when that could not be said */
  leave(): void;
  /**
   * There is nothing left that the post step should put back.
   * @param alsoIn regions of which that is so as well: it is said of all in one write, so that no kill comes between them
   * @throws when that could not be said
   */
  forget(alsoIn?: readonly string[]): void;
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
  stays: z.boolean().optional(),
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
  /** One for each region; those that have ended are not among them, but for what stays beside what is to be put back. */
  rollouts: z.array(rollout).readonly(),
});
const repairable = z.object({
  region: z.string(),
  count: z.number(),
  targets: z.array(z.object({ target, stable: z.string() })).readonly(),
});
type Repairable = z.infer<typeof repairable>;
const state = z.union([
  z.object({ rollouts: z.array(rollout).readonly() }),
  z.object({
    file: z.object({ path: z.string(), key: z.string() }),
    regions: z.array(repairable).readonly(),
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
 * @param largest the rollouts of this run, one for each region, none smaller than any that will be saved
 * @returns what is kept of a region
 * @throws {Refusal} when there is room for them neither here nor there
 */
export function keepInState(
  run: Run,
  {
    temp,
    largest,
  }: { readonly temp: string | undefined; readonly largest: readonly SavedRollout[] },
): (region: string) => Keep {
  const { file, problem } = fileIn(temp);
  if (file === undefined && lengthOf(largest) > LONGEST_STATE) {
    const functions = largest.reduce((sum, { targets }) => sum + targets.length, 0);
    throw new Refusal([
      `What the post step would need to put ${functions} functions back cannot be saved: ${problem} ` +
        'Give the runner a folder that it can write to, or roll out fewer functions at once.',
    ]);
  }
  const shelf = file === undefined ? inline() : inFile(file, run);
  const rollouts = new Map<string, SavedRollout>();
  const shrink = (left: readonly SavedRollout[]) => {
    shelf.shrink(left.some(isOpen) ? left : []);
  };
  return (region) => ({
    save(saved) {
      rollouts.set(region, saved);
      shelf.put([...rollouts.values()]);
    },
    leave() {
      const saved = rollouts.get(region);
      if (saved === undefined) return;
      rollouts.set(region, { ...saved, stays: true });
      shrink([...rollouts.values()]);
    },
    forget(alsoIn = []) {
      const over = new Set([region, ...alsoIn]);
      shrink([...rollouts.values()].filter((each) => !over.has(each.region)));
      for (const each of over) rollouts.delete(each);
    },
  });
}

/** Whether there is something to be put back. */
export function isOpen({ stays = false }: SavedRollout): boolean {
  return !stays;
}

/** Where all rollouts of a run are kept. */
interface Shelf {
  /** @throws when they could not be kept */
  put(rollouts: readonly SavedRollout[]): void;
  /** Those are left, of what was put there. @throws when that could not be said */
  shrink(rollouts: readonly SavedRollout[]): void;
}

function inline(): Shelf {
  const put = (rollouts: readonly SavedRollout[]) => {
    core.saveState(ROLLOUT, JSON.stringify({ rollouts } satisfies State));
  };
  return {
    put,
    shrink(rollouts) {
      if (rollouts.length === 0) forgetAll();
      else put(rollouts);
    },
  };
}

function inFile(file: SealedFile, { repository, runId, attempt }: Run): Shelf {
  let announced: ReadonlySet<string> = new Set();
  const contentOf = (rollouts: readonly SavedRollout[]) =>
    JSON.stringify({ repository, runId, attempt, rollouts });

  /** A full disk takes no second file, and the post step would put the old version back. */
  function shrink(rollouts: readonly SavedRollout[]): void {
    try {
      if (rollouts.length === 0) forgetAll();
      else writeSealed(file, contentOf(rollouts));
    } catch (error) {
      if (!existsSync(file.path)) throw error;
      overwriteSealed(file, contentOf(rollouts));
    }
    // A run that put a dead one's rollout back goes on to one of its own.
    if (rollouts.length === 0) announced = new Set();
  }

  return {
    shrink,
    put(rollouts) {
      writeSealed(file, contentOf(rollouts));
      // The file of states only grows: it hears of each region once, not of each weight.
      const open = rollouts.filter(isOpen);
      if (open.every(({ region }) => announced.has(region))) return;
      const regions = open.map(repairableOf);
      core.saveState(ROLLOUT, JSON.stringify({ file, regions } satisfies State));
      announced = new Set(regions.map(({ region }) => region));
    },
  };
}

function repairableOf({ region, targets }: SavedRollout): Repairable {
  return {
    region,
    count: targets.length,
    targets: targets
      .slice(0, MOST_REPAIRABLE)
      .map(({ target, versions: { stable } }) => ({ target, stable })),
  };
}

/** In the state, not in the file: that one may be cleared away before the job ends. */
function forgetAll(): void {
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

function lengthOf(rollouts: readonly SavedRollout[]): number {
  return Buffer.byteLength(JSON.stringify({ rollouts } satisfies State));
}

/**
 * What an unfinished run left to put back, of each region; nothing when it ended by itself.
 * @throws with the commands that can be told when the file is not as it was written
 */
export function loadRollouts({ repository, runId, attempt }: Run): readonly SavedRollout[] {
  const saved = core.getState(ROLLOUT);
  if (saved === '') return [];
  const known = state.parse(JSON.parse(saved));
  if ('rollouts' in known) return known.rollouts;
  try {
    const kept = content.parse(JSON.parse(readSealed(known.file)));
    const own = kept.repository === repository && kept.runId === runId && kept.attempt === attempt;
    if (!own) throw new Error(`${known.file.path} belongs to another run`);
    return kept.rollouts;
  } catch (cause) {
    throw new Error(withoutFile(known.regions, messageOf(cause)), { cause });
  }
}

function withoutFile(regions: readonly Repairable[], problem: string): string {
  return [
    `${problem}. It said what the rollout of ${wordsFor(regions)} had begun to write, so nothing was put ` +
      'back. A run with mode: revert puts back what the marks on the aliases say; by hand:',
    ...regions.flatMap(({ region, count, targets }) => [
      ...targets.map(({ target, stable }) => repairCommand(target, stable, region)),
      ...(count > targets.length ? [`… and ${count - targets.length} more`] : []),
    ]),
  ].join('\n');
}

/** `the function in eu-west-1`, `the 3 functions in eu-west-1 and the function in us-east-1` */
function wordsFor(regions: readonly Repairable[]): string {
  return regions
    .map(
      ({ region, count }) => `the ${count === 1 ? 'function' : `${count} functions`} in ${region}`,
    )
    .join(' and ');
}
