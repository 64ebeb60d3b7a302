// Ends the real process of the action at every single AWS call of a rollout, in every way that it can end, and
// compares what is said of it with what the alias really serves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { markdownTable } from 'markdown-table';

import { createAlias, getAlias } from '../simulator/lambda/aliases.ts';
import { awsEnvironment } from '../simulator/environment.ts';
import { createFunction, publishVersion, updateFunction } from '../simulator/lambda/functions.ts';
import { startGitHub } from '../simulator/github/server.ts';
import {
  runAction,
  startAction,
  type ActionOptions,
  type ActionResult,
} from '../simulator/runner.ts';
import { startServer } from '../simulator/server.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { createSharedTime, type SharedTime } from '../simulator/time/shared-time.ts';

const AT_ONCE = 2;
const START = Date.UTC(2026, 10, 23, 14, 0, 20);
const INPUTS: ActionOptions['inputs'] = {
  'function-name': 'checkout',
  alias: 'live',
  steps: '10% 1m, 50% 1m',
  'bake-time': '1m',
  'poll-interval': '30s',
  alarms: 'errors',
  analysis: 'off',
  'github-token': 'github-token',
};
/** After SIGINT a runner waits this long, and then again this long for SIGTERM. */
const TERM_AFTER_MS = 7_500;
const KILL_AFTER_MS = 2_500;

/** How a process ends, and who looks after what it left. */
const ENDS = {
  'killed, then post': { signal: 'SIGKILL', then: 'post' },
  'cancelled, then post': { signal: 'SIGINT', then: 'post' },
  'killed with its runner, then the next run': { signal: 'SIGKILL', then: 'next run' },
} as const;
type End = keyof typeof ENDS;

/** When that happens, as the request sees it. */
const MOMENTS = {
  before: 'before the call reaches AWS',
  after: 'after it took effect, before the reply',
  late: 'while it is on its way, and it arrives when all is over',
} as const;
type Moment = keyof typeof MOMENTS;

interface Point {
  readonly end: End;
  readonly moment: Moment;
  /** Which call, from 0. */
  readonly call: number;
}

interface Finding extends Point {
  readonly operation: string;
  /** Empty when everything held. */
  readonly wrong: string;
}

async function withWorld<T>(
  act: (world: { simulator: Simulator; time: SharedTime; options: ActionOptions }) => Promise<T>,
): Promise<T> {
  const time = createSharedTime(START);
  const simulator = createSimulator({ clock: time.clock });
  createFunction(simulator.lambda, { functionName: 'checkout' });
  publishVersion(simulator.lambda, 'checkout');
  createAlias(simulator.lambda, 'checkout', 'live', { version: '1', description: 'mine' });
  updateFunction(simulator.lambda, 'checkout', { code: 'two' });
  simulator.alarms.putLogAlarm('errors');
  simulator.alarms.setState('errors', 'OK', 'all is well');
  const [server, github] = await Promise.all([
    startServer(simulator, { time }),
    startGitHub({ time }),
  ]);
  const temp = mkdtempSync(join(tmpdir(), 'lambda-canary-crash-'));
  const url = 'https://github.com/acme/shop/actions/runs/42';
  github.runs.set('acme/shop/42/1', { status: 'completed', conclusion: 'failure', htmlUrl: url });
  const options: ActionOptions = {
    time,
    environment: {
      ...awsEnvironment(server.url, simulator.region),
      ...github.environment,
      RUNNER_TEMP: temp,
    },
    inputs: INPUTS,
  };
  try {
    return await act({ simulator, time, options });
  } finally {
    await Promise.all([server.close(), github.close()]);
    rmSync(temp, { recursive: true });
    time.close();
  }
}

/** What the alias serves: `1`, or `1+2@0.1`. */
function served({ lambda }: Simulator): string {
  const { version, weights } = getAlias(lambda, 'checkout', 'live');
  return [version, ...Object.entries(weights).map(([other, part]) => `${other}@${part}`)].join('+');
}

