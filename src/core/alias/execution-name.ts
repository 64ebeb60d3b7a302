import type { RolloutId } from '../alias/mark.ts';

/** Step Functions takes names up to this length, of letters, digits, `-` and `_`. */
const LONGEST_NAME = 80;

/**
 * The name of the execution that carries a rollout: it follows from the mark, so that whoever finds the alias finds the execution. A
 * name that is too long loses its beginning; run, attempt and nonce are told in any case.
 */
export function executionName({ repository, runId, attempt, nonce }: ExecutionId): string {
  return [...repository.split('/'), runId, attempt, nonce]
    .join('-')
    .replace(/[^\w-]/g, '-')
    .slice(-LONGEST_NAME);
}

export type ExecutionId = Pick<RolloutId, 'repository' | 'runId' | 'attempt' | 'nonce'>;
