import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { zipSync } from 'fflate';

import { createAlias, getAlias } from '../../simulator/lambda/aliases.ts';
import {
  createFunction,
  hashOf,
  publishVersion,
  updateFunction,
} from '../../simulator/lambda/functions.ts';
import {
  runAction,
  startAction,
  type ActionOptions,
  type ActionResult,
} from '../../simulator/runner.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { addRepairRule } from '../../simulator/states/repair-rule.ts';
import type { SharedTime } from '../../simulator/time/shared-time.ts';
import { definitionText } from '../../src/core/state-machine/definition.ts';
import { allEnded } from './carried-trial.ts';
import {
  CODE_JOBS,
  isCrowded,
  type CodeFinding,
  type CodeJobName,
  type CodePoint,
} from './code-points.ts';
import { endAtCall } from './ending.ts';
import { ENDS } from './points.ts';
import { arrived } from './trial.ts';
import { DESCRIPTION, look, runLater, withWorld, type World } from './world.ts';

/** Who carries the rollout. */
export type CodeEngine = 'runner' | 'step-functions';

const IMAGES = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop';
const digest = (letter: string) => `${IMAGES}@sha256:${letter.repeat(64)}`;
const TAG = `${IMAGES}:latest`;
const STABLE = { zip: 'one', image: digest('a') };
/** Lambda takes over for so long what was uploaded. */
const UPDATE_MS = 20_000;
/** What mode: start leaves. */
const HELD = '1+2@0.1';
/** What somebody else sets beside their code. */
const THEIRS = { MemorySize: 256 };
const INPUTS = {
  steps: '10% 20s, 50% 20s',
  'bake-time': '20s',
  'poll-interval': '15s',
};
const BY_ENGINE = { runner: {}, 'step-functions': { 'hold-for': '10m' } };

/** The job, how it is run, and what it brings. */
interface Prepared {
  readonly options: ActionOptions;
  /** Lambda's `CodeSha256` of the code of the job. */
  readonly ours: string;
  readonly stable: string;
}

/** Ends the process at one of its calls, has it looked after, and says what is wrong then with code and versions. */
export function tryCodePoint(point: CodePoint, engine: CodeEngine): Promise<CodeFinding> {
  const { job, end } = point;
  return withWorld(async (world) => {
    const { simulator, time } = world;
    const prepared = await prepare(job, engine, world);
    const { options } = prepared;
    const action = startAction(options);
    const theirs = { isIn: false };
    const ending = endAtCall(point, { action, simulators: [simulator], time }, () => {
      theirs.isIn = isCrowded(point) && somebodyDeploys(simulator);
    });
    const main = await action.done;
    if (isCrowded(point) && !theirs.isIn && ending.operation() !== '') {
      await passed(UPDATE_MS, time);
      theirs.isIn = somebodyDeploys(simulator);
    }
    const second =
      ENDS[end].then === 'post'
        ? await runAction({ ...options, state: main.state })
        : await runLater(CODE_JOBS[job].next, options);
    // While Lambda takes theirs over, it would refuse whatever arrives, for that alone.
    await passed(UPDATE_MS, time);
    ending.letArrive();
    await arrived(simulator);
    await allEnded(simulator, time);
    const wrong = wrongOf(point, {
      simulator,
      main,
      second,
      hasDeployed: theirs.isIn,
      ...prepared,
    });
    return { ...point, operation: ending.operation(), wrong: wrong.join('; ') };
  }, live(job));
}

/** How many calls a job makes when nobody ends it. */
export function codeCallsOf(job: CodeJobName, engine: CodeEngine): Promise<number> {
  return withWorld(async (world) => {
    const { options } = await prepare(job, engine, world);
    const before = ownCalls(world.simulator);
    const { outputs, log } = await runAction(options);
    if (outputs['outcome'] !== CODE_JOBS[job].outcome) {
      throw new Error(`${job} is not ${CODE_JOBS[job].outcome} by itself: ${log}`);
    }
    return ownCalls(world.simulator) - before;
  }, live(job));
}

function ownCalls({ requests }: Simulator): number {
  return requests.filter(({ execution }) => execution === undefined).length;
}

/** A function that is live and has nothing new in `$LATEST`. */
function live(job: CodeJobName): (simulator: Simulator) => void {
  return ({ lambda }) => {
    createFunction(lambda, {
      functionName: 'checkout',
      packageType: CODE_JOBS[job].brings === 'image' ? 'Image' : 'Zip',
      code: STABLE[CODE_JOBS[job].brings],
      updateMs: UPDATE_MS,
      activationMs: 0,
    });
    publishVersion(lambda, 'checkout');
    createAlias(lambda, 'checkout', 'live', { version: '1', description: DESCRIPTION });
    lambda.tags.set(TAG, 'b'.repeat(64));
  };
}

