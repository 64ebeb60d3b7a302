// Measures the committed bundle against the simulator. Prints tables; judges nothing.
import { statSync } from 'node:fs';

import { markdownTable } from 'markdown-table';

import {
  emptyProcess,
  median,
  medians,
  overhead,
  requestsPerPoll,
  signalToWritten,
  startToFirstRequest,
  withEverythingAtOnce,
} from './bench/machine.ts';
import { throughOneDay, throughOneDayByLogs, type Growth } from './bench/length.ts';
import {
  callsOfTwoSteps,
  crowdPromoted,
  crowdReverted,
  redToWrittenWithSlowMetrics,
  type CrowdOptions,
} from './bench/outcomes.ts';

function print(what: string, value: string): void {
  console.log(`${what.padEnd(66)} ${value}`);
}

console.log('In virtual time, the same on every machine:\n');
const slow = await redToWrittenWithSlowMetrics();
print(
  'red → written, GetMetricData takes 40 s, poll 15 s',
  `${seconds(slow.ms)}, ${slow.polls.toFixed(2)} polls`,
);
const calls = await callsOfTwoSteps();
print(
  'control-plane calls of a rollout of two steps, besides looks',
  `${calls.length}: ${calls.join(', ')}`,
);
console.log('\nFunctions in lock-step, against 15 control-plane calls a second:\n');
const crowds: string[][] = [];
const TWO_REGIONS = ['eu-west-1', 'us-east-1'] as const;
const CROWDS: readonly CrowdOptions[] = [
  ...[10, 50, 100, 500].map((functions) => ({ functions })),
  ...[100, 500].map((functions) => ({ functions, regions: TWO_REGIONS })),
  { functions: 500, compared: true },
];
for (const crowd of CROWDS) {
  const promoted = await crowdPromoted(crowd);
  const reverted = await crowdReverted(crowd);
  crowds.push([
    `${crowd.functions}${crowd.regions === undefined ? '' : ', in each of two regions'}${crowd.compared === true ? ', compared' : ''}`,
    `${promoted.outcome}, ${reverted.outcome}`,
    promoted.calls.toFixed(1),
    `${promoted.throttled}, ${reverted.throttled}`,
    `${promoted.left}, ${reverted.left}`,
    seconds(reverted.lastBackMs),
    reverted.ofQuota.toFixed(2),
    promoted.stepOfQuota.toFixed(2),
    Math.max(promoted.megabytes, reverted.megabytes).toFixed(0),
    (Math.max(promoted.outputBytes, reverted.outputBytes) / 1000).toFixed(0),
  ]);
}
console.log(
  markdownTable([
    [
      'functions',
      'outcome well, red',
      'calls each, with looks',
      'throttled',
      'refused for good',
      'red → last alias back',
      'of N/15 s',
      'a weight, of N/15 s',
      'memory, MB',
      'output report, kB',
    ],
    ...crowds,
  ]),
);

console.log(
  '\nOne function for 24 h, polled every 15 s, its metrics judged with the durations on:\n',
);
const day = await throughOneDay();
printGrowth(day);
print('GetMetricData queries a function and minute', day.queriesPerMinute.toFixed(2));
print('datapoints asked for, a poll in the last hour', day.datapoints.toFixed(0));
print('polls that asked for metrics', `${(100 * day.asking).toFixed(0)} %`);

console.log('\nThe same by its logs, searched every 5 s, with a failure every 5 s:\n');
printGrowth(await throughOneDayByLogs());

console.log('\nIn real time, medians:\n');
const [started = NaN, atOnce = NaN, empty = NaN] = await withEverythingAtOnce((everything) =>
  medians([() => startToFirstRequest(), () => startToFirstRequest(everything), emptyProcess]),
);
print('an empty Node process, start to end', `${empty.toFixed(0)} ms`);
print('start to the first AWS request', `${started.toFixed(0)} ms`);
print('  of an empty process', (started / empty).toFixed(1));
print('  of the start of a bundle with everything loaded at once', (started / atOnce).toFixed(2));
const stopped = await median(signalToWritten);
print(
  'SIGINT → written',
  `${stopped.toFixed(0)} ms, ${(stopped / empty).toFixed(2)} empty processes`,
);
print('a rollout of three steps, without its bakes', `${(await overhead()).toFixed(0)} ms`);
for (const [alarms, functions] of [
  [1, 1],
  [10, 1],
  [100, 1],
  [10, 10],
] as const) {
  const count = await requestsPerPoll(alarms, functions);
  print(`AWS requests per poll, functions: ${functions}, alarms: ${alarms}`, count.toFixed(2));
}
const megabytes = statSync(new URL('../dist/index.js', import.meta.url)).size / 1e6;
print('size of dist/index.js', `${megabytes.toFixed(2)} MB`);

function printGrowth({ first, last }: Growth): void {
  print('CPU a poll in the second hour', `${first.cpuMs.toFixed(3)} ms`);
  print('CPU a poll in the last hour', against(last.cpuMs, first.cpuMs, 'ms'));
  print('memory held after two hours', `${first.megabytes.toFixed(2)} MB`);
  print('memory held after 24 h', against(last.megabytes, first.megabytes, 'MB'));
}

/** `1.234 ms, 1.10 times` */
function against(last: number, first: number, unit: 'ms' | 'MB'): string {
  const digits = unit === 'ms' ? 3 : 2;
  return `${last.toFixed(digits)} ${unit}, ${(last / first).toFixed(2)} times`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
