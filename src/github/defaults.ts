import { context } from '@actions/github';

import type { Defaults } from '../inputs/inputs.ts';

/** Lambda takes a version's description up to this length. */
const LONGEST_DESCRIPTION = 256;

/** What the workflow run says where an input is silent. */
export function defaultsOf(environment: NodeJS.ProcessEnv): Defaults {
  const repository = environment['GITHUB_REPOSITORY'];
  const run =
    repository === undefined
      ? 'lambda-canary'
      : `${context.sha} ${context.serverUrl}/${repository}/actions/runs/${context.runId}`;
  return {
    description: run.slice(0, LONGEST_DESCRIPTION),
    // Empty is what a workflow makes of an expression without a value.
    region: [environment['AWS_REGION'], environment['AWS_DEFAULT_REGION']].find(Boolean),
  };
}