/** What the job finds beside the function. */
async function prepare(job: CodeJobName, engine: CodeEngine, world: World): Promise<Prepared> {
  const { simulator, time, options: common } = world;
  const { executions, alarms } = simulator;
  const { brings, inputs, before, isRed } = CODE_JOBS[job];
  if (engine === 'step-functions') {
    executions.createStateMachine({ name: 'lambda-canary', definition: definitionText() });
    addRepairRule(executions, { time, clock: time.clock });
  }
  const path = join(String(common.environment['RUNNER_TEMP']), 'code.zip');
  const bytes = zipSync({ 'index.mjs': Buffer.from('new') }, { mtime: new Date(1980, 0, 1) });
  writeFileSync(path, bytes);
  const code = brings === 'zip' ? { code: path } : { 'code-image': TAG };
  const all = { ...common, inputs: { ...common.inputs, ...INPUTS, ...BY_ENGINE[engine], engine } };
  if (before !== undefined) {
    const start = { ...all, inputs: { ...all.inputs, ...code, mode: before } };
    const { outputs, log } = await runAction(start);
    if (outputs['outcome'] !== 'held') throw new Error(`mode: ${before} is not held: ${log}`);
  }
  if (isRed) {
    simulator.faults.after(({ operation }) => {
      if (operation === 'UpdateAlias') alarms.setState('errors', 'ALARM', 'it is red');
    });
  }
  const brought = before === undefined ? code : {};
  return {
    options: { ...all, inputs: { ...all.inputs, ...brought, ...inputs } },
    ours: hashOf(brings === 'zip' ? Buffer.from(bytes).toString('latin1') : digest('b')),
    stable: hashOf(STABLE[brings]),
  };
}

/** @returns whether Lambda took it: while an update is under way it takes no other */
function somebodyDeploys({ lambda }: Simulator): boolean {
  try {
    updateFunction(lambda, 'checkout', { code: digest('c'), settings: THEIRS });
    return true;
  } catch {
    return false;
  }
}

function passed(ms: number, time: SharedTime): Promise<void> {
  return time.passUntil(
    new Promise<void>((resolve) => {
      time.at(time.clock.now() + ms, resolve);
    }),
  );
}

interface Aftermath extends Prepared {
  readonly simulator: Simulator;
  readonly main: ActionResult;
  /** The post step, or the next run. */
  readonly second: ActionResult;
  /** Whether somebody else has put their code into `$LATEST` when the process ended. */
  readonly hasDeployed: boolean;
}

function wrongOf(
  { job, end }: CodePoint,
  { simulator, main, second, hasDeployed, ours, stable }: Aftermath,
): readonly string[] {
  const { lambda, aliasHistory } = simulator;
  const { serves, description } = look(simulator);
  const { latest, versions = [] } = lambda.functions.get('checkout') ?? {};
  const isOurs = new Set(
    versions
      .filter(({ configuration: { code, settings } }) => {
        return hashOf(code) === ours && settings['MemorySize'] === undefined;
      })
      .map(({ version }) => version),
  );
  const served = new Set(
    aliasHistory.flatMap(({ version, weights }) => [version, ...Object.keys(weights)]),
  );
  const { version: alone, weights } = getAlias(lambda, 'checkout', 'live');
  const inLatest = hashOf(latest?.configuration.code ?? '');
  const isPost = ENDS[end].then === 'post';
  // A job that has not saved yet what it takes over leaves it held as it was.
  const isHeld =
    isPost && CODE_JOBS[job].before === 'start' && serves === HELD && !main.state['rollout'];
  const last = isPost ? main.outputs['outcome'] : second.outputs['outcome'];
  return [
    ...versions
      .filter(({ version }) => version !== '1' && !isOurs.has(version))
      .map(({ version }) => `version ${version} is not of this code`),
    ...[...served]
      .filter((version) => version !== '1' && !isOurs.has(version))
      .map((version) => `version ${version} got traffic`),
    ...(hasDeployed &&
    (latest?.configuration.settings['MemorySize'] !== THEIRS.MemorySize ||
      inLatest !== hashOf(digest('c')))
      ? ["somebody else's $LATEST is overwritten"]
      : []),
    ...(!hasDeployed && inLatest !== ours && inLatest !== stable ? ['$LATEST has neither'] : []),
    ...(Object.keys(weights).length > 0 && !isHeld ? [`the alias serves ${serves}`] : []),
    ...(description === DESCRIPTION || isHeld ? [] : ['the mark stays on the alias']),
    ...(last === 'promoted' && !isOurs.has(alone) ? [`says promoted, serves ${serves}`] : []),
    ...(last === 'reverted' && serves !== '1' ? [`says reverted, serves ${serves}`] : []),
    ...(isPost && second.exitCode !== 0 && !second.log.includes('before AWS began')
      ? [`post fails: ${second.log}`]
      : []),
  ];
}
