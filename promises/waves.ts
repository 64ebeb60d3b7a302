import { ended } from '../src/core/report/ending.ts';
import { reportOfRegions } from '../src/core/report/regions.ts';
import { reportOf, type RegionReport, type Report } from '../src/core/report/report.ts';
import type { SavedRollout } from '../src/github/saved.ts';
import { carryOutWaves } from '../src/run/waves/carry-out.ts';
import { UNHARMED } from './jobs.ts';
import { createLife, postProcess, regionOf, type Lived, type Part } from './processes.ts';
import { REGIONS } from './regions.ts';
import { pass, rivalRun } from './runs.ts';
import { createScene } from './scene.ts';
import type { Scenario, RegionsScenario } from './scenario.ts';
import type { Played, SaidOfAll, Stage, Told } from './stage.ts';
import type { VirtualTime } from './virtual-time.ts';

type Through = Scenario & { readonly regions: RegionsScenario };

interface Playing {
  readonly time: VirtualTime;
  readonly trace: string[];
  readonly meddle: (world: Pick<Stage, 'simulator' | 'time'>) => void;
  /** Lets happen what was still on its way. */
  readonly pass: () => Promise<void>;
}

/** A rollout through several regions, on one time. @returns the first of them, with the others in it */
export async function playWaves(scenario: Through, playing: Playing): Promise<Played> {
  const { time, trace, meddle } = playing;
  const { waves, happensIn } = scenario.regions;
  const scenes = waves.map((_, place) => {
    const own = scenario.happenings.filter((_, index) => happensIn[index] === place);
    const region = REGIONS[place] ?? `region-${place}`;
    const there = { ...scenario, happenings: own };
    return createScene({ scenario: there, region, place, time, trace, meddle });
  });
  const stages = scenes.map(({ stage }) => stage);
  const told: Told[][] = scenes.map(() => []);
  const said: SaidOfAll[] = [];
  const { rivalIn } = scenario.regions;
  const [contested, toldThere] = [stages[rivalIn], told[rivalIn]];
  await time.run(async () => {
    await Promise.all([
      runs(stages, scenario, { told, said }),
      contested && toldThere && rivalRun(contested, toldThere),
    ]);
  });
  for (const { close } of scenes) close();
  await playing.pass();
  const [first, ...others] = scenes.map((scene, place) => scene.played(told[place] ?? []));
  if (first === undefined) throw new Error('There is no region');
  return { ...first, waves: { others, said } };
}

interface Hearing {
  /** By region. */
  readonly told: readonly Told[][];
  readonly said: SaidOfAll[];
}

/** The run, and the next one where the runner of the first is gone. */
async function runs(stages: readonly Stage[], scenario: Through, hearing: Hearing): Promise<void> {
  const { death, gap } = scenario;
  const [first] = stages;
  if (first === undefined) return;
  first.happened.push('rollout through several regions');
  const main = { process: 'main', runId: '42', mode: 'rollout', death } as const;
  if (!(await job(stages, scenario, { part: main, hearing })).runnerDied) return;
  await pass(first, gap);
  const next = { process: 'next run', runId: '43', mode: 'rollout', death: UNHARMED } as const;
  await job(stages, scenario, { part: next, hearing });
}

/** The main process, and the post step of what it left behind. */
async function job(
  stages: readonly Stage[],
  { regions }: Through,
  { part, hearing }: { readonly part: Part; readonly hearing: Hearing },
): Promise<{ readonly runnerDied: boolean }> {
  for (const { alive } of stages) alive.add(part.runId);
  const { lived, report } = await mainProcess(stages, regions, part);
  const { what } = part.death;
  const isKilled = report === undefined;
  hearing.said.push({ process: part.process, report });
  for (const [place, { told }] of lived.entries()) hearing.told[place]?.push(told);
  const runnerDied =
    (isKilled && what === 'runner died') ||
    (report?.outcome === 'revert-failed' && what === 'log closed');
  if (!runnerDied) {
    const left = lived.flatMap(({ told, saved }, place) => {
      const stage = stages[place];
      return saved === undefined || stage === undefined ? [] : [{ stage, told, saved, place }];
    });
    const posts = await Promise.all(
      left.map(async ({ stage, told, saved, place }) => {
        const post = await postProcess(stage, 'post', saved, told);
        hearing.told[place]?.push(post);
        return regionReport(stage, post, 0);
      }),
    );
    if (posts.length > 0) hearing.said.push({ process: 'post', report: together(posts) });
  }
  for (const { alive } of stages) alive.delete(part.runId);
  return { runnerDied };
}

/** The main step in all regions, until it ends or is killed. */
async function mainProcess(
  stages: readonly Stage[],
  { waves, onFailure, bakeSeconds, diesIn }: RegionsScenario,
  part: Part,
): Promise<{ readonly lived: readonly Lived[]; readonly report: Report | undefined }> {
  const [first, ...others] = stages;
  if (first === undefined) throw new Error('There is no region');
  const life = createLife(part.death, [first, ...others]);
  const saved = new Map<string, SavedRollout>();
  const places = stages.map((stage, place) =>
    regionOf(stage, part, { life, wave: waves[place] ?? 0, isMortal: place === diesIn, saved }),
  );
  life.begin();
  first.say(`-- main process of run ${part.runId}, through ${stages.length} regions`);
  const policy = { onFailure, bakeMs: bakeSeconds * 1000 };
  const rolling = carryOutWaves(
    places.map(({ region }) => region),
    policy,
    first.say,
  );
  const endings = await Promise.race([rolling, life.death]);
  const lived = places.map(({ lived }, place) => lived(endings?.[place]?.ending));
  if (endings === undefined) {
    first.say('-- killed');
    return { lived: lived.map((each) => keptByPolicy(each, onFailure)), report: undefined };
  }
  const reports = lived.map(({ told }, place) => {
    const stage = stages[place] ?? first;
    const report = regionReport(stage, told, waves[place] ?? 0);
    return { ...report, isElsewhere: endings[place]?.isElsewhere ?? false };
  });
  const report = together(reports);
  first.say(`-- ${report.outcome}: ${report.reason}`);
  return { lived, report };
}

/** What earlier waves came to is their end where it is to be kept, whatever becomes of the process. */
function keptByPolicy({ told, saved }: Lived, onFailure: RegionsScenario['onFailure']): Lived {
  const last = told.entries.findLast((entry) => entry.type === 'state')?.state.phase;
  const isKept = onFailure === 'keep-earlier' && saved === undefined && last === 'promoted';
  return isKept ? { told: { ...told, ending: ended('promoted', '') }, saved } : { told, saved };
}

function regionReport({ region }: Stage, told: Told, wave: number): RegionReport {
  const { ending = ended('failed', 'killed'), entries, startedAt, endedAt } = told;
  const report = { ...reportOf(entries, ending, { startedAt, endedAt }), region };
  return { wave: wave + 1, isElsewhere: false, report };
}

function together(reports: readonly RegionReport[]): Report {
  const [first] = reports;
  if (first === undefined) throw new Error('Nothing is told of any region');
  const { startedAt, endedAt } = first.report;
  return reportOfRegions(reports, { startedAt, endedAt, warnings: [] }, first.report);
}
