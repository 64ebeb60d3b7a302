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
import {
  CARRIED_JOBS,
  type CarriedFinding,
  type CarriedJobName,
  type CarriedPoint,
} from './carried-points.ts';
import { endAtCall } from './ending.ts';
import { ENDS } from './points.ts';
import { arrived } from './trial.ts';
import { DESCRIPTION, look, withWorld, type World } from './world.ts';

/** Short enough that a job looks at its execution a few times, and no more. */
const INPUTS = {
  engine: 'step-functions',
  steps: '10% 20s, 50% 20s',
  'bake-time': '20s',
  'poll-interval': '15s',
  'hold-for': '10m',
};
/** The rule of EventBridge starts what repairs. */
const RULE_MS = 5_000;

/** Ends the process at one of its calls while AWS goes on, has it looked after, and says what is wrong when all executions have ended. */
export function tryCarriedPoint(point: CarriedPoint): Promise<CarriedFinding> {
  const { job, end } = point;
  const { then } = ENDS[end];
  return withWorld(async (world) => {
    const { simulator, time } = world;
    const options = await found(job, world);
    const before = new Set(simulator.executions.all.keys());
    const action = startAction(options);
    const ending = endAtCall(point, { action, simulators: [simulator], time });
    const main = await action.done;
    const second =
      then === 'post'
        ? await runAction({ ...options, state: main.state })
        : await runAction(later(options, CARRIED_JOBS[job].next));
    ending.letArrive();
    await arrived(simulator);
    await allEnded(simulator, time);
    const begun = [...simulator.executions.all.values()].find(
      ({ arn, name }) => !before.has(arn) && name.startsWith('acme-shop-'),
    );
    const wrong = wrongOf(point, { simulator, main, second, hasBegun: begun !== undefined });
    return { ...point, operation: ending.operation(), wrong: wrong.join('; ') };
  });
}

/** How many calls a job makes when nobody ends it. */
export function carriedCallsOf(job: CarriedJobName): Promise<number> {
  return withWorld(async (world) => {
    const options = await found(job, world);
    const before = ownCalls(world.simulator);
    const { outputs, log } = await runAction(options);
    if (outputs['outcome'] !== CARRIED_JOBS[job].outcome) {
      throw new Error(`${job} is not ${CARRIED_JOBS[job].outcome} by itself: ${log}`);
    }
    return ownCalls(world.simulator) - before;
  });
}

function ownCalls({ requests }: Simulator): number {
  return requests.filter(({ execution }) => execution === undefined).length;
}

/** A machine, and what the job finds. @returns how the job is run */
async function found(
  job: CarriedJobName,
  { simulator, time, options }: World,
): Promise<ActionOptions> {
  const { executions } = simulator;
  const { before, inputs } = CARRIED_JOBS[job];
  executions.createStateMachine({ name: 'lambda-canary', definition: definitionText() });
  if (before !== 'stopped') addRepairRule(executions, { time, clock: time.clock });
  const all = { ...options, inputs: { ...options.inputs, ...INPUTS } };
  if (before !== undefined) {
    const { outputs, log } = await runAction({
      ...all,
      environment: { ...all.environment, GITHUB_RUN_ID: '41' },
      inputs: { ...all.inputs, mode: 'start' },
    });
    if (outputs['outcome'] !== 'held') throw new Error(`mode: start is not held: ${log}`);
  }
  if (before === 'stopped') for (const arn of executions.all.keys()) executions.stop(arn);
  return { ...all, inputs: { ...all.inputs, ...inputs } };
}

/** A later run of the workflow, on another runner. */
function later(options: ActionOptions, mode: string): ActionOptions {
  const { environment, inputs } = options;
  return {
    ...options,
    environment: { ...environment, GITHUB_RUN_ID: '43' },
    inputs: { ...inputs, mode },
  };
}

/** Lets AWS go on until every execution has ended. @throws when one has no end */
export async function allEnded({ executions }: Simulator, time: SharedTime): Promise<void> {
  for (;;) {
    const running = [...executions.all.values()].filter(({ status }) => status === 'RUNNING');
    await time.passUntil(Promise.all(running.map(({ ended }) => ended)));
    const { size } = executions.all;
    const passed = new Promise<void>((resolve) => {
      time.at(time.clock.now() + RULE_MS, resolve);
    });
    await time.passUntil(passed);
    if (executions.all.size === size) return;
  }
}

interface Aftermath {
  readonly simulator: Simulator;
  readonly main: ActionResult;
  /** The post step, or the next run. */
  readonly second: ActionResult;
  /** Whether AWS began what the ended job wanted it to. */
  readonly hasBegun: boolean;
}

function wrongOf(
  { job, end }: CarriedPoint,
  { simulator, main, second, hasBegun }: Aftermath,
): readonly string[] {
  const { carriedTo, leftTo } = CARRIED_JOBS[job];
  const { serves, description } = look(simulator);
  const said = main.outputs['outcome'];
  const nextSaid = second.outputs['outcome'];
  const isPost = ENDS[end].then === 'post';
  const isAsFound = job === 'recovery' && serves === leftTo;
  const wanted =
    WANTED[said ?? ''] ??
    (isPost ? undefined : WANTED[nextSaid ?? '']) ??
    (said === 'failed' ? [leftTo, '1'] : hasBegun ? [carriedTo] : [leftTo, '1']);
  return [
    ...(wanted.includes(serves) ? [] : [`says ${said ?? 'nothing'}, serves ${serves}`]),
    ...(description === DESCRIPTION || isAsFound ? [] : ['the mark stays on the alias']),
    ...(isPost && second.log.includes('Reverted') && serves !== '1' ? ['post lies'] : []),
    // That a rollout never began is a failure, which its job has had already.
    ...(isPost && second.exitCode !== 0 && !second.log.includes('before AWS began')
      ? [`post fails: ${second.log}`]
      : []),
    ...(!isPost && nextSaid === 'revert-failed' ? [`the next run fails: ${second.log}`] : []),
  ];
}

/** Where that was said, nothing else may be so, whatever AWS had begun. What is held goes back when nobody decides. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  promoted: ['2'],
  unchanged: ['2'],
  reverted: ['1'],
  held: ['1'],
};
