// Judges failures of the past that were read from logs, and lines of logs: what the log lane would have made of them.
import { z } from 'zod';

import { failureIn } from '../src/core/log-lane/failure-line.ts';
import {
  judgeFailures,
  moreFailuresToRevert,
  STANDARD_FAILURE_RULE,
  type FailureRule,
} from '../src/core/statistics/failure-evidence.ts';

const count = z.number().int().min(0);
const replayedWindows = z.strictObject({
  options: z
    .strictObject({
      alpha: z.number().gt(0).lt(1),
      ratio: z.number().gt(0),
      routing: z.number().gt(0),
      floor: z.number().min(0).max(1),
      confirm: z.number().min(0),
      burst: z.number().min(1),
    })
    .partial()
    .default({}),
  windows: z.array(
    z.strictObject({
      weight: z.number().min(0).max(1),
      baseline: count,
      canary: count,
      requests: z.number().min(0).optional(),
    }),
  ),
});
const replayedLines = z.strictObject({
  lines: z.array(z.strictObject({ format: z.enum(['Text', 'JSON']), message: z.string() })),
});

/**
 * In the terms of the vectors: one object, with everything that the lane says.
 * @returns undefined for what holds neither windows nor lines
 * @throws {ZodError} saying what cannot be understood, and where
 */
export function replayedLogs(raw: unknown): object | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  if ('windows' in raw) return judgedWindows(replayedWindows.parse(raw));
  if ('lines' in raw) return recognisedLines(replayedLines.parse(raw));
  return undefined;
}

function judgedWindows({ options, windows }: z.infer<typeof replayedWindows>): object {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const rule: FailureRule = {
    ...STANDARD_FAILURE_RULE,
    ...(Object.fromEntries(given) as Partial<FailureRule>),
  };
  const judged = windows.map((window) => ({ ...window, requests: window.requests }));
  return {
    ...judgeFailures(judged, rule),
    failuresToRevert: moreFailuresToRevert(judged, rule),
  };
}

function recognisedLines({ lines }: z.infer<typeof replayedLines>): object {
  return { failures: lines.map(({ format, message }) => failureIn(message, format)) };
}
