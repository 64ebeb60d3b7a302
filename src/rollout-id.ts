import { createHash, randomBytes } from 'node:crypto';

import type { RolloutId } from './core/marker.ts';
import type { Plan } from './core/plan.ts';
import type { Run } from './github/runs.ts';

/** Names the rollout of a plan that begins in this process. */
export function rolloutId({ repository, runId, attempt }: Run, plan: Plan): RolloutId {
  const fingerprint = createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 8);
  const nonce = randomBytes(4).toString('hex');
  return { repository, runId, attempt, nonce, plan: fingerprint };
}
