import { createHash, randomBytes } from 'node:crypto';

import type { RolloutId } from '../core/alias/mark.ts';
import type { Plan } from '../core/rollout/plan.ts';

type RunOfWorkflow = Pick<RolloutId, 'repository' | 'runId' | 'attempt'> & {
  readonly workflowRef: string;
};

/** Names the rollout of a plan that begins in this process. */
export function rolloutId(
  { repository, runId, attempt, workflowRef }: RunOfWorkflow,
  plan: Plan,
): RolloutId {
  return {
    repository,
    runId,
    attempt,
    nonce: randomBytes(4).toString('hex'),
    plan: fingerprint(JSON.stringify(plan)),
    workflow: fingerprint(workflowRef),
  };
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
