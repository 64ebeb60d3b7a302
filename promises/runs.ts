import { mainProcess, postProcess, RUN_IDS } from './processes.ts';
import type { Stage, Told } from './stage.ts';

/** A workflow run: the main process, and who comes after it when it does not end by itself. */
export async function workflowRun(stage: Stage, told: Told[]): Promise<void> {
  const { scenario, alive } = stage;
  alive.add(RUN_IDS.main);
  const main = await mainProcess(stage, 'main');
  told.push(main.told);
  const { ending } = main.told;
  const { what } = scenario.death;
  const runnerDied =
    (ending === undefined && what === 'runner died') ||
    (ending?.outcome === 'revert-failed' && what === 'log closed');
  if (!runnerDied && main.saved && (ending === undefined || ending.outcome === 'revert-failed')) {
    told.push(await postProcess(stage, main.saved, main.told.config));
  }
  alive.delete(RUN_IDS.main);
  if (runnerDied) {
    alive.add(RUN_IDS['next run']);
    told.push((await mainProcess(stage, 'next run')).told);
    alive.delete(RUN_IDS['next run']);
  }
}

/** Another run that rolls out the same thing, as happens without a concurrency group. */
export async function rivalRun(stage: Stage, told: Told[]): Promise<void> {
  const { rivalAfterMs } = stage.scenario;
  if (rivalAfterMs === undefined) return;
  await stage.time.clock.sleep(rivalAfterMs);
  stage.happened.push('rival run');
  stage.alive.add(RUN_IDS.rival);
  told.push((await mainProcess(stage, 'rival')).told);
  stage.alive.delete(RUN_IDS.rival);
}
