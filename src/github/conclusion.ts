import * as core from '@actions/core';

import { formatDuration } from '../core/text/duration.ts';
import type { Report } from '../core/report/report.ts';
import { headline } from '../core/report/opening.ts';
import { isSuccess } from '../core/report/ending.ts';
import { plain } from './log.ts';
import { setOutputs } from './outputs.ts';
import { writeSummary } from './summary.ts';

/** Says how the run ended: in the outputs, in the log or in one annotation, and in the summary. */
export async function conclude(report: Report): Promise<void> {
  setOutputs(report);
  if (isSuccess(report)) {
    core.info(verdictOf(report));
    core.info(`Took ${formatDuration(report.endedAt - report.startedAt)}.`);
  } else {
    core.setFailed(verdictOf(report));
  }
  await writeSummary(report);
}

/**
 * The same of a post step that put back what another process had left. Its success is no failure of its
 * own: the step it belongs to has failed already.
 */
export async function concludePost(report: Report): Promise<void> {
  if (isCleanedUp(report)) core.warning(verdictOf(report));
  else core.setFailed(verdictOf(report));
  await writeSummary(report);
}

/** In each region, where there are several: one that keeps its promotion is no failure of those that were put back. */
function isCleanedUp(report: Report): boolean {
  return report.regions.length > 0
    ? report.regions.every((region) => isCleanedUp(region.report))
    : report.outcome === 'reverted' || isSuccess(report);
}

/** The headline, each problem on a line of its own. */
function verdictOf(report: Report): string {
  return headline(report).split('\n').map(plain).join('\n');
}
