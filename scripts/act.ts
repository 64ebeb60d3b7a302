// Runs the examples of rollouts over several jobs in a runner of workflows on this machine (nektos/act, without
// containers), against a simulated AWS: their YAML, expressions and the order of their jobs, and the committed bundle. Then a
// release is rehearsed in it.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createAlias, getAlias } from '../simulator/lambda/aliases.ts';
import { acceleratedClock } from '../simulator/time/clock.ts';
import { awsEnvironment } from '../simulator/environment.ts';
import { createFunction, publishVersion, updateFunction } from '../simulator/lambda/functions.ts';
import { startServer } from '../simulator/server.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { rehearseRelease } from './release/rehearsal.ts';
import { pinned, repository } from './samples.ts';

const PROJECT = new URL('..', import.meta.url).pathname.replace(/\/$/, '');
const ACT = process.env['ACT'] ?? 'act';
const SPEED = 300;

interface Play {
  readonly name: string;
  /** Event, workflow and job, one run of act each, and whether it is to end red. */
  readonly runs: readonly (readonly [
    event: string,
    workflow: string,
    job: string,
    outcome?: 'red',
  ])[];
  /** What the alias serves in the end. */
  readonly ends: string;
}

const PLAYS: readonly Play[] = [
  {
    name: 'approval: started and promoted in one run',
    runs: [['push', 'approval.yml', 'promote']],
    ends: '2',
  },
  {
    name: 'hour by hour: started, one step, and stopped by the panic button',
    runs: [
      ['push', 'hourly-steps.yml', 'start'],
      ['schedule', 'hourly-steps.yml', 'step'],
      ['workflow_dispatch', 'panic-button.yml', 'revert'],
    ],
    ends: '1',
  },
  {
    name: 'fleet check: green, and red once a rollout was left in the middle',
    runs: [
      ['schedule', 'fleet-check.yml', 'look'],
      ['push', 'hourly-steps.yml', 'start'],
      ['schedule', 'fleet-check.yml', 'look', 'red'],
    ],
    ends: '1+2',
  },
  {
    name: 'monorepo: every function has a rollout of its own',
    runs: [['push', 'monorepo.yml', 'deploy']],
    ends: '2',
  },
  {
    name: 'Slack: told how it ended, by a job of its own',
    runs: [['push', 'slack.yml', 'tell']],
    ends: '2',
  },
];
const FUNCTIONS = ['checkout', 'cart', 'invoice'];

/** Takes a message if it is one that Slack would show, and says that the rollout was promoted. */
const SLACK = `name: slack
inputs:
  webhook: {}
  webhook-type: {}
  payload: { required: true }
runs:
  using: composite
  steps:
    - run: echo "$PAYLOAD" | grep -E '^text. "checkout, version 2. \\*promoted\\*\\. <https://'
      shell: sh
      env:
        PAYLOAD: \${{ inputs.payload }}
`;

