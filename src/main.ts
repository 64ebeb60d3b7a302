import { runAction } from './run/action.ts';
import { listenForCancellation } from './system/cancellation.ts';
import { createJournal } from './run/journal.ts';
import { carryOutWaves } from './run/waves/carry-out.ts';
import type { Region } from './run/waves/region.ts';
import { systemClock } from './system/clock.ts';
import { ended, refused } from './core/report/ending.ts';
import { reportOfRegions } from './core/report/regions.ts';
import { reportOf, type Report } from './core/report/report.ts';
import { conclude } from './github/conclusion.ts';
import { print } from './github/log.ts';
import { markMain } from './github/saved.ts';
import { tellGitHub, type Telling } from './github/telling.ts';
import { workflowIn } from './github/workflow.ts';
import { unknownInputs } from './inputs/unknown.ts';
import { readWaves, type Waves } from './inputs/waves.ts';
import { messageOf } from './core/problems.ts';
import type { Journal } from './ports.ts';
import { givenInput, regionOf, regionsOf, type Process } from './regions.ts';

const clock = systemClock;

/** What came of a run, and who tells GitHub of it. */
interface Conclusion {
  readonly report: Report;
  readonly telling: Telling | undefined;
}

/** The step of a workflow. Whatever is thrown ends here, as the outcome `failed`. */
export async function main(): Promise<void> {
  const cancellation = listenForCancellation();
  const journal = createJournal(clock, cancellation.guard(print));
  const process: Process = { workflow: workflowIn(globalThis.process.env), cancellation, clock };
  const { report, telling } = await attempt(process, journal);
  await conclude(report);
  await telling?.conclude(report);
}

async function attempt(process: Process, journal: Journal): Promise<Conclusion> {
  try {
    markMain();
    unknownInputs(Object.keys(globalThis.process.env)).forEach(journal.warn);
    const waves = readWaves(givenInput);
    return await (waves === undefined
      ? rollOutHere(process, journal)
      : rollOutEverywhere(waves, process, journal));
  } catch (error) {
    return { report: reportSoFar(journal, error), telling: undefined };
  }
}

async function rollOutHere(process: Process, journal: Journal): Promise<Conclusion> {
  const region = await regionOf(givenInput, process, journal);
  const telling = tellingOf([region], process, journal);
  try {
    const { config, id, surroundings } = region;
    const ending = await runAction(config, id, surroundings);
    return { telling, report: reportOf(journal.entries, ending, timesOf(journal)) };
  } catch (error) {
    const ending = refused(region.config.mode, messageOf(error));
    return { telling, report: reportOf(journal.entries, ending, timesOf(journal)) };
  }
}

async function rollOutEverywhere(
  waves: Waves,
  process: Process,
  journal: Journal,
): Promise<Conclusion> {
  const regions = await regionsOf(waves, process);
  const telling = tellingOf(regions, process, journal);
  const endings = await carryOutWaves(regions, waves.policy, journal.note);
  const times = timesOf(journal);
  const parts = regions.map(({ wave, config, surroundings }, index) => {
    const { ending, isElsewhere } = endings[index] ?? NOT_KNOWN;
    const { entries } = surroundings.journal;
    const report = { ...reportOf(entries, ending, times), region: config.region };
    return { wave: wave + 1, isElsewhere, report };
  });
  const own = reportOf(journal.entries, ended('failed', ''), times);
  const first = parts[0]?.report ?? own;
  return { telling, report: reportOfRegions(parts, { ...times, warnings: own.warnings }, first) };
}

const NOT_KNOWN = { ending: ended('failed', 'how it ended is not known'), isElsewhere: false };

function reportSoFar(journal: Journal, error: unknown): Report {
  return reportOf(journal.entries, ended('failed', messageOf(error)), timesOf(journal));
}

function timesOf({ startedAt }: Journal): Pick<Report, 'startedAt' | 'endedAt'> {
  return { startedAt, endedAt: clock.timeOfDay() };
}

/** Nothing of what only looks. One deployment and one comment, however many regions there are. */
function tellingOf(
  regions: readonly Region[],
  { workflow }: Process,
  journal: Journal,
): Telling | undefined {
  const [first] = regions;
  if (first === undefined) return undefined;
  const { config } = first;
  if (config.dryRun || config.mode === 'status') return undefined;
  const telling = tellGitHub(config, workflow, journal.warn);
  for (const region of regions) {
    const name = regions.length > 1 ? region.config.region : '';
    region.surroundings.journal.follow((entry) => {
      telling.hear(entry, name);
    });
  }
  return telling;
}