function tryPoint(point: Point): Promise<Finding> {
  return withWorld(async ({ simulator, time, options }) => {
    const { signal, then } = ENDS[point.end];
    const over = Promise.withResolvers<undefined>();
    const action = startAction(options);
    const end = () => {
      action.process.kill(signal);
      if (signal !== 'SIGINT') return;
      const after = (ms: number, next: NodeJS.Signals) =>
        time.at(time.clock.now() + ms, () => action.process.kill(next));
      const cancels = [
        after(TERM_AFTER_MS, 'SIGTERM'),
        after(TERM_AFTER_MS + KILL_AFTER_MS, 'SIGKILL'),
      ];
      action.process.once('close', () => {
        for (const cancel of cancels) cancel();
      });
    };
    let operation = '';
    let calls = 0;
    // Asked of every request before anything else happens with it.
    simulator.faults.add((request) => {
      if (calls++ !== point.call) return undefined;
      operation = request.operation;
      if (point.moment === 'after') {
        const once = simulator.faults.after(() => {
          once();
          end();
        });
        return { type: 'lost-reply' };
      }
      end();
      return point.moment === 'before' ? { type: 'reset' } : { type: 'late', until: over.promise };
    });

    const main = await action.done;
    const second = await runAction(
      then === 'post'
        ? { ...options, state: main.state }
        : { ...options, environment: { ...options.environment, GITHUB_RUN_ID: '43' } },
    );
    over.resolve(undefined);
    await arrived(simulator);
    return { ...point, operation, wrong: wrongOf(then, { simulator, main, second }) };
  });
}

/** A request that was let go is answered within some turns of the event loop. */
async function arrived(simulator: Simulator): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
  simulator.advance();
}

interface Aftermath {
  readonly simulator: Simulator;
  readonly main: ActionResult;
  readonly second: ActionResult;
}

function wrongOf(then: 'post' | 'next run', { simulator, main, second }: Aftermath): string {
  const truth = served(simulator);
  const said = main.outputs['outcome'];
  const nextSaid = second.outputs['outcome'];
  const problems = [
    ...(truth === '1' || truth === '2' ? [] : [`the alias serves ${truth}`]),
    ...(then === 'next run' ? lie(nextSaid, truth) : lie(said, truth)),
    ...(then === 'next run' && nextSaid !== 'promoted' && nextSaid !== 'unchanged'
      ? [`the next run says ${nextSaid ?? 'nothing'}`]
      : []),
    // Only a rollout that ended by itself may leave the canary; post reverts everything else.
    ...(then === 'post' && truth === '2' && said !== 'promoted' ? ['nobody says promoted'] : []),
    ...(second.log.includes('Reverted') && then === 'post' && truth !== '1' ? ['post lies'] : []),
    ...(then === 'post' && second.exitCode !== 0 ? [`post fails: ${second.log}`] : []),
    ...(then === 'post' && getAlias(simulator.lambda, 'checkout', 'live').description !== 'mine'
      ? ['the mark stays on the alias']
      : []),
  ];
  return problems.join('; ');
}

function lie(outcome: string | undefined, truth: string): readonly string[] {
  const wanted = { promoted: '2', unchanged: '2', reverted: '1', failed: '1' }[outcome ?? ''];
  return wanted === undefined || wanted === truth ? [] : [`says ${outcome ?? ''}, serves ${truth}`];
}

async function callsOfOneRollout(): Promise<number> {
  return withWorld(async ({ simulator, options }) => {
    const { outputs } = await runAction(options);
    if (outputs['outcome'] !== 'promoted') throw new Error('The rollout is not promoted by itself');
    return simulator.requests.length;
  });
}

async function main(): Promise<void> {
  const calls = await callsOfOneRollout();
  console.log(`A rollout of three steps makes ${calls} calls. It is ended at each of them.\n`);
  const points = (Object.keys(ENDS) as End[]).flatMap((end) =>
    (Object.keys(MOMENTS) as Moment[]).flatMap((moment) =>
      Array.from({ length: calls }, (_, call) => ({ end, moment, call })),
    ),
  );
  const findings: Finding[] = [];
  const queue = points.values();
  const worker = async () => {
    for (const point of queue) findings.push(await tryPoint(point));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const rows = (Object.keys(ENDS) as End[]).flatMap((end) =>
    (Object.keys(MOMENTS) as Moment[]).map((moment) => {
      const tried = findings.filter((each) => each.end === end && each.moment === moment);
      const held = tried.filter(({ wrong }) => wrong === '');
      return [end, MOMENTS[moment], String(tried.length), String(held.length)];
    }),
  );
  const head = ['the process is', 'when', 'points', 'held'];
  console.log(markdownTable([head, ...rows], { align: ['l', 'l', 'r', 'r'] }));
  const failures = findings.filter(({ wrong }) => wrong !== '');
  console.log(`\n${findings.length - failures.length} of ${findings.length} points held.`);
  for (const { end, moment, call, operation, wrong } of failures) {
    console.log(`  ${end}, ${moment} call ${call} (${operation}): ${wrong}`);
  }
  if (failures.length > 0) process.exitCode = 1;
}

await main();
