import * as core from '@actions/core';

import { formatDuration } from '../core/duration.ts';
import { headline, isSuccess, type Report } from '../core/report.ts';
import { plain } from './log.ts';
import { setOutputs } from './outputs.ts';
import { writeSummary } from './summary.ts';

/** Says how the run ended: in the log, in one annotation if it failed, in the outputs and the summary. */
export async function conclude(report: Report): Promise<void> {
  setOutputs(report);
  const lines = headline(report).split('\n').map(plain);
  if (isSuccess(report.outcome)) {
    for (const line of lines) core.info(line);
    core.info(`Took ${formatDuration(report.endedAt - report.startedAt)}.`);
  } else {
    core.setFailed(lines.join('\n'));
  }
  await writeSummary(report);
}
