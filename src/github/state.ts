import * as core from '@actions/core';
import { z } from 'zod';

import type { Versions } from '../core/routing.ts';
import type { Target } from '../core/target.ts';

/** A rollout that has begun, as far as putting it back needs it. */
export interface Unfinished {
  readonly region: string;
  readonly targets: readonly { readonly target: Target; readonly versions: Versions }[];
  /** The weights that the rollout began to write, whether or not it lived to see the replies. */
  readonly begun: readonly number[];
}

// GitHub hands these to the post step even when this process was killed, so they are written first.
const IS_POST = 'is-post';
const UNFINISHED = 'unfinished';

const schema = z.object({
  region: z.string(),
  targets: z.array(
    z.object({
      target: z.object({ functionId: z.string(), functionName: z.string(), alias: z.string() }),
      versions: z.object({ stable: z.string(), canary: z.string() }),
    }),
  ),
  begun: z.array(z.number()),
});

export function markMain(): void {
  core.saveState(IS_POST, 'true');
}

export function isPost(): boolean {
  return core.getState(IS_POST) === 'true';
}

export function saveUnfinished(rollout: Unfinished): void {
  core.saveState(UNFINISHED, JSON.stringify(rollout));
}

/** There is nothing left that the post step should put back. */
export function saveFinished(): void {
  core.saveState(UNFINISHED, '');
}

export function loadUnfinished(): Unfinished | undefined {
  const saved = core.getState(UNFINISHED);
  return saved === '' ? undefined : schema.parse(JSON.parse(saved));
}
