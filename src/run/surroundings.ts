import type { Aws } from '../aws/aws.ts';
import { createRouter, type RouterOptions } from './alias/router.ts';
import type { Chronicle } from './journal.ts';
import type { Runs } from '../github/runs.ts';
import type { Keep } from '../github/saved.ts';
import { messageOf } from '../core/problems.ts';
import type { Clock, Router } from '../ports.ts';
import type { Preparation } from './preflight/preflight.ts';

/** Everything outside of the process that a run of the action touches. */
export interface Surroundings {
  readonly aws: Aws;
  readonly runs: Runs;
  readonly clock: Clock;
  readonly chronicle: Chronicle;
  /** For the post step of this process, should it not live to its end. */
  readonly keep: Keep;
  /** Aborted when the run is cancelled; its reason says by what. */
  readonly cancellation: AbortSignal;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** After the end of a rollout, of which this changes nothing any more. */
export function forget(keep: Keep, { warn }: Pick<Chronicle, 'warn'>): void {
  try {
    keep.forget();
  } catch (error) {
    warn(
      `The post step could not be told that the rollout has ended, and may put the old version back: ${messageOf(error)}`,
    );
  }
}

/** The router of a target, in this process and in those that clean up after it. */
export function routerOf(
  to: Pick<RouterOptions, 'target' | 'versions' | 'nonces' | 'begun' | 'alias' | 'markers'>,
  { aws, clock, chronicle }: Pick<Surroundings, 'aws' | 'clock' | 'chronicle'>,
): Router {
  return createRouter({
    ...to,
    region: aws.region,
    aliases: aws.aliases,
    aliasesForRevert: (tries) => aws.aliasesForRevert(tries),
    clock,
    note: chronicle.note,
  });
}

/** What the time before the first shift needs of it. */
export function preparationIn({
  aws,
  runs,
  clock,
  chronicle,
  cancellation,
}: Surroundings): Preparation {
  return { aws, runs, clock, note: chronicle.note, signal: cancellation };
}
