// Ends the real process of the action at every single AWS call of a rollout, or of one job of several, in every way that
// it can end, and compares what is said of it with what the alias really serves. With --engine step-functions AWS carries
// the rollout, and goes on meanwhile. With --code the jobs bring code, and somebody else deploys as they end. With --regions they
// go through two regions.
import { parseArgs } from 'node:util';

import { markdownTable } from 'markdown-table';

import { CARRIED_JOBS, carriedPointsOf, carriedRows } from './crash-points/carried-points.ts';
import { carriedCallsOf, tryCarriedPoint } from './crash-points/carried-trial.ts';
import { CODE_JOBS, codePointsOf, codeRows } from './crash-points/code-points.ts';
import { codeCallsOf, tryCodePoint, type CodeEngine } from './crash-points/code-trial.ts';
import { MODES, MOMENTS, pointsOf, rows, type Mode, type Moment } from './crash-points/points.ts';
import { REGION_JOBS, regionPointsOf, regionRows } from './crash-points/region-points.ts';
import { regionCallsOf, tryRegionPoint } from './crash-points/region-trial.ts';
import { tryPoint } from './crash-points/trial.ts';
import { callsOf } from './crash-points/world.ts';

const USAGE = `Usage: npm run crash-points -- [--engine runner|step-functions] [--code] [--part N/OF]
       npm run crash-points -- --regions [--part N/OF]

  --engine  who carries the rollout (runner)
  --code    jobs that bring code, or take it out again
  --regions jobs that go through two regions
  --part    every so many-th of the points, so that the parts take about as long
`;

const AT_ONCE = 2;

/** A point as the table has it. */
interface Row {
  readonly job: string;
  readonly end: string;
  readonly moment: Moment;
}

interface Tried extends Row {
  readonly call: number;
  readonly operation: string;
  /** Empty when everything held. */
  readonly wrong: string;
}

interface Points {
  readonly rows: readonly Row[];
  readonly tries: readonly (() => Promise<Tried>)[];
}

async function ofRunners(): Promise<Points> {
  const calls: Record<Mode, number> = { rollout: 0, start: 0, step: 0, promote: 0, revert: 0 };
  for (const mode of Object.keys(MODES) as Mode[]) {
    calls[mode] = await callsOf(mode);
    console.log(`mode: ${mode} makes ${calls[mode]} calls. It is ended at each of them.`);
  }
  return {
    rows: rows().map(({ mode, ...row }) => ({ ...row, job: mode })),
    tries: pointsOf(calls).map((point) => async () => {
      const { mode, ...finding } = await tryPoint(point);
      return { ...finding, job: mode };
    }),
  };
}

/** How many calls each job makes, told as they are counted. */
async function callsOfEach<Job extends string>(
  jobs: Readonly<Record<Job, unknown>>,
  callsOf: (job: Job) => Promise<number>,
): Promise<Record<Job, number>> {
  const counted = Object.keys(jobs) as Job[];
  const calls = Object.fromEntries(counted.map((job) => [job, 0])) as Record<Job, number>;
  for (const job of counted) {
    calls[job] = await callsOf(job);
    console.log(`${job}: the job makes ${calls[job]} calls. It is ended at each of them.`);
  }
  return calls;
}

async function ofAws(): Promise<Points> {
  const calls = await callsOfEach(CARRIED_JOBS, carriedCallsOf);
  return {
    rows: carriedRows(),
    tries: carriedPointsOf(calls).map((point) => () => tryCarriedPoint(point)),
  };
}

async function ofCode(engine: CodeEngine): Promise<Points> {
  const calls = await callsOfEach(CODE_JOBS, (job) => codeCallsOf(job, engine));
  return {
    rows: codeRows(),
    tries: codePointsOf(calls).map((point) => () => tryCodePoint(point, engine)),
  };
}

async function ofRegions(): Promise<Points> {
  const calls = await callsOfEach(REGION_JOBS, regionCallsOf);
  return {
    rows: regionRows(),
    tries: regionPointsOf(calls).map((point) => () => tryRegionPoint(point)),
  };
}

const POINTS = {
  runner: ofRunners,
  'step-functions': ofAws,
} as const;

function options() {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'runner' },
      code: { type: 'boolean', default: false },
      regions: { type: 'boolean', default: false },
      part: { type: 'string', default: '1/1' },
    },
  });
  const [, part = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(values.part) ?? []).map(Number);
  if (part < 1 || part > of)
    throw new Error(`--part must be like 1/4, not ${values.part}\n\n${USAGE}`);
  const { engine } = values;
  if (engine !== 'runner' && engine !== 'step-functions')
    throw new Error(`There is no engine ${engine}\n\n${USAGE}`);
  if (values.regions) {
    if (values.code || engine !== 'runner')
      throw new Error(`--regions goes with --part alone\n\n${USAGE}`);
    return { points: ofRegions, part, of };
  }
  return { points: values.code ? () => ofCode(engine) : POINTS[engine], part, of };
}

async function main(): Promise<void> {
  const { points, part, of } = options();
  const { rows, tries } = await points();
  const findings: Tried[] = [];
  const queue = tries.filter((_, index) => index % of === part - 1).values();
  const worker = async () => {
    for (const tryIt of queue) {
      const finding = await tryIt();
      // Polls are jittered: a job may make a call less, and has then come to its end.
      if (finding.operation !== '') findings.push(finding);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const table = rows.map(({ job, end, moment }) => {
    const tried = findings.filter(
      (each) => each.job === job && each.end === end && each.moment === moment,
    );
    const held = tried.filter(({ wrong }) => wrong === '');
    return [job, end, MOMENTS[moment], String(tried.length), String(held.length)];
  });
  const head = ['job', 'the process is', 'when', 'points', 'held'];
  console.log(`\n${markdownTable([head, ...table], { align: ['l', 'l', 'l', 'r', 'r'] })}`);
  const failures = findings.filter(({ wrong }) => wrong !== '');
  console.log(`\n${findings.length - failures.length} of ${findings.length} points held.`);
  for (const { job, end, moment, call, operation, wrong } of failures) {
    console.log(`  ${job}, ${end}, ${moment} call ${call} (${operation}): ${wrong}`);
  }
  if (failures.length > 0) process.exitCode = 1;
}

await main();
