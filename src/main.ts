import { readFileSync } from 'node:fs';

import * as core from '@actions/core';

import { runAction } from './run/action.ts';
import { problemsOfAskable } from './run/preflight/askable.ts';
import type { Surroundings } from './run/surroundings.ts';
import { connectAws } from './aws/aws.ts';
import { connect } from './aws/clients.ts';
import { listenForCancellation, type Cancellation } from './system/cancellation.ts';
import { createJournal } from './run/journal.ts';
import { systemClock } from './system/clock.ts';
import { reportOf } from './core/report/report.ts';
import { ended, type Ending } from './core/report/ending.ts';
import { conclude } from './github/conclusion.ts';
import { fetchIdToken } from './github/id-token.ts';
import { print } from './github/log.ts';
import { createRuns } from './github/runs.ts';
import { keepInState, markMain, type SavedRollout } from './github/saved.ts';
import { tellGitHub, type Telling } from './github/telling.ts';
import { workflowIn, type Workflow } from './github/workflow.ts';
import type { Config } from './inputs/config.ts';
import { InputRefusal, readInputs } from './inputs/inputs.ts';
import { unknownInputs } from './inputs/unknown.ts';
import { messageOf, Refusal } from './core/problems.ts';
import type { Journal } from './ports.ts';
import { packages } from './system/packages.ts';
import { rolloutId } from './system/rollout-id.ts';
import { createShell } from './system/shell.ts';

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
    unknownInputs(Object.keys(process.env)).forEach(journal.warn);
    const config = await configOf(workflow, { journal, cancellation });
    telling = tellingOf(config, workflow, journal);
    ending = await attempt(config, workflow, { journal, cancellation });
  } catch (error) {
    ending = ended('failed', messageOf(error));
  }
  const times = { startedAt: journal.startedAt, endedAt: clock.timeOfDay() };
  const report = reportOf(journal.entries, ending, times);
  await conclude(report);
  await telling?.conclude(report);
}

/** @throws {Refusal} with everything that is wrong, what AWS has against it included where that can be asked */
async function configOf(workflow: Workflow, process: Process): Promise<Config> {
  const { defaults } = workflow;
  const getInput = (name: string) => core.getInput(name, { trimWhitespace: false });
  const readFile = (path: string) => readFileSync(path, 'utf8');
  try {
    return readInputs(getInput, { ...defaults, readFile });
  } catch (error) {
    if (!(error instanceof InputRefusal) || error.askable === undefined) throw error;
    const { askable } = error;
    const id = rolloutId(workflow, askable.plan);
    const more = await problemsOfAskable(askable, id, surroundingsOf(askable, workflow, process));
    throw new Refusal([...error.problems, ...more]);
  }
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

interface Process {
  readonly journal: Journal;
  readonly cancellation: Cancellation;
}

function attempt(config: Config, workflow: Workflow, process: Process): Promise<Ending> {
  const id = rolloutId(workflow, config.plan);
  return runAction(config, id, surroundingsOf(config, workflow, process));
}

function surroundingsOf(
  config: Config,
  workflow: Workflow,
  { journal, cancellation }: Process,
): Surroundings {
  const { region, role, githubToken: token } = config;
  const { temp, serverUrl } = workflow;
  return {
    aws: connectAws({ region, role, idToken: fetchIdToken, connect, clock }),
    runs: createRuns({ token, own: workflow, serverUrl }),
    clock,
    shell: createShell(process.env),
    packages,
    journal,
    keep: keepInState(workflow, { temp, largest: largestOf(config) }),
    cancellation: cancellation.signal,
    random: Math.random,
  };
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
