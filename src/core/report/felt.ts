import { sumOf } from '../checks/exposure.ts';
import { ofKind } from '../checks/finding.ts';
import type { Counts } from '../statistics/evidence.ts';
import { versionUrl } from '../text/console.ts';
import { formatDuration } from '../text/duration.ts';
import { escapeMarkdown, link } from '../text/markdown.ts';
import { count, grouped } from '../text/numbers.ts';
import type { Report } from './report.ts';

/** What users felt of the new version, as far as it is known. */
export function felt(report: Report): readonly string[] {
  const { weights, steps } = report;
  const [first] = weights.filter(({ weight }) => weight > 0);
  if (first === undefined) return [];
  const isFirstJob = !steps.some(({ result }) => result === 'in an earlier job');
  const inThisJob = isFirstJob ? '' : ' in this job, and in earlier ones before';
  return [
    '',
    `**What users felt:** the new version had traffic for ${lasted(report, first.at)}${inThisJob}; ${known(report)}.`,
  ];
}

/** Up to the decision, as every other figure of it; what the revert took then is another span. */
function lasted({ weights, steps, endedAt, outcome }: Report, since: number): string {
  const back = weights.findLast(({ weight }) => weight === 0)?.at ?? endedAt;
  const stopped = steps.findLast(({ startedAt }) => startedAt !== undefined)?.endedAt;
  const isDecided = outcome === 'reverted' && stopped !== undefined && stopped < back;
  if (!isDecided) return formatDuration(back - since);
  const reverting = formatDuration(back - stopped);
  return `${formatDuration(stopped - since)}, and ${reverting === '0 s' ? 'less than 1 s' : reverting} more while it was put back`;
}

function known(report: Report): string {
  const { exposures, findings } = report;
  const isCounted = exposures.length > 0 && exposures.every(({ problem }) => problem === undefined);
  if (isCounted) return served(sumOf(exposures.map(({ canary }) => canary)));
  const ofErrors = ofKind(findings, 'comparison').filter(({ name }) => name === 'errors');
  const alone = ofKind(findings, 'promoted');
  const seen = sumOf([...ofErrors, ...alone].map(({ canary }) => canary));
  if (seen.total > 0) {
    return `${served(seen)}, in the minutes whose metrics were there by the end`;
  }
  return `how many requests it served, and how many failed, is not known yet${byLogs(report)}${whereToLook(report)}`;
}

function served(counted: Counts): string {
  return counted.total === 0
    ? 'CloudWatch counted no request of it'
    : `it served ${count(counted.total, 'request')}, of which ${grouped(counted.bad)} failed`;
}

/** Within seconds, and so mostly before the metrics. */
function byLogs({ findings }: Report): string {
  const failures = ofKind(findings, 'logs')
    .filter(({ name }) => name === 'logs')
    .reduce((sum, { canary }) => sum + canary, 0);
  return failures === 0 ? '' : `, but its logs told of ${count(failures, 'failed request')}`;
}

const MOST_LINKS = 3;

function whereToLook({ targets, region, exposures }: Report): string {
  const problem = exposures.find((each) => each.problem !== undefined)?.problem;
  const why =
    problem === undefined
      ? 'CloudWatch publishes a minute about 2 minutes after its end'
      : escapeMarkdown(problem);
  const links = targets
    .filter(({ disposition }) => disposition === 'shift')
    .slice(0, MOST_LINKS)
    .map(({ functionName, version }) =>
      link(`${functionName} version ${version}`, versionUrl(region, functionName, version)),
    );
  return `: ${why}${links.length === 0 ? '' : `; see ${links.join(', ')}`}`;
}
