// What users would see, in virtual time: exact, and the same on every machine.
import { existsSync, readFileSync } from 'node:fs';

import { controlPlaneQuota, functionQuota, isControlPlane } from '../../simulator/wire/quota.ts';
import type { Fault } from '../../simulator/wire/faults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { createSharedTime, type SharedTime } from '../../simulator/time/shared-time.ts';
import { withBench, type Bench } from './world.ts';

/** In the middle of a minute, as a rollout begins. */
const START = Date.UTC(2026, 10, 23, 14, 0, 20);
const POLL_MS = 15_000;
const SLOW_MS = 40_000;
/** Of every call. */
const LATENCY_MS = 50;
const QUOTA = 15;
const FUNCTION_QUOTA = 100;
const TWO_STEPS = { steps: '10% 2m', 'bake-time': '2m' };

function inVirtualTime<T>(
  functions: number,
  measure: (bench: Bench, time: SharedTime) => Promise<T>,
): Promise<T> {
  const time = createSharedTime(START);
  return withBench({ functions, time }, (bench) => measure(bench, time));
}

/**
 * From the alarm turning red to the revert's write, in polls. GetMetricData takes 40 s once the canary has traffic,
 * and the alarm turns red right after it was read.
 */
export function redToWrittenWithSlowMetrics(): Promise<{ ms: number; polls: number }> {
  return inVirtualTime(1, async ({ simulator, start }, time) => {
    const { faults } = simulator;
    let redAt = NaN;
    faults.add(({ operation }) =>
      operation === 'GetMetricData' && everyAliasIsSplit(simulator) ? delayed(SLOW_MS) : undefined,
    );
    faults.after(({ operation }) => {
      if (operation !== 'DescribeAlarms' || redAt > 0 || !everyAliasIsSplit(simulator)) return;
      redAt = time.clock.now();
      turnRed(simulator);
    });
    const inputs = { steps: '10% 10m', 'poll-interval': '15s', analysis: 'on' };
    await start(inputs).done;
    const ms = lastWrittenAt(simulator) - redAt;
    return { ms, polls: ms / POLL_MS };
  });
}

/** The calls that a rollout of two steps makes of the control plane, besides a look at the alias each poll. */
export function callsOfTwoSteps(): Promise<readonly string[]> {
  return inVirtualTime(1, async ({ simulator, start }) => {
    await start({ ...TWO_STEPS, 'poll-interval': '10m' }).done;
    return simulator.requests.filter(isControlPlane).map(({ operation }) => operation);
  });
}

/** Many functions in lock-step, under Lambda's quotas. */
export interface Crowd {
  readonly outcome: string;
  /** Of the control plane, for each function, the looks at its alias included. */
  readonly calls: number;
  readonly throttled: number;
  /** Functions whose alias does not serve alone what it was to serve in the end, or still carries a mark. */
  readonly left: number;
  /** From the first write of the slowest weight to its last one, in units of what the quota needs for one write each. */
  readonly stepOfQuota: number;
  /** The most memory that the process had, where the machine tells. */
  readonly megabytes: number;
}

export function crowdPromoted(functions: number): Promise<Crowd> {
  return inVirtualTime(functions, async (bench, time) => {
    limit(bench, time);
    return rollOut(bench, '2');
  });
}

export interface CrowdReverted extends Crowd {
  /** From the alarm turning red to the last write. */
  readonly lastBackMs: number;
  /** The same in units of what the quota needs for one write each. */
  readonly ofQuota: number;
}

/** The alarm turns red right before it is read, when all aliases are split. */
export function crowdReverted(functions: number): Promise<CrowdReverted> {
  return inVirtualTime(functions, async (bench, time) => {
    limit(bench, time);
    const { simulator } = bench;
    let redAt = NaN;
    simulator.faults.before(({ operation }) => {
      if (operation !== 'DescribeAlarms' || redAt > 0 || !everyAliasIsSplit(simulator)) return;
      redAt = time.clock.now();
      turnRed(simulator);
    });
    const crowd = await rollOut(bench, '1');
    const lastBackMs = lastWrittenAt(simulator) - redAt;
    return { ...crowd, lastBackMs, ofQuota: lastBackMs / ((functions / QUOTA) * 1000) };
  });
}

function limit({ simulator: { faults } }: Bench, { clock }: SharedTime): void {
  faults.add(controlPlaneQuota(QUOTA, clock));
  faults.add(functionQuota(FUNCTION_QUOTA, clock));
  faults.add(() => delayed(LATENCY_MS));
}

async function rollOut(
  { simulator, functionNames, start }: Bench,
  version: string,
): Promise<Crowd> {
  const action = start({ ...TWO_STEPS, 'poll-interval': '15s' });
  let kilobytes = NaN;
  simulator.onRequest(({ operation }) => {
    if (operation === 'DescribeAlarms' || operation === 'UpdateAlias') {
      kilobytes = peakOf(action.process.pid) ?? kilobytes;
    }
  });
  const { outputs } = await action.done;
  const calls = simulator.requests.filter(isControlPlane);
  return {
    outcome: outputs['outcome'] ?? '',
    calls: calls.length / functionNames.length,
    throttled: calls.filter(({ status }) => status === 429).length,
    left: functionNames.filter((name) => !servesAlone(simulator, name, version)).length,
    stepOfQuota: Math.max(...writingTimes(simulator)) / ((functionNames.length / QUOTA) * 1000),
    megabytes: kilobytes / 1024,
  };
}

/** How long each weight took to be written to all. */
function writingTimes({ requests }: Simulator): readonly number[] {
  const at = requests
    .filter(({ operation }) => operation === 'UpdateAlias')
    .map((request) => request.at);
  const begins = at.filter((time, index) => time - (at[index - 1] ?? -Infinity) > APART_MS);
  return begins.map((begin, index) => {
    const next = begins[index + 1] ?? Infinity;
    return Math.max(...at.filter((time) => time < next)) - begin;
  });
}

/** Between two weights; the writes of one follow each other within a second. */
const APART_MS = 5_000;

/** The most memory that a process had so far, in kB. */
function peakOf(pid = 0): number | undefined {
  const file = `/proc/${pid}/status`;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [, peak] = /^VmHWM:\s+(\d+)/m.exec(text) ?? [];
  return peak === undefined ? undefined : Number(peak);
}

function delayed(ms: number): Fault {
  return { type: 'delay', ms };
}

function turnRed({ alarms }: Simulator): void {
  alarms.setState('alarm-1', 'ALARM', 'five errors');
}

function everyAliasIsSplit({ lambda }: Simulator): boolean {
  return [...lambda.functions.keys()].every(
    (name) => Object.keys(lambda.getAlias(name, 'live').weights).length > 0,
  );
}

function servesAlone({ lambda }: Simulator, functionName: string, version: string): boolean {
  const { version: served, weights, description } = lambda.getAlias(functionName, 'live');
  return served === version && Object.keys(weights).length === 0 && description === '';
}

function lastWrittenAt({ aliasHistory }: Simulator): number {
  return aliasHistory.at(-1)?.at ?? NaN;
}
