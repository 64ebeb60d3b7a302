import { createAlias } from '../simulator/lambda/aliases.ts';
import { createFunction, publishVersion, updateFunction } from '../simulator/lambda/functions.ts';
import { putProvisioned } from '../simulator/lambda/provisioned.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Scenario, TrafficScenario } from './scenario.ts';
import { STABLE, STARTS_AT } from './stage.ts';

/** What stands in the simulated AWS before anybody does anything. */
export function prepare(simulator: Simulator, scenario: Scenario): void {
  const { lambda, alarms } = simulator;
  for (const functionName of names('f', scenario.functions)) {
    createFunction(lambda, { functionName });
    publishVersion(lambda, functionName);
    createAlias(lambda, functionName, 'live', {
      version: STABLE,
      description: 'd'.repeat(scenario.descriptionLength),
    });
    updateFunction(lambda, functionName, { code: `${functionName}, never live` });
    publishVersion(lambda, functionName);
    updateFunction(lambda, functionName, { code: `${functionName}, the canary` });
    if (scenario.traffic !== undefined) serve(simulator, functionName, scenario.traffic);
    if (scenario.provisioned) putProvisioned(lambda, functionName, 'live', 2);
  }
  for (const name of names('alarm', scenario.alarms)) {
    alarms.putLogAlarm(name);
    alarms.setState(name, 'OK', 'all is well');
  }
}

const CALLED_BEFORE_MINUTES = 15;

function serve(
  { lambda, traffic, metrics }: Simulator,
  functionName: string,
  { requestsPerSecond, stableErrorRate, canaryErrorRate }: TrafficScenario,
): void {
  const found = lambda.functions.get(functionName);
  if (found === undefined) throw new Error(`There is no function ${functionName}`);
  const [stable] = found.versions;
  for (const [version, errorRate] of [
    [stable, stableErrorRate],
    [found.latest, canaryErrorRate],
  ] as const) {
    if (version === undefined) continue;
    const behaviour = { ...version.configuration.behaviour, errorRate };
    version.configuration = { ...version.configuration, behaviour };
  }
  const invocations = Math.round(requestsPerSecond * 60);
  for (let minute = 1; minute <= CALLED_BEFORE_MINUTES && invocations > 0; minute++) {
    const of = { functionName, alias: 'live', version: STABLE };
    const durations = new Map([[40, invocations]]);
    metrics.add(of, STARTS_AT - minute * 60_000, {
      invocations,
      errors: 0,
      throttles: 0,
      durations,
    });
  }
  traffic.set(functionName, 'live', requestsPerSecond);
}

export function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}
