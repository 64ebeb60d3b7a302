import {
  commentMark,
  commentOf,
  wantsComment,
  type CommentPolicy,
} from '../core/report/comment.ts';
import { statusOfEntry, statusOfReport } from '../core/report/deployment.ts';
import type { Entry } from '../core/report/entry.ts';
import type { Plan } from '../core/rollout/plan.ts';
import type { Report } from '../core/report/report.ts';
import { comment } from './comment.ts';
import { followDeployment, type Deployment } from './deployments.ts';
import type { Workflow } from './workflow.ts';

/** What GitHub is to be told of a run, besides log, outputs and summary. */
export interface TellingOptions {
  /** Empty: no deployment. */
  readonly environment: string;
  readonly comment: CommentPolicy;
  readonly githubToken: string;
  readonly isPost?: boolean;
}

export interface Telling {
  /** Of each entry as it is recorded. Never waits. @param region empty where there is one only */
  hear(entry: Entry, region: string): void;
  /** Of the end, when nothing is left that could be delayed. */
  conclude(report: Report): Promise<void>;
}

/** @param warn what GitHub does not take is said, and changes nothing */
export function tellGitHub(
  { environment, comment: policy, githubToken: token, isPost = false }: TellingOptions,
  workflow: Workflow,
  warn: (text: string) => void,
): Telling {
  const { repository, sha, runUrl, attemptUrl } = workflow;
  const [owner = '', repo = ''] = repository.split('/');
  const target = { owner, repo, token, sha, warn };
  const plans = new Map<string, Plan>();
  const deployment: Deployment | undefined =
    environment === ''
      ? undefined
      : followDeployment({ ...target, environment, runUrl, isPost, logUrl: attemptUrl });

  return {
    hear(entry, region) {
      if (entry.type === 'plan') plans.set(region, entry.plan);
      if (entry.type === 'position') deployment?.continue(entry.startedBy);
      const status = statusOfEntry(plans.get(region), entry, region);
      if (status !== undefined) deployment?.tell(status);
    },

    async conclude(report) {
      deployment?.tell(statusOfReport(report));
      if (wantsComment(policy, report)) {
        const body = commentOf(report, attemptUrl);
        await comment({ ...target, mark: commentMark(report), body });
      }
      await deployment?.settled();
    },
  };
}
