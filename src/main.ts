import { readFileSync } from 'node:fs';

import * as core from '@actions/core';

import { runAction } from './run/action.ts';
import { findFunctions } from './run/found-functions.ts';
import { problemsOfAskable } from './run/preflight/askable.ts';
import type { Surroundings } from './run/surroundings.ts';
import { connectAws, type Aws } from './aws/aws.ts';
import { connect } from './aws/clients.ts';
import { listenForCancellation, type Cancellation } from './system/cancellation.ts';
import { createJournal } from './run/journal.ts';
import { systemClock } from './system/clock.ts';
import type { FoundFunctions } from './core/function-search.ts';
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
    const shared = { aws: connectOnce(), journal, cancellation };
    const config = await configOf(workflow, shared);
    telling = tellingOf(config, workflow, journal);
    ending = await attempt(config, workflow, shared);
  } catch (error) {
    ending = ended('failed', messageOf(error));
  }
  const times = { startedAt: journal.startedAt, endedAt: clock.timeOfDay() };
  const report = reportOf(journal.entries, ending, times);
  await conclude(report);
  await telling?.conclude(report);
}

/**
 * @param found what the searches for functions came to, once they were made
 * @throws {Refusal} with everything that is wrong, what AWS has against it included where that can be asked
 */
async function configOf(
  workflow: Workflow,
  process: Process,
  found?: readonly FoundFunctions[],
): Promise<Config> {
  const { defaults } = workflow;
  const getInput = (name: string) => core.getInput(name, { trimWhitespace: false });
  const readFile = (path: string) => readFileSync(path, 'utf8');
  const search = (config: Config) =>
    findFunctions(config, process.aws(config), process.cancellation.signal);
  try {
    const config = readInputs(getInput, { ...defaults, readFile, found });
    return config.searches.length === 0 || found !== undefined
      ? config
      : await configOf(workflow, process, await search(config));
  } catch (error) {
    if (!(error instanceof InputRefusal) || error.askable === undefined) throw error;
    const { askable } = error;
    if (askable.searches.length > 0 && found === undefined) {
      const everything = await search(askable).catch((failure: unknown) => {
        throw new Refusal([...error.problems, messageOf(failure)]);
      });
      return configOf(workflow, process, everything);
    }
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
  /** Connects once: a role need not be assumed anew for what is found by searching. */
  readonly aws: (to: Pick<Config, 'region' | 'role'>) => Aws;
  readonly journal: Journal;
  readonly cancellation: Cancellation;
}

function connectOnce(): Process['aws'] {
  let aws: Aws | undefined;
  return ({ region, role }) =>
    (aws ??= connectAws({ region, role, idToken: fetchIdToken, connect, clock }));
}

function attempt(config: Config, workflow: Workflow, process: Process): Promise<Ending> {
  const id = rolloutId(workflow, config.plan);
  return runAction(config, id, surroundingsOf(config, workflow, process));
}

function surroundingsOf(
  config: Config,
  workflow: Workflow,
  { aws, journal, cancellation }: Process,
): Surroundings {
  const { githubToken: token } = config;
  const { temp, serverUrl } = workflow;
  return {
    aws: aws(config),
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