async function play({ name, runs, ends }: Play): Promise<void> {
  const time = { originMs: Date.now(), speed: SPEED };
  const simulator = createSimulator({ clock: acceleratedClock(time) });
  const { lambda } = simulator;
  for (const functionName of FUNCTIONS) {
    createFunction(lambda, { functionName });
    const { version } = publishVersion(lambda, functionName);
    createAlias(lambda, functionName, 'live', { version });
    updateFunction(lambda, functionName, { code: 'the next' });
    simulator.alarms.putLogAlarm(`${functionName}-errors`);
    simulator.alarms.setState(`${functionName}-errors`, 'OK', 'all is well');
    simulator.traffic.set(functionName, 'live', 20);
  }
  const server = await startServer(simulator);
  const folder = workspace();
  try {
    console.log(`\n${name}`);
    const environment = {
      ...awsEnvironment(server.url, simulator.region),
      SIMULATED_TIME: `${time.originMs},${time.speed}`,
      NODE_OPTIONS: `--import ${PROJECT}/simulator/time/accelerate.ts`,
      PATH: `${folder}/bin:${PROJECT}/node_modules/node/bin:${process.env['PATH'] ?? ''}`,
    };
    for (const run of runs) await runAct(run, folder, environment);
    const routing = getAlias(lambda, 'checkout', 'live');
    const serves = [routing.version, ...Object.keys(routing.weights)].join('+');
    console.log(`The alias serves version ${serves}.`);
    if (serves !== ends) throw new Error(`${name}: the alias must serve version ${ends}`);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** A repository with the examples as its workflows, and what they need of others. */
function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lambda-canary-act-'));
  const workflows = join(folder, '.github/workflows');
  mkdirSync(workflows, { recursive: true });
  for (const file of globSync('*.yml', { cwd: join(PROJECT, 'examples') })) {
    const text = readFileSync(join(PROJECT, 'examples', file), 'utf8');
    // GitHub has it since May 2026; this runner takes it for a mistake, and runs one job at a time anyway.
    writeFileSync(join(workflows, file), text.replace(/^ +queue: max.*\n/m, ''));
  }
  mkdirSync(join(folder, 'scripts'));
  const script = join(folder, 'scripts/update-functions.sh');
  writeFileSync(script, '#!/bin/sh\n# The simulated function has other code in $LATEST already.\n');
  chmodSync(script, 0o755);
  for (const functionName of FUNCTIONS) {
    mkdirSync(join(folder, 'functions', functionName), { recursive: true });
    writeFileSync(join(folder, 'functions', functionName, 'index.js'), '');
  }
  mkdirSync(join(folder, 'bin'));
  // GitHub's command line is asked about one run, which has ended by then.
  writeFileSync(join(folder, 'bin/gh'), '#!/bin/sh\necho completed\n', { mode: 0o755 });
  mkdirSync(join(folder, 'credentials'));
  const nothing = 'name: none\nruns:\n  using: composite\n  steps: [{ run: "true", shell: sh }]\n';
  writeFileSync(join(folder, 'credentials/action.yml'), nothing);
  // All that GitHub needs of this project. The runner copies it for each job, and what is installed here has gigabytes.
  mkdirSync(join(folder, 'action'));
  copyFileSync(join(PROJECT, 'action.yml'), join(folder, 'action/action.yml'));
  cpSync(join(PROJECT, 'dist'), join(folder, 'action/dist'), { recursive: true });
  mkdirSync(join(folder, 'slack'));
  writeFileSync(join(folder, 'slack/action.yml'), SLACK);
  const git = (...parameters: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], {
      cwd: folder,
      stdio: 'ignore',
    });
  git('init', '-b', 'main');
  git('remote', 'add', 'origin', 'https://github.com/acme/shop.git');
  git('add', '.');
  git('commit', '-m', 'the examples');
  return folder;
}

function runAct(
  [event, workflow, job, outcome]: Play['runs'][number],
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const file = join(folder, 'environment');
  writeFileSync(
    file,
    Object.entries(environment)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  );
  const child = spawn(
    ACT,
    [
      ...[event, '-W', `.github/workflows/${workflow}`, '-j', job],
      ...['-P', 'ubuntu-latest=-self-hosted', '--env-file', file, '--action-offline-mode'],
      ...inPlaceOf(repository(), join(folder, 'action')),
      ...inPlaceOf('slackapi/slack-github-action', join(folder, 'slack')),
      ...inPlaceOf('aws-actions/configure-aws-credentials', join(folder, 'credentials')),
    ],
    {
      cwd: folder,
      env: { ...process.env, ...environment, NODE_OPTIONS: '' },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const isRed = code !== 0;
      if (isRed === (outcome === 'red')) resolve();
      else reject(new Error(`act ended with ${code ?? 'a signal'} in ${workflow}`));
    });
  });
}

/** For a runner of workflows: what it takes in the place of an action that the samples use. */
function inPlaceOf(action: string, folder: string): readonly string[] {
  const uses = pinned()[action];
  if (uses === undefined) throw new Error(`samples.json has no ${action}`);
  return ['--local-repository', `${uses}=${folder}`];
}

for (const each of PLAYS) await play(each);
rehearseRelease(ACT);
