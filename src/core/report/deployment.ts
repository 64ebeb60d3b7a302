import type { Entry } from './entry.ts';
import { shorten } from '../text/markdown.ts';
import type { Plan } from '../rollout/plan.ts';
import type { Report } from './report.ts';
import { headline } from './opening.ts';
import { isSuccess } from './ending.ts';
import { describeStep } from '../rollout/state.ts';

/** A status of a GitHub Deployment. */
export interface DeploymentStatus {
  readonly state: 'in_progress' | 'success' | 'failure' | 'error';
  readonly description: string;
}

/** What GitHub takes. */
const LONGEST_DESCRIPTION = 140;

/**
 * What is to be told of an entry while the rollout goes on; nothing of most.
 * @param region where it is one of several
 */
export function statusOfEntry(
  plan: Plan | undefined,
  entry: Entry,
  region = '',
): DeploymentStatus | undefined {
  if (plan === undefined || entry.type !== 'state') return undefined;
  const { state } = entry;
  const inProgress = (text: string) => goingOn(region === '' ? text : `${region}: ${text}`);
  switch (state.phase) {
    case 'shifting':
      return inProgress(`shifting to ${describeStep(plan, state.step)}`);
    case 'checking':
      return state.standing === undefined
        ? undefined
        : inProgress(`at ${describeStep(plan, state.standing)}: reading the checks`);
    case 'reverting':
      return inProgress(`reverting ${state.reason}`);
    default:
      return undefined;
  }
}

/** What is told in the end. A rollout that another job goes on with is in progress still. */
export function statusOfReport(report: Report): DeploymentStatus {
  const description = cut(headline(report));
  if (report.outcome === 'held' || report.outcome === 'started') {
    return { state: 'in_progress', description };
  }
  if (report.outcome === 'revert-failed') return { state: 'error', description };
  const isLive = isSuccess(report) && report.outcome !== 'reverted';
  return { state: isLive ? 'success' : 'failure', description };
}

function goingOn(text: string): DeploymentStatus {
  return { state: 'in_progress', description: cut(text) };
}

function cut(text: string): string {
  return shorten(text.replaceAll('\n', ' '), LONGEST_DESCRIPTION);
}
