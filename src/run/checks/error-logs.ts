import { never, within } from '../../aws/patience.ts';
import { insightsUrl } from '../../core/text/console.ts';
import {
  countedAlone,
  distinctMessages,
  errorQuery,
  type ErrorReport,
} from '../../core/checks/error-logs.ts';
import type { Shifting } from '../../core/alias/shifting.ts';
import { messageOf } from '../../core/problems.ts';
import type { Surroundings } from '../surroundings.ts';

/** A reverted rollout is over: its report is worth a few seconds, and no more. */
const PATIENCE_MS = 10_000;

type Logging = Pick<Shifting, 'target' | 'versions' | 'logGroup'>;

interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * What the canaries logged of their errors while they had traffic. It never throws: whatever keeps it from being read is
 * said in the report, and the rollout ended as it did.
 * @param window epoch milliseconds
 * @param publish whether the lines themselves are told, or only how many there were
 */
export async function readErrors(
  shifting: readonly Logging[],
  { publish, ...window }: Window & { readonly publish: 'count' | 'show' },
  { aws, clock }: Pick<Surroundings, 'aws' | 'clock'>,
): Promise<readonly ErrorReport[]> {
  const reports = await within(clock, PATIENCE_MS, never(), (signal) =>
    Promise.all(shifting.map((each) => errorsOf(each, window, { aws, signal }))),
  );
  if (publish === 'show') return reports;
  return reports.map((report) => ({ ...report, messages: countedAlone(report.messages) }));
}

async function errorsOf(
  { target, versions, logGroup }: Logging,
  window: Window,
  { aws, signal }: Pick<Surroundings, 'aws'> & { readonly signal: AbortSignal },
): Promise<ErrorReport> {
  const { functionName } = target;
  const version = versions.canary;
  const logged = { functionName, version, logGroup };
  const url = insightsUrl(aws.region, {
    logGroup,
    query: errorQuery(logged),
    from: iso(window.from),
    to: iso(window.to),
  });
  try {
    const messages = distinctMessages(await aws.logs.errors(logged, window, signal));
    return { functionName, version, messages, url, problem: undefined };
  } catch (error) {
    return { functionName, version, messages: [], url, problem: messageOf(error) };
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
