import { formatDuration } from '../text/duration.ts';
import { longestBakeMs, totalBakeMs, type Plan } from '../rollout/plan.ts';
import type { Findings } from './target.ts';

/** How long the credentials of a run last. */
export type Session =
  /** The action assumes the role itself, and again before the session ends. */
  | { readonly type: 'renewed' }
  /** Keys of a user. */
  | { readonly type: 'endless' }
  | { readonly type: 'temporary'; readonly expiresAt: number }
  /** Temporary; until when is not known. */
  | { readonly type: 'unknown' };

/** What a rollout takes besides its bakes: publishing, waiting for Lambda, and a revert at its very end. */
const MARGIN_MS = 5 * 60_000;
/** What aws-actions/configure-aws-credentials asks for when it is not told otherwise. */
const USUAL_SESSION_MS = 60 * 60_000;

/**
 * Whether the credentials last as long as the plan: without them, nothing can be reverted.
 * @param maxExtension how many times its bake time a step may last; 1 when steps are not extended
 */
export function inspectSession(
  session: Session,
  {
    plan,
    maxExtension,
    now,
  }: { readonly plan: Plan; readonly maxExtension: number; readonly now: number },
): Findings {
  const bakeMs = totalBakeMs(plan);
  const longestMs = longestBakeMs(plan, maxExtension);
  const baking = `the plan bakes for ${formatDuration(bakeMs)}`;
  const waysOut =
    'Let the session last longer (role-duration-seconds of aws-actions/configure-aws-credentials, and the ' +
    "role's maximum session duration), or let this action assume the role itself and renew the session " +
    '(role-to-assume).';
  switch (session.type) {
    case 'renewed':
    case 'endless':
      return { problems: [], warnings: [] };
    case 'temporary': {
      const leftMs = session.expiresAt - now;
      return {
        problems:
          leftMs < bakeMs + MARGIN_MS
            ? [
                `The AWS credentials expire in ${formatDuration(leftMs)}, but ${baking} ` +
                  `and takes up to ${formatDuration(MARGIN_MS)} more: nothing could be reverted after that. ${waysOut}`,
              ]
            : [],
        warnings:
          leftMs >= bakeMs + MARGIN_MS && leftMs < longestMs + MARGIN_MS
            ? [
                `The AWS credentials expire in ${formatDuration(leftMs)}. That is enough for the plan, but with ` +
                  `little traffic its steps are extended, to ${formatDuration(longestMs)} at most (max-extension), ` +
                  `and nothing could be reverted after they have expired. ${waysOut}`,
              ]
            : [],
      };
    }
    case 'unknown':
      return {
        problems: [],
        warnings:
          bakeMs + MARGIN_MS > USUAL_SESSION_MS
            ? [
                `It is not known when the AWS credentials expire, and ${baking}. Without them nothing can be ` +
                  `reverted. Make sure that they last: ${waysOut}`,
              ]
            : [],
      };
  }
}
