import type { Alias } from '../../aws/aliases.ts';
import type { TargetFacts } from '../../core/preflight/target.ts';
import type { TargetRequest } from '../../inputs/config.ts';

/** A target that may be rolled out. */
export interface Cleared {
  readonly request: TargetRequest;
  readonly facts: TargetFacts;
  readonly alias: Alias | undefined;
}
