// What the log says of one target beside the story of the rollout: what becomes of it, whether its new version passed its smoke tests,
// what that version logged, and what users felt of it.
import { targetName, type TargetReport } from '../alias/target.ts';
import {
  describeCounts,
  describeMessages,
  HOW_TO_SHOW,
  type ErrorReport,
} from '../checks/error-logs.ts';
import type { Exposure } from '../checks/exposure.ts';
import { count, grouped, milliseconds } from '../text/numbers.ts';
import { describeFailure, type SmokeTestReport } from '../versions/smoke-test.ts';
import { folded, info, type Line } from './line.ts';

export function describeTarget(target: TargetReport): readonly Line[] {
  const name = targetName(target);
  switch (target.disposition) {
    case 'shift':
      return [info(`${name}: from version ${target.previousVersion} to version ${target.version}`)];
    case 'unchanged':
      return [info(`${name} serves version ${target.version} already`)];
    case 'created':
      return [info(`${name} was created at version ${target.version}`)];
    case 'none':
      return [];
  }
}

export function describeSmokeTest(report: SmokeTestReport): Line {
  const { functionName, version, name, durationMs, problems, log } = report;
  if (problems.length > 0) return folded(describeFailure(report), log);
  return info(
    `${functionName}: version ${version} passed the smoke test ${name} in ${milliseconds(durationMs)}`,
  );
}

export function describeErrors({
  functionName,
  version,
  messages,
  problem,
  url,
}: ErrorReport): Line {
  const what = `what ${functionName} version ${version} logged of its errors`;
  const more = url === undefined ? [] : [`More: ${url}`];
  if (problem !== undefined) return info(`${what} could not be read: ${problem}`);
  if (messages.length === 0) return info(`${what}: nothing that was found`);
  const lines = describeMessages(messages);
  return folded(
    `${what}: ${describeCounts(messages)}${lines.length === 0 ? `; ${HOW_TO_SHOW}` : ''}`,
    [...lines, ...more],
  );
}

export function describeExposure({ target, canary, problem }: Exposure): Line {
  if (problem !== undefined) {
    return info(`${target}: what users felt could not be counted: ${problem}`);
  }
  return info(
    canary.total === 0
      ? `${target}: CloudWatch counted no request of the new version`
      : `${target}: the new version served ${count(canary.total, 'request')}, of which ${grouped(canary.bad)} failed`,
  );
}
