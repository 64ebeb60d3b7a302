import { formatDuration } from './duration.ts';
import { totalBakeMs, type Plan } from './plan.ts';
import type { Findings } from './preflight.ts';

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

/** Whether the credentials last as long as the plan: without them, nothing can be reverted. */
export function inspectSession(session: Session, plan: Plan, now: number): Findings {
  const bakeMs = totalBakeMs(plan);
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
        warnings: [],
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
