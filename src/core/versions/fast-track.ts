import type { Plan } from '../rollout/plan.ts';
import { formatDuration } from '../text/duration.ts';
import type { EarlierVersion } from './past.ts';

/** Stands where the fingerprint of a plan stands, and is none: no later run takes these steps for its own. */
export const FAST_TRACK_PLAN = '0';

/** What is known of a target's new version. */
export interface NamedCanary {
  readonly name: string;
  readonly version: string;
  /** Undefined when this run published it. */
  readonly earlier: EarlierVersion | undefined;
}

export interface FastTrackOptions {
  /** How long ago a version may have been live, in milliseconds. */
  readonly windowMs: number;
  /** Whether something watches a version that serves alone: there is nothing to compare it with. */
  readonly watched: boolean;
  readonly now: number;
}

/** Why the steps are taken all the same; nothing when all of the versions were live within the window. */
export function noFastTrack(
  versions: readonly NamedCanary[],
  { windowMs, watched, now }: FastTrackOptions,
): string | undefined {
  const [first] = versions.flatMap(({ name, version, earlier }) => {
    const why = notStable(earlier, now - windowMs);
    return why === undefined ? [] : [`version ${version} of ${name} ${why}`];
  });
  if (first !== undefined) {
    return `No fast track: ${first} (rollback-window: ${formatDuration(windowMs)}).`;
  }
  return watched
    ? undefined
    : 'No fast track: neither an alarm nor a metric check would watch it, and a version that serves alone is not compared.';
}

function notStable(earlier: EarlierVersion | undefined, since: number): string | undefined {
  if (earlier === undefined) return 'is new';
  const { past } = earlier;
  switch (past.type) {
    case 'live':
      return past.until >= since ? undefined : 'was live too long ago';
    case 'reverted':
      return 'was taken back';
    case 'unserved':
      return 'was never seen live';
    case 'unknown':
      return `may not have been live: ${past.problem}`;
  }
}

/** The promotion alone, with its bake: what was skipped is what comes before it. */
export function fastTrackOf({ steps }: Plan): Plan {
  return { steps: steps.slice(-1) };
}
