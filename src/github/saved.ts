import * as core from '@actions/core';
import { z } from 'zod';

import type { Versions } from '../core/alias/routing.ts';
import type { Target } from '../core/alias/target.ts';
import type { Role } from '../core/role.ts';

/** A rollout that has begun, as far as putting it back needs it. */
export interface SavedRollout {
  readonly region: string;
  readonly role?: Role | undefined;
  readonly targets: readonly SavedTarget[];
}

export interface SavedTarget {
  readonly target: Target;
  readonly versions: Versions;
  /** The rollouts whose marks on the alias are ours. */
  readonly nonces: readonly string[];
  /** The weights that the rollout began to write, whether or not it lived to see the replies. */
  readonly begun: readonly number[];
}

// GitHub hands these to the post step even when this process was killed, so they are written first.
const IS_POST = 'is-post';
const ROLLOUT = 'rollout';

const schema = z.object({
  region: z.string(),
  role: z.object({ arn: z.string(), sessionName: z.string(), durationMs: z.number() }).optional(),
  targets: z.array(
    z.object({
      target: z.object({ functionId: z.string(), functionName: z.string(), alias: z.string() }),
      versions: z.object({ stable: z.string(), canary: z.string() }),
      nonces: z.array(z.string()),
      begun: z.array(z.number()),
    }),
  ),
});

export function markMain(): void {
  core.saveState(IS_POST, 'true');
}

export function isPost(): boolean {
  return core.getState(IS_POST) === 'true';
}

export function saveRollout(rollout: SavedRollout): void {
  core.saveState(ROLLOUT, JSON.stringify(rollout));
}

/** There is nothing left that the post step should put back. */
export function forgetRollout(): void {
  core.saveState(ROLLOUT, '');
}

export function loadRollout(): SavedRollout | undefined {
  const saved = core.getState(ROLLOUT);
  return saved === '' ? undefined : schema.parse(JSON.parse(saved));
}
