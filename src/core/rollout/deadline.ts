import { clockTime, formatDuration } from '../text/duration.ts';
import type { SessionEnd } from '../session-end.ts';
import type { Inspection } from '../inspection.ts';
import {
  longestBakeMs,
  longestShiftMs,
  overtimeMs,
  totalBakeMs,
  waitBeforePromotionMs,
  type Course,
  type Deadline,
} from './plan.ts';

/** What a rollout needs to its end, as far as it is known how long it lasts. */
export interface Means {
  readonly session: SessionEnd;
  /** What a person says of credentials whose end nobody tells. */
  readonly credentialsLastMs: number | undefined;
  /** When this step of the job began, epoch milliseconds. */
  readonly startedAt: number;
  /** What `timeout-minutes` of the job says. */
  readonly jobLastsMs: number;
}

/** A revert tries for two minutes; it must be over before its means are. */
const REVERT_MS = 3 * 60_000;
/** The job and its session began before this step did, by what checking out, building and updating the function took. */
const STEPS_BEFORE_MS = 10 * 60_000;
/**
 * What aws-actions/configure-aws-credentials asks for when it is not told otherwise (its role-duration-seconds is 3600). It
 * gives no later step the end of the session.
 */
const USUAL_SESSION_MS = 60 * 60_000;

/** When a rollout must be over, so that it could still be reverted. */
export function deadlineOf(means: Means): Deadline | undefined {
  const ends = [...sessionEnds(means), jobEnds(means)];
  const at = Math.min(...ends.map((end) => end.at));
  const first = ends.find((end) => end.at === at);
  return first && { at: at - REVERT_MS, reason: first.reason };
}

function sessionEnds({ session, credentialsLastMs }: Means): readonly Deadline[] {
  switch (session.type) {
    case 'renews':
    case 'endless':
      return [];
    case 'ends':
      return [
        { at: session.at, reason: `the AWS credentials end at ${clockTime(session.at)} UTC` },
      ];
    case 'unknown': {
      const lastMs = credentialsLastMs ?? USUAL_SESSION_MS;
      const at = session.since + lastMs - beforeUs(lastMs);
      const assumed = credentialsLastMs === undefined ? 'must be assumed to ' : '';
      return [{ at, reason: `the AWS credentials ${assumed}end at ${clockTime(at)} UTC` }];
    }
  }
}

function beforeUs(lastMs: number): number {
  return Math.min(STEPS_BEFORE_MS, lastMs / 4);
}

function jobEnds({ startedAt, jobLastsMs }: Means): Deadline {
  const at = startedAt + jobLastsMs - beforeUs(jobLastsMs);
  return {
    at,
    reason: `the job may end from ${clockTime(at)} UTC on (job-timeout is ${formatDuration(jobLastsMs)})`,
  };
}

/** What of a rollout is still to come. `steps`: those that this process takes. */
export interface Remainder extends Pick<
  Course,
  'steps' | 'onTheMinute' | 'maxExtension' | 'settlingMs'
> {
  /** Whether it goes on from a weight that another process left. */
  readonly takesOver: boolean;
  readonly now: number;
}

/**
 * Whether the rest of a rollout ends before its deadline. What fits with its extensions only in part is a warning:
 * they are cut.
 */
export function inspectDeadline(deadline: Deadline | undefined, remainder: Remainder): Inspection {
  if (deadline === undefined) return { problems: [], warnings: [] };
  const { steps, takesOver, now } = remainder;
  const shifting = steps.length * longestShiftMs(remainder);
  const [first] = steps;
  // What is promoted first was baked by another process, or nothing was split before.
  const isAtOnce = first !== undefined && first.weight >= 100;
  const settling = isAtOnce && !takesOver ? 0 : waitBeforePromotionMs(remainder);
  const needed = totalBakeMs({ steps }) + shifting + settling + overtimeMs(remainder);
  const longest = longestBakeMs(remainder) + shifting + (isAtOnce ? settling : 0);
  const left = deadline.at - now;
  const until = `${deadline.reason}, and a revert needs ${formatDuration(REVERT_MS)} before that`;
  if (left < needed) {
    return {
      problems: [
        `The plan takes ${formatDuration(needed)}, but ${until}: nothing could be reverted any more. ${WAYS_OUT}`,
      ],
      warnings: [],
    };
  }
  return {
    problems: [],
    warnings:
      left < longest
        ? [
            `With little traffic the steps would be extended (max-extension), and the plan would take up to ` +
              `${formatDuration(longest)}; but ${until}. The extensions are cut to what fits. ${WAYS_OUT}`,
          ]
        : [],
  };
}

const WAYS_OUT =
  'Let the credentials last longer (role-duration-seconds of aws-actions/configure-aws-credentials, and say so ' +
  'in credentials-duration), let this action assume the role itself and renew the session (role-to-assume), give the ' +
  'job more time (timeout-minutes, and job-timeout), make the plan shorter, or share it out over several jobs (mode).';
