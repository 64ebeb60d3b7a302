import type { Inputs } from '../../__tests__/fixtures/bundle-world.ts';
import { createRegions, type RegionsWorld } from '../../__tests__/fixtures/regions-world.ts';
import { startGitHub } from '../../simulator/github/server.ts';
import { updateAlias } from '../../simulator/lambda/aliases.ts';
import type { ActionResult } from '../../simulator/runner.ts';
import { endAtCall } from './ending.ts';
import { ENDS } from './points.ts';
import {
  REGION_JOBS,
  REGIONS,
  type RegionFinding,
  type RegionJobName,
  type RegionPoint,
} from './region-points.ts';
import { arrived } from './trial.ts';
import { DESCRIPTION, look } from './world.ts';

const [FIRST, SECOND] = REGIONS;
const INPUTS: Inputs = {
  steps: '10% 20s, 50% 20s',
  'bake-time': '20s',
  'poll-interval': '15s',
  'github-token': 'github-token',
};

/** Ends the process at one of its calls in any region, has it looked after, and says what is wrong then in all of them. */
export function tryRegionPoint(point: RegionPoint): Promise<RegionFinding> {
  const { job, end } = point;
  return withRegions(async (world, environment) => {
    const inputs = { ...INPUTS, ...REGION_JOBS[job].inputs };
    const simulators = REGIONS.map((name) => world.region(name));
    const { time } = world;
    const turnGreen = turnRed(job, world);
    const action = world.start(inputs, { environment });
    const first = { isPromoted: false };
    const ending = endAtCall(point, { action, simulators, time }, () => {
      first.isPromoted = world.alias(FIRST) === '2';
    });
    const main = await action.done;
    turnGreen();
    const second = await (ENDS[end].then === 'post'
      ? world.run(inputs, { environment, state: main.state })
      : world.run(inputs, { environment: { ...environment, GITHUB_RUN_ID: '43' } }));
    ending.letArrive();
    for (const simulator of simulators) await arrived(simulator);
    // A region of a later wave is called before the first weight as well, to be looked at.
    const isInSecondWave = first.isPromoted && ending.region() === SECOND;
    const wrong = wrongOf(point, { world, main, second, isInSecondWave });
    const called = ending.operation();
    const operation = called === '' ? '' : `${called} in ${ending.region()}`;
    return { ...point, operation, wrong: wrong.join('; ') };
  });
}

/** How many calls a job makes in all regions when nobody ends it. */
export function regionCallsOf(job: RegionJobName): Promise<number> {
  return withRegions(async (world, environment) => {
    const { inputs, outcome } = REGION_JOBS[job];
    turnRed(job, world);
    const { outputs, log } = await world.run({ ...INPUTS, ...inputs }, { environment });
    if (outputs['outcome'] !== outcome) throw new Error(`${job} is not ${outcome}: ${log}`);
    return REGIONS.reduce((sum, name) => sum + world.region(name).requests.length, 0);
  });
}

/** @returns what lets the next run find the alarm green */
function turnRed(job: RegionJobName, world: RegionsWorld): () => void {
  if (!REGION_JOBS[job].isRed) return () => undefined;
  const stop = world.region(SECOND).faults.after(({ operation }) => {
    if (operation === 'UpdateAlias') world.setAlarm(SECOND, 'ALARM');
  });
  return () => {
    stop();
    world.setAlarm(SECOND, 'OK');
  };
}

/** @param act gets what a run needs to ask GitHub whether the ended one has ended */
async function withRegions<T>(
  act: (world: RegionsWorld, environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const world = await createRegions(REGIONS);
  const github = await startGitHub({ time: world.time });
  const url = 'https://github.com/acme/shop/actions/runs/42';
  github.runs.set('acme/shop/42/1', { status: 'completed', conclusion: 'failure', htmlUrl: url });
  for (const name of REGIONS) {
    updateAlias(world.region(name).lambda, 'checkout', 'live', { description: DESCRIPTION });
  }
  try {
    return await act(world, github.environment);
  } finally {
    await github.close();
    await world.close();
  }
}

interface Aftermath {
  readonly world: RegionsWorld;
  readonly main: ActionResult;
  /** The post step, or the next run. */
  readonly second: ActionResult;
  /** Whether the first wave had passed, and the process was ended in the second. */
  readonly isInSecondWave: boolean;
}

function wrongOf(
  { job, end }: RegionPoint,
  { world, main, second, isInSecondWave }: Aftermath,
): readonly string[] {
  const seen = REGIONS.map((name) => look(world.region(name)));
  const serve = seen.map(({ serves }) => serves).join(' and ');
  const { signal, then } = ENDS[end];
  const said = main.outputs['outcome'];
  const nextSaid = second.outputs['outcome'];
  // A cancelled job puts back all that moved, whatever is to be kept.
  const isKept = REGION_JOBS[job].keepsEarlier && isInSecondWave && signal !== 'SIGINT';
  const right =
    said === 'promoted' || then === 'next run' ? '2 and 2' : isKept ? '2 and 1' : '1 and 1';
  return [
    ...(serve === right ? [] : [`the aliases serve ${serve}, not ${right}`]),
    ...(seen.every(({ description }) => description === DESCRIPTION) ? [] : ['a mark stays']),
    ...(said === undefined || said === 'promoted' || said === 'reverted' || said === 'failed'
      ? []
      : [`says ${said}`]),
    ...(said === 'reverted' && serve !== '1 and 1' && then === 'post' ? ['says reverted'] : []),
    ...(then === 'post' && second.exitCode !== 0 ? [`post fails: ${second.log}`] : []),
    ...(then === 'next run' && nextSaid !== 'promoted' && nextSaid !== 'unchanged'
      ? [`the next run says ${nextSaid ?? 'nothing'}: ${second.log}`]
      : []),
  ];
}
