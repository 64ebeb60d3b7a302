import { readFileSync } from 'node:fs';

import * as core from '@actions/core';

import { connectAws, type Aws } from './aws/aws.ts';
import { connect } from './aws/clients.ts';
import type { FoundFunctions } from './core/function-search.ts';
import { messageOf, Refusal } from './core/problems.ts';
import { fetchIdToken } from './github/id-token.ts';
import { print } from './github/log.ts';
import { createRuns } from './github/runs.ts';
import { keepInState, type Keep, type SavedRollout } from './github/saved.ts';
import type { Workflow } from './github/workflow.ts';
import type { Config } from './inputs/config.ts';
import type { InputName } from './inputs/defaults.ts';
import { InputRefusal, readInputs } from './inputs/inputs.ts';
import type { Waves } from './inputs/waves.ts';
import type { Clock, Journal } from './ports.ts';
import { findFunctions } from './run/found-functions.ts';
import { createJournal } from './run/journal.ts';
import { problemsOfAskable } from './run/modes/askable.ts';
import { ALONE, type Surroundings } from './run/surroundings.ts';
import type { Region } from './run/waves/region.ts';
import type { Cancellation } from './system/cancellation.ts';
import { packages } from './system/packages.ts';
import { rolloutId } from './system/rollout-id.ts';
import { createShell } from './system/shell.ts';

type Get = (name: InputName) => string;

/** What all regions of a run share. */
export interface Process {
  readonly workflow: Workflow;
  readonly cancellation: Cancellation;
  readonly clock: Clock;
}

/** What is one region's own. */
interface Place {
  readonly process: Process;
  /** Connects once: a role need not be assumed anew for what is found by searching. */
  readonly aws: (to: Pick<Config, 'region' | 'role'>) => Aws;
  readonly journal: Journal;
  readonly wave: number;
}

/** The one region of a run. @throws {Refusal} with everything that is wrong, what AWS has against it included where that can be asked */
export async function regionOf(get: Get, process: Process, journal: Journal): Promise<Region> {
  const place = { process, journal, aws: connectOnce(process), wave: 0 };
  const config = await configOf(get, place);
  return regionWith(config, place, keepsOf([config], process)(config.region));
}

/** All regions of a run. @throws {Refusal} with everything that is wrong in any of them */
export async function regionsOf(
  { regions, problems }: Waves,
  process: Process,
): Promise<readonly Region[]> {
  const read = await Promise.all(
    regions.map(async ({ region, wave, get }) => {
      const place = placeIn(region, wave, process);
      try {
        return { region, place, config: await configOf(get, place), problems: [] };
      } catch (error) {
        const told = error instanceof Refusal ? error.problems : [messageOf(error)];
        return { region, place, config: undefined, problems: told };
      }
    }),
  );
  const all = [...problems, ...problemsOfAll(read)];
  if (all.length > 0) throw new Refusal(all);
  const placed = read.flatMap(({ config, place }) =>
    config === undefined ? [] : [{ config, place }],
  );
  const keepOf = keepsOf(
    placed.map(({ config }) => config),
    process,
  );
  return placed.map(({ config, place }) => regionWith(config, place, keepOf(config.region)));
}

/** Each line of its log begins with the region. */
function placeIn(region: string, wave: number, process: Process): Place {
  const say = process.cancellation.guard(print);
  const journal = createJournal(process.clock, (line) => {
    say({ ...line, text: `${region} ${line.text}` });
  });
  return { process, journal, aws: connectOnce(process), wave };
}

interface Told {
  readonly region: string;
  readonly problems: readonly string[];
}

/** What is wrong in every region is said once. */
function problemsOfAll(regions: readonly Told[]): readonly string[] {
  const problems = new Set(regions.flatMap((each) => each.problems));
  return [...problems].map((problem) => {
    const those = regions.filter((each) => each.problems.includes(problem));
    return those.length === regions.length
      ? problem
      : `${those.map(({ region }) => region).join(', ')}: ${problem}`;
  });
}

/** @param found what the searches for functions came to, once they were made */
async function configOf(
  get: Get,
  place: Place,
  found?: readonly FoundFunctions[],
): Promise<Config> {
  const { aws, process } = place;
  const { defaults } = process.workflow;
  const readFile = (path: string) => readFileSync(path, 'utf8');
  const search = (config: Config) =>
    findFunctions(config, aws(config), process.cancellation.signal);
  try {
    const config = readInputs(get, { ...defaults, readFile, found });
    return config.searches.length === 0 || found !== undefined
      ? config
      : await configOf(get, place, await search(config));
  } catch (error) {
    if (!(error instanceof InputRefusal) || error.askable === undefined) throw error;
    const { askable } = error;
    if (askable.searches.length > 0 && found === undefined) {
      const everything = await search(askable).catch((failure: unknown) => {
        throw new Refusal([...error.problems, messageOf(failure)]);
      });
      return configOf(get, place, everything);
    }
    const { id, surroundings } = regionWith(askable, place, keepsOf([askable], process)(''));
    const more = await problemsOfAskable(askable, id, surroundings);
    throw new Refusal([...error.problems, ...more]);
  }
}

function connectOnce({ clock }: Process): Place['aws'] {
  let aws: Aws | undefined;
  return ({ region, role }) =>
    (aws ??= connectAws({ region, role, idToken: fetchIdToken, connect, clock }));
}

function regionWith(config: Config, { process, aws, journal, wave }: Place, keep: Keep): Region {
  const { workflow, cancellation, clock } = process;
  const { githubToken: token } = config;
  const surroundings: Surroundings = {
    aws: aws(config),
    runs: createRuns({ token, own: workflow, serverUrl: workflow.serverUrl }),
    clock,
    shell: createShell(globalThis.process.env),
    packages,
    journal,
    keep,
    cancellation: cancellation.signal,
    jobCancellation: cancellation.signal,
    wave: ALONE,
    random: Math.random,
  };
  return { wave, config, id: rolloutId(workflow, config.plan), surroundings };
}

function keepsOf(configs: readonly Config[], { workflow }: Process): (region: string) => Keep {
  return keepInState(workflow, { temp: workflow.temp, largest: configs.map(largestOf) });
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

/** As it was written: what is read decides about white space. */
export function givenInput(name: InputName): string {
  return core.getInput(name, { trimWhitespace: false });
}
