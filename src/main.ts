import { readFileSync } from 'node:fs';

import * as core from '@actions/core';

import { runAction } from './run/action.ts';
import { connectAws } from './aws/aws.ts';
import { connect } from './aws/clients.ts';
import { listenForCancellation, type Cancellation } from './system/cancellation.ts';
import { createJournal } from './run/journal.ts';
import { systemClock } from './system/clock.ts';
import { reportOf, type Ending } from './core/report/report.ts';
import { conclude } from './github/conclusion.ts';
import { fetchIdToken } from './github/id-token.ts';
import { print } from './github/log.ts';
import { createRuns } from './github/runs.ts';
import { keepInState, markMain, type SavedRollout } from './github/saved.ts';
import { tellGitHub, type Telling } from './github/telling.ts';
import { workflowIn, type Workflow } from './github/workflow.ts';
import type { Config } from './inputs/config.ts';
import { readInputs } from './inputs/inputs.ts';
import { messageOf } from './core/problems.ts';
import type { Journal } from './ports.ts';
import { rolloutId } from './system/rollout-id.ts';

const clock = systemClock;

/** The step of a workflow. Whatever is thrown ends here, as the outcome `failed`. */
export async function main(): Promise<void> {
  const cancellation = listenForCancellation();
  const journal = createJournal(clock, cancellation.guard(print));
  const workflow = workflowIn(process.env);
  let telling: Telling | undefined;
  let ending: Ending;
  try {
    markMain();
    const config = configOf(workflow);
    telling = tellingOf(config, workflow, journal);
    ending = await attempt(config, workflow, { journal, cancellation });
  } catch (error) {
    ending = { outcome: 'failed', reason: messageOf(error) };
  }
  const times = { startedAt: journal.startedAt, endedAt: clock.timeOfDay() };
  const report = reportOf(journal.entries, ending, times);
  await conclude(report);
  await telling?.conclude(report);
}

function configOf({ defaults }: Workflow): Config {
  const getInput = (name: string) => core.getInput(name, { trimWhitespace: false });
  return readInputs(getInput, { ...defaults, readFile: (path) => readFileSync(path, 'utf8') });
}

/** Nothing of what only looks. */
function tellingOf(config: Config, workflow: Workflow, journal: Journal): Telling | undefined {
  if (config.dryRun || config.mode === 'status') return undefined;
  const telling = tellGitHub(config, workflow, journal.warn);
  journal.follow((entry) => {
    telling.hear(entry);
  });
  return telling;
}

function attempt(
  config: Config,
  workflow: Workflow,
  { journal, cancellation }: { readonly journal: Journal; readonly cancellation: Cancellation },
): Promise<Ending> {
  const { region, role, githubToken: token } = config;
  const { temp, serverUrl } = workflow;
  return runAction(config, rolloutId(workflow, config.plan), {
    aws: connectAws({ region, role, idToken: fetchIdToken, connect, clock }),
    runs: createRuns({ token, own: workflow, serverUrl }),
    clock,
    journal,
    keep: keepInState(workflow, { temp, largest: largestOf(config) }),
    cancellation: cancellation.signal,
    random: Math.random,
  });
}

/** As much as could have to be put back. */
function largestOf({ requests, plan, region, role }: Config): SavedRollout {
  const version = '9'.repeat(10);
  const nonce = 'f'.repeat(8);
  const weights = plan.steps.map(({ weight }) => weight);
  return {
    region,
    role,
    account: '9'.repeat(12),
    targets: requests.map(({ target }) => ({
      target,
      versions: { stable: version, canary: version },
      nonces: [nonce, nonce],
      begun: [...weights, ...weights],
    })),
  };
}
