import type { Scenario } from './scenario.ts';
import { createScene } from './scene.ts';
import { loadSdk } from './sdk.ts';
import { rivalRun, workflowRun } from './runs.ts';
import { REGION, STARTS_AT, type Played, type Stage, type Told } from './stage.ts';
import { createVirtualTime } from './virtual-time.ts';
import { playWaves } from './waves.ts';

/** A write that is still on its way when everything has ended must not change anything. */
const AFTERMATH_MS = 10 * 60_000;
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'simulated', AWS_SECRET_ACCESS_KEY: 'simulated' };
/** With it, the credentials are those of a session whose end nobody tells. */
const SESSION_TOKEN = 'AWS_SESSION_TOKEN';

/**
 * Plays a scenario to its end, with the action's own code from preflight on, the SDK and the simulated AWS.
 * @param meddle does what no scenario has, in each region before anybody else does anything
 * @returns everything of the region, or of the first where there are several, with the others in it
 */
export async function play(
  scenario: Scenario,
  meddle: (world: Pick<Stage, 'simulator' | 'time'>) => void = () => undefined,
): Promise<Played> {
  Object.assign(process.env, CREDENTIALS);
  if (scenario.means?.what === 'session') process.env[SESSION_TOKEN] = 'simulated';
  else Reflect.deleteProperty(process.env, SESSION_TOKEN);
  await loadSdk();
  const time = createVirtualTime(STARTS_AT, scenario.seed);
  const trace: string[] = [];
  const pass = () => time.passUntil(time.clock.now() + AFTERMATH_MS);
  const { regions } = scenario;
  if (regions !== undefined)
    return playWaves({ ...scenario, regions }, { time, trace, meddle, pass });

  const scene = createScene({ scenario, region: REGION, place: 0, time, trace, meddle });
  const told: Told[] = [];
  await time.run(async () => {
    await Promise.all([workflowRun(scene.stage, told), rivalRun(scene.stage, told)]);
    await scene.over();
  });
  scene.close();
  await pass();
  return scene.played(told);
}
