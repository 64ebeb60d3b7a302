import { readFileSync } from 'node:fs';

import * as core from '@actions/core';

import { runAction } from './action.ts';
import { connectAws } from './aws/aws.ts';
import { connect } from './aws/clients.ts';
import { listenForCancellation } from './cancellation.ts';
import { createChronicle, type Chronicle } from './chronicle.ts';
import { systemClock } from './clock.ts';
import { reportOf, type Ending } from './core/report.ts';
import { conclude } from './github/conclusion.ts';
import { fetchIdToken } from './github/id-token.ts';
import { createRuns } from './github/runs.ts';
import { forgetRollout, markMain, saveRollout } from './github/saved.ts';
import { workflowIn } from './github/workflow.ts';
import { readInputs } from './inputs/inputs.ts';
import { messageOf } from './problems.ts';
import { rolloutId } from './rollout-id.ts';

const clock = systemClock;

/** The step of a workflow. Whatever is thrown ends here, as the outcome `failed`. */
export async function main(): Promise<void> {
  markMain();
  const chronicle = createChronicle(clock);
  const ending = await attempt(chronicle, listenForCancellation()).catch(
    (error: unknown): Ending => ({ outcome: 'failed', reason: messageOf(error) }),
  );
  const times = { startedAt: chronicle.startedAt, endedAt: clock.now() };
  await conclude(reportOf(chronicle.entries, ending, times));
}

async function attempt(chronicle: Chronicle, cancellation: AbortSignal): Promise<Ending> {
  const workflow = workflowIn(process.env);
  const getInput = (name: string) => core.getInput(name, { trimWhitespace: false });
  const config = readInputs(getInput, {
    ...workflow.defaults,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  const { region, role } = config;
  return runAction(config, rolloutId(workflow, config.plan), {
    aws: connectAws({
      region,
      role,
      idToken: fetchIdToken,
      connect,
      clock,
    }),
    runs: createRuns({ token: config.githubToken, own: workflow, serverUrl: workflow.serverUrl }),
    clock,
    chronicle,
    keep: { save: saveRollout, forget: forgetRollout },
    cancellation,
    random: Math.random,
  });
}
