import * as core from '@actions/core';

import { summaryOf } from '../core/report/summary.ts';
import { warning } from '../core/report/line.ts';
import type { Report } from '../core/report/report.ts';
import { messageOf } from '../core/problems.ts';
import { print } from './log.ts';

/** Writes the job summary. A summary that cannot be written changes nothing about the rollout. */
export async function writeSummary(report: Report): Promise<void> {
  try {
    await core.summary.addRaw(summaryOf(report), true).write();
  } catch (error) {
    print(warning(`The job summary could not be written: ${messageOf(error)}`));
  }
}
