import type { Outcome } from '../src/core/report/ending.ts';
import { happen } from './happenings.ts';
import { UNHARMED } from './jobs.ts';
import { mainProcess, postProcess, type Part } from './processes.ts';
import type { Gap } from './scenario.ts';
import type { PostName, Stage, Told } from './stage.ts';

/** The rollout: in one run, or over several jobs. */
export async function workflowRun(stage: Stage, told: Told[]): Promise<void> {
  const { jobs, death, gap } = stage.scenario;
  if (jobs.length > 0) {
    stage.happened.push('rollout over several jobs');
    let stopped = false;
    for (const [index, job] of jobs.entries()) {
      // As `needs` has it in a workflow.
      if (stopped && (job.mode === 'step' || job.mode === 'promote')) continue;
      await pass(stage, job.gap);
      const { mode } = job;
      const [number, runId] = [index + 1, String(50 + index)];
      const part = { process: `job ${number}`, runId, mode, death: job.death } as const;
      const { outcome } = await jobRun(stage, told, { ...part, post: `post of job ${number}` });
      stopped = outcome !== undefined && outcome !== 'held';
    }
    return;
  }
  const main = { process: 'main', runId: '42', mode: 'rollout', death, post: 'post' } as const;
  if (!(await jobRun(stage, told, main)).runnerDied) return;
  await pass(stage, gap);
  const next = { process: 'next run', runId: '43', mode: 'rollout', death: UNHARMED } as const;
  await jobRun(stage, told, { ...next, post: 'post' });
}

/** Another run that moves the same thing, as happens without a concurrency group. */
export async function rivalRun(stage: Stage, told: Told[]): Promise<void> {
  const { rivalAfterMs, rivalMode: mode } = stage.scenario;
  if (rivalAfterMs === undefined) return;
  await stage.time.clock.sleep(rivalAfterMs);
  stage.happened.push(mode === 'revert' ? 'reverted by a person meanwhile' : 'rival run');
  const { alive } = stage;
  alive.add('44');
  const part = { process: 'rival', runId: '44', mode, death: UNHARMED } as const;
  told.push((await mainProcess(stage, part)).told);
  alive.delete('44');
}

/** A job: the main process, and the post step when that does not end by itself. */
async function jobRun(
  stage: Stage,
  told: Told[],
  { post, ...part }: Part & { readonly post: PostName },
): Promise<{ readonly runnerDied: boolean; readonly outcome: Outcome | undefined }> {
  stage.alive.add(part.runId);
  const main = await mainProcess(stage, part);
  told.push(main.told);
  const { ending } = main.told;
  const { what } = part.death;
  const runnerDied =
    (ending === undefined && what === 'runner died') ||
    (ending?.outcome === 'revert-failed' && what === 'log closed');
  if (!runnerDied && main.saved && (ending === undefined || ending.outcome === 'revert-failed')) {
    told.push(await postProcess(stage, post, main.saved, main.told));
  }
  stage.alive.delete(part.runId);
  return { runnerDied, outcome: ending?.outcome };
}

/** Nobody of ours lives. */
export async function pass(
  { time, simulator, say, attribute, happened }: Stage,
  gap: Gap,
): Promise<void> {
  const { clock } = time;
  if (gap.ms === 0) return;
  say('-- nobody watches');
  await clock.sleep(gap.ms / 2);
  const { what } = gap;
  if (what !== undefined) {
    say(`** ${what}, unwatched`);
    happened.push(`${what}, unwatched`);
    attribute('others', () => {
      happen(what, { simulator, time, forMs: gap.ms / 4 });
    });
  }
  await clock.sleep(gap.ms / 2);
}
