import { within } from '../../aws/patience.ts';
import {
  describeFailure,
  judgeSmokeTest,
  type SmokeTestReport,
} from '../../core/versions/smoke-test.ts';
import type { SmokeTests } from '../../inputs/smoke-tests.ts';
import { messageOf, Refusal } from '../../core/problems.ts';
import type { Published } from './publish.ts';
import type { Surroundings } from '../surroundings.ts';

/** A new version takes a while to start, and that is not its duration. */
const START_MS = 30_000;

/**
 * Sends every new version its smoke tests, one after another, before it gets any traffic.
 * @throws {Refusal} when one fails
 */
export async function smokeTest(
  published: readonly Published[],
  tests: SmokeTests,
  surroundings: Surroundings,
): Promise<void> {
  const { clock, journal } = surroundings;
  const fresh = published.filter(
    ({ cleared, version }) => cleared.facts.routing?.version !== version,
  );
  const reports = await Promise.all(fresh.map((each) => testVersion(each, tests, surroundings)));
  const all = reports.flat();
  if (all.length > 0) journal.record({ type: 'smoke-tests', at: clock.timeOfDay(), reports: all });
  const failed = all.filter(({ problems }) => problems.length > 0);
  if (failed.length > 0) throw new Refusal(failed.map(describeFailure));
}

async function testVersion(
  { cleared: { request }, version }: Published,
  tests: SmokeTests,
  { aws, clock, cancellation }: Surroundings,
): Promise<readonly SmokeTestReport[]> {
  const { target } = request;
  const { functionName } = target;
  const reports: SmokeTestReport[] = [];
  for (const test of tests.get(functionName) ?? []) {
    const { name, payload } = test;
    const patienceMs = test.maxDurationMs + START_MS;
    try {
      const invocation = await within(clock, patienceMs, cancellation, (signal) =>
        aws.invocations.invoke(target, { version, payload }, signal),
      );
      reports.push(judgeSmokeTest(test, { functionName, version }, invocation));
    } catch (error) {
      cancellation.throwIfAborted();
      const problems = [messageOf(error)];
      reports.push({ functionName, version, name, problems, durationMs: patienceMs, log: [] });
    }
    if ((reports.at(-1)?.problems.length ?? 0) > 0) break;
  }
  return reports;
}
