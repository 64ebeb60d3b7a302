// What users would see, in virtual time: exact, and the same on every machine.
import { existsSync, readFileSync } from 'node:fs';

import { controlPlaneQuota, functionQuota, isControlPlane } from '../../simulator/wire/quota.ts';
import type { Fault } from '../../simulator/wire/faults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { createSharedTime, type SharedTime } from '../../simulator/time/shared-time.ts';
import { withBench, type Bench, type BenchOptions } from './world.ts';

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
  options: Pick<BenchOptions, 'functions' | 'regions'>,
  measure: (bench: Bench, time: SharedTime) => Promise<T>,
): Promise<T> {
  const time = createSharedTime(START);
  return withBench({ ...options, time }, (bench) => measure(bench, time));
}

/**
 * From the alarm turning red to the revert's write, in polls. GetMetricData takes 40 s once the canary has traffic,
 * and the alarm turns red right after it was read.
 */
export function redToWrittenWithSlowMetrics(): Promise<{ ms: number; polls: number }> {
  return inVirtualTime({ functions: 1 }, async ({ simulator, start }, time) => {
    const { faults } = simulator;
    let redAt = NaN;
    faults.add(({ operation }) =>
      operation === 'GetMetricData' && everyAliasIsSplit([simulator])
        ? delayed(SLOW_MS)
        : undefined,
    );
    faults.after(({ operation }) => {
      if (operation !== 'DescribeAlarms' || redAt > 0 || !everyAliasIsSplit([simulator])) return;
      redAt = time.clock.now();
      turnRed(simulator);
    });
    const inputs = { steps: '10% 10m', 'poll-interval': '15s', analysis: 'on' };
    await start(inputs).done;
    const ms = lastWrittenAt([simulator]) - redAt;
    return { ms, polls: ms / POLL_MS };
  });
}

/** The calls that a rollout of two steps makes of the control plane, besides a look at the alias each poll. */
export function callsOfTwoSteps(): Promise<readonly string[]> {
  return inVirtualTime({ functions: 1 }, async ({ simulator, start }) => {
    await start({ ...TWO_STEPS, 'poll-interval': '10m' }).done;
    return simulator.requests.filter(isControlPlane).map(({ operation }) => operation);
  });
}

/** How many functions there are in each region; two regions are one wave. */
export interface CrowdOptions {
  readonly functions: number;
  readonly regions?: readonly [string, ...string[]] | undefined;
  /** Whether their versions are compared, although nobody calls them: metrics are read all the same. */
  readonly compared?: boolean;
}

/** Many functions in lock-step, under Lambda's quotas, which each region has for itself. */
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
  /** What the output `report` takes, of 1 MB that a job's outputs may have together. */
  readonly outputBytes: number;
}

export function crowdPromoted(options: CrowdOptions): Promise<Crowd> {
  return inVirtualTime(options, async (bench, time) => {
    limit(bench, time);
    return rollOut(bench, '2', options);
  });
}

export interface CrowdReverted extends Crowd {
  /** From the alarm turning red to the last write. */
  readonly lastBackMs: number;
  /** The same in units of what the quota needs for one write each. */
  readonly ofQuota: number;
}

/** The alarm of the last region turns red right before it is read, when all aliases are split. */
export function crowdReverted(options: CrowdOptions): Promise<CrowdReverted> {
  return inVirtualTime(options, async (bench, time) => {
    limit(bench, time);
    const { simulator, simulators } = bench;
    const last = simulators.at(-1) ?? simulator;
    let redAt = NaN;
    last.faults.before(({ operation }) => {
      if (operation !== 'DescribeAlarms' || redAt > 0 || !everyAliasIsSplit(simulators)) return;
      redAt = time.clock.now();
      turnRed(last);
    });
    const crowd = await rollOut(bench, '1', options);
    const lastBackMs = lastWrittenAt(simulators) - redAt;
    return { ...crowd, lastBackMs, ofQuota: lastBackMs / ((options.functions / QUOTA) * 1000) };
  });
}

function limit({ simulators }: Bench, { clock }: SharedTime): void {
  for (const { faults } of simulators) {
    faults.add(controlPlaneQuota(QUOTA, clock));
    faults.add(functionQuota(FUNCTION_QUOTA, clock));
    faults.add(() => delayed(LATENCY_MS));
  }
}

async function rollOut(
  { simulators, functionNames, start }: Bench,
  version: string,
  { compared = false }: CrowdOptions,
): Promise<Crowd> {
  const analysis = compared ? 'on' : 'off';
  const action = start({ ...TWO_STEPS, 'poll-interval': '15s', analysis });
  let kilobytes = NaN;
  for (const simulator of simulators) {
    simulator.onRequest(({ operation }) => {
      if (operation === 'DescribeAlarms' || operation === 'UpdateAlias') {
        kilobytes = peakOf(action.process.pid) ?? kilobytes;
      }
    });
  }
  const { outputs } = await action.done;
  const calls = simulators.flatMap(({ requests }) => requests.filter(isControlPlane));
  const crowd = functionNames.length;
  const left = simulators.flatMap((simulator) =>
    functionNames.filter((name) => !servesAlone(simulator, name, version)),
  );
  const longest = Math.max(...simulators.flatMap(writingTimes));
  return {
    outcome: outputs['outcome'] ?? '',
    calls: calls.length / crowd / simulators.length,
    throttled: calls.filter(({ status }) => status === 429).length,
    left: left.length,
    stepOfQuota: longest / ((crowd / QUOTA) * 1000),
    megabytes: kilobytes / 1024,
    outputBytes: Buffer.byteLength(outputs['report'] ?? ''),
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

function everyAliasIsSplit(simulators: readonly Simulator[]): boolean {
  return simulators.every(({ lambda }) =>
    [...lambda.functions.keys()].every(
      (name) => Object.keys(lambda.getAlias(name, 'live').weights).length > 0,
    ),
  );
}

function servesAlone({ lambda }: Simulator, functionName: string, version: string): boolean {
  const { version: served, weights, description } = lambda.getAlias(functionName, 'live');
  return served === version && Object.keys(weights).length === 0 && description === '';
}

function lastWrittenAt(simulators: readonly Simulator[]): number {
  return Math.max(...simulators.map(({ aliasHistory }) => aliasHistory.at(-1)?.at ?? NaN));
}
