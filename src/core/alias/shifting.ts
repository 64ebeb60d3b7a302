import type { Plan } from '../rollout/plan.ts';
import { firstWholeMinute } from '../minute.ts';
import type { Shown } from './ownership.ts';
import { marksOf, readMark, withMark, type Carrier, type Mark, type RolloutId } from './mark.ts';
import type { Versions } from './routing.ts';
import { sameTarget, targetName, type Disposition, type Target } from './target.ts';
import type { Unfinished } from './unfinished.ts';

/** A target whose traffic moves, with the alias as it was last read. */
export interface Shifting {
  readonly target: Target;
  readonly versions: Versions;
  readonly alias: Shown & { readonly arn: string; readonly revisionId: string };
  /** By step; none when the alias's description has no room for them. */
  readonly marks: readonly Mark[];
  /** The rollouts whose marks are ours to remove. */
  readonly nonces: readonly string[];
  /** Weights that an earlier process wrote. */
  readonly begun: readonly number[];
  /** That the canary logs to. */
  readonly logGroup: string;
  /** Whether the alias had provisioned concurrency before the first weight; absent when that is not known. */
  readonly isProvisioned: boolean | undefined;
}

export interface Candidate {
  readonly target: Target;
  readonly alias: Shifting['alias'];
  readonly disposition: Disposition;
  readonly logGroup: string;
  readonly isProvisioned: boolean | undefined;
}

export interface ShiftingOptions {
  readonly plan: Plan;
  readonly id: RolloutId;
  readonly carriedBy: Carrier;
  /** What earlier jobs or runs left to continue with. */
  readonly continued: readonly Unfinished[];
  /** The time of day. */
  readonly now: number;
  /** Whether the first weight waits for its minute. */
  readonly comparable: boolean;
  /** How many there are, where they were found by searching. */
  readonly targets: number | undefined;
}

/** What is shifted of a target: nothing of one that serves the version already, or whose alias is new. */
export function shiftingOf(
  { target, alias, disposition, logGroup, isProvisioned }: Candidate,
  { plan, id, carriedBy, continued, now, comparable, targets }: ShiftingOptions,
): readonly Shifting[] {
  if (disposition.type !== 'shift') return [];
  const { stable, canary } = disposition;
  const versions = { stable, canary };
  const before = continued.find((each) => sameTarget(each.target, target))?.mark;
  const begins = comparable ? firstWholeMinute(now) : now;
  const { begunAt, startedBy } = before ?? { begunAt: begins, startedBy: id.runId };
  const origin = { begunAt, startedBy, targets: before === undefined ? targets : before.targets };
  const marks = marksOf(plan, id, { ...versions, ...origin }, carriedBy);
  const { description } = readMark(alias.description);
  const fits = marks.every((mark) => withMark(description, mark) !== undefined);
  return [
    {
      target,
      versions,
      alias,
      marks: fits ? marks : [],
      nonces: [id.nonce, ...(before === undefined ? [] : [before.nonce])],
      begun: before === undefined ? [] : [before.weight],
      logGroup,
      isProvisioned,
    },
  ];
}

/** What the run cannot recover later, because the alias's description is full. */
export function unmarkable({ target, marks }: Shifting): readonly string[] {
  return marks.length > 0
    ? []
    : [
        `${targetName(target)}: the alias's description is too long to carry the mark of this rollout. If the ` +
          'runner dies in the middle of it, the next run cannot tell whose split it finds, and refuses to begin.',
      ];
}
