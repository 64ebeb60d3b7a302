import type { getOctokit } from '@actions/github';

import { messageOf } from '../core/problems.ts';

export type GitHubApi = ReturnType<typeof getOctokit>;

/** Loaded when it is first used: most runs ask GitHub for nothing, and no revert waits for it. @throws without a token */
export async function apiWith(token: string): Promise<GitHubApi> {
  const { getOctokit } = await import(/* webpackMode: "eager" */ '@actions/github');
  return getOctokit(token);
}

/** A repository of GitHub. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

// Nothing that is told to GitHub is worth that a revert, or the end of a job, waits for it.
const PATIENCE_MS = 5_000;

/**
 * A request to GitHub's API that is given up after a few seconds, or with the signal.
 * @param limits how long it may take, in milliseconds; what is left out is that of something which is told
 */
export function bounded<T>(
  send: (request: { readonly signal: AbortSignal }) => Promise<T>,
  { ms = PATIENCE_MS, signal }: { readonly ms?: number; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const late = AbortSignal.timeout(ms);
  return send({ signal: signal === undefined ? late : AbortSignal.any([signal, late]) });
}

/** @param permission what a job lacks when GitHub answers that it may not: `deployments: write` */
export function explainRefusal(error: unknown, permission: string): string {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  switch (status) {
    case 401:
      return 'GitHub does not accept the github-token.';
    case 403:
    case 404:
      return `the github-token may not do that: give the job the permission "${permission}".`;
    case 422:
      return `GitHub refused it: ${messageOf(error)}.`;
    case undefined:
      return `it was not asked: ${messageOf(error)}.`;
    default:
      // Octokit gives one that got no reply at all the status 500.
      return `GitHub could not be reached in time: ${messageOf(error)}.`;
  }
}
