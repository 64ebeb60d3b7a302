import * as core from '@actions/core';

import { connectAws } from './aws/aws.ts';
import { connect } from './aws/clients.ts';
import { listenForCancellation, type Cancellation } from './system/cancellation.ts';
import { createJournal } from './run/journal.ts';
import { systemClock } from './system/clock.ts';
import { ended, type Ending, type Outcome } from './core/report/ending.ts';
import { reportOfRegions } from './core/report/regions.ts';
import { reportOf, type Report } from './core/report/report.ts';
import { concludePost } from './github/conclusion.ts';
import { fetchIdToken } from './github/id-token.ts';
import { plain, print } from './github/log.ts';
import { tellGitHub } from './github/telling.ts';
import { workflowIn, type Workflow } from './github/workflow.ts';
import { isOpen, loadRollouts, type SavedRollout } from './github/saved.ts';
import { messageOf } from './core/problems.ts';
import type { Clock, Journal } from './ports.ts';
import { cleanUp, leaveToAws, tellOfStaying } from './run/rollout/clean-up.ts';

/**
 * Runs after all steps of the job, also when the job was cancelled or the main process was killed. Puts
 * back what an unfinished rollout left behind.
 */
export async function post(): Promise<void> {
  // So that neither a signal nor a closed log ends this process half-way; there is nothing in it to cancel.
  const cancellation = listenForCancellation();
  const workflow = workflowIn(process.env);
  try {
    const [first, ...others] = loadRollouts(workflow);
    if (first === undefined) core.info('Nothing to clean up: the rollout ended by itself.');
    else await conclude([first, ...others], { workflow, cancellation, clock: systemClock });
  } catch (error) {
    const problem = `The unfinished rollout could not be cleaned up: ${messageOf(error)}`;
    core.setFailed(problem.split('\n').map(plain).join('\n'));
  }
}

interface Process {
  readonly workflow: Workflow;
  readonly cancellation: Cancellation;
  readonly clock: Clock;
}

async function conclude(
  all: readonly [SavedRollout, ...SavedRollout[]],
  process: Process,
): Promise<void> {
  const { workflow, cancellation, clock } = process;
  const journal = createJournal(clock, cancellation.guard(print));
  const [one, ...others] = all;
  const report =
    others.length === 0
      ? await putBack(one, process, journal)
      : await putBackEverywhere(all, process, journal);
  await concludePost(report);
  const environment = core.getInput('environment');
  const githubToken = core.getInput('github-token');
  const told = { environment, githubToken, comment: 'never', isPost: true } as const;
  await tellGitHub(told, workflow, journal.warn).conclude(report);
}

const WENT_BACK: readonly Outcome[] = ['reverted', 'revert-failed'];

/** All at once: GitHub gives a post step of a cancelled job 5 minutes. */
async function putBackEverywhere(
  [first, ...others]: readonly [SavedRollout, ...SavedRollout[]],
  process: Process,
  journal: Journal,
): Promise<Report> {
  const { clock, cancellation } = process;
  const { startedAt, warn } = journal;
  const say = cancellation.guard(print);
  const putBackIn = async (saved: SavedRollout) => {
    const { region } = saved;
    const own = createJournal(clock, (line) => {
      say({ ...line, text: `${region} ${line.text}` });
    });
    const report = await putBack(saved, process, own).catch((error: unknown) => {
      warn(`${region}: ${messageOf(error)}`);
      const times = { startedAt, endedAt: clock.timeOfDay() };
      return reportOf(own.entries, ended('revert-failed', messageOf(error)), times);
    });
    return { wave: 1, isElsewhere: false, report: { ...report, region } };
  };
  const ends = await Promise.all([first, ...others].map(putBackIn));
  // Of what AWS carries, a promotion stays as long as AWS goes on with the others, and goes back with them.
  const isBack = ends.some(({ report }) => WENT_BACK.includes(report.outcome));
  const endIn = async (saved: SavedRollout, index: number) => {
    const end = ends[index] ?? (await putBackIn(saved));
    return isBack && isOpen(saved) && end.report.outcome === 'promoted'
      ? putBackIn({ ...saved, execution: undefined })
      : end;
  };
  const [one, ...rest] = await Promise.all([
    endIn(first, 0),
    ...others.map((saved, index) => endIn(saved, index + 1)),
  ]);
  const times = { startedAt, endedAt: clock.timeOfDay(), warnings: [] };
  return reportOfRegions([one, ...rest], times, one.report);
}

async function putBack(saved: SavedRollout, { clock }: Process, journal: Journal): Promise<Report> {
  const { region, role, targets } = saved;
  const standInFor = targets.map(({ target }) => target);
  const aws = connectAws({ region, role, idToken: fetchIdToken, connect, clock, standInFor });
  const ending = await endingOf(saved, { aws, clock, journal });
  const { startedAt, entries } = journal;
  return reportOf(entries, ending, { startedAt, endedAt: clock.timeOfDay() });
}

async function endingOf(
  saved: SavedRollout,
  surroundings: Parameters<typeof cleanUp>[1],
): Promise<Ending> {
  const { execution } = saved;
  if (!isOpen(saved)) return tellOfStaying(saved, surroundings);
  return execution === undefined
    ? cleanUp(saved, surroundings)
    : leaveToAws({ ...saved, execution }, surroundings);
}
