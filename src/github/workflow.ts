import type { Run } from './runs.ts';

/** What the environment of a step says of the workflow it belongs to. */
export interface Workflow extends Run {
  readonly serverUrl: string;
  /** The commit that it runs for. */
  readonly sha: string;
  /** Links to the run, and to this attempt of it. */
  readonly runUrl: string;
  readonly attemptUrl: string;
  /** File and ref: `owner/name/.github/workflows/deploy.yml@refs/heads/main`. */
  readonly workflowRef: string;
  /** RUNNER_TEMP, where there is one. */
  readonly temp: string | undefined;
  /** What it says where an input is silent. */
  readonly defaults: {
    readonly description: string;
    readonly region: string | undefined;
    readonly roleSessionName: string;
  };
}

/** Lambda takes a version's description up to this length. */
const LONGEST_DESCRIPTION = 256;

// Outside of a workflow, as when the bundle is run by hand.
const NO_REPOSITORY = 'unknown/unknown';

/** Reads the variables that a runner sets, with something in the place of those that are missing or empty. */
export function workflowIn(environment: NodeJS.ProcessEnv): Workflow {
  // Empty is what a workflow makes of an expression without a value.
  const read = (name: string) => [environment[name]].find((value) => value !== '');
  const repository = read('GITHUB_REPOSITORY');
  const serverUrl = read('GITHUB_SERVER_URL') ?? 'https://github.com';
  const runId = read('GITHUB_RUN_ID') ?? '0';
  const attempt = read('GITHUB_RUN_ATTEMPT') ?? '1';
  const sha = read('GITHUB_SHA') ?? '';
  const runUrl = `${serverUrl}/${repository ?? NO_REPOSITORY}/actions/runs/${runId}`;
  const attemptUrl = `${runUrl}/attempts/${attempt}`;
  const description = repository === undefined ? 'lambda-canary' : `${sha} ${attemptUrl}`;
  return {
    repository: repository ?? NO_REPOSITORY,
    runId,
    attempt,
    serverUrl,
    sha,
    runUrl,
    attemptUrl,
    workflowRef: read('GITHUB_WORKFLOW_REF') ?? '',
    temp: read('RUNNER_TEMP'),
    defaults: {
      description: description.slice(0, LONGEST_DESCRIPTION),
      region: read('AWS_REGION') ?? read('AWS_DEFAULT_REGION'),
      roleSessionName: `lambda-canary-${runId}`,
    },
  };
}
