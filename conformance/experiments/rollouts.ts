import { readFileSync } from 'node:fs';

import { CreateAliasCommand } from '@aws-sdk/client-lambda';

import { seen, type Experiment, type Seen } from '../experiment.ts';
import { change, makeFunction, publish } from '../functions.ts';
import type { Lab } from '../lab.ts';
import { underLoad } from '../load.ts';
import { makeMachine } from '../machines.ts';
import { putAlarm } from './alarms.ts';
import { read } from './alias-writes.ts';

const PER_SECOND = 3;
const DEFINITION = new URL('../../dist/state-machine.json', import.meta.url);

interface Planned {
  readonly outcome: 'promoted' | 'reverted';
  /** How many of the canary's requests fail, 0 to 1. */
  readonly failing: string;
  readonly hasAlarm: boolean;
  readonly inputs: Readonly<Record<string, string>>;
  /** In the reason. */
  readonly because: RegExp;
}

/** The three that matter: each of them ends otherwise, or for another reason. */
const PLANNED: Readonly<Record<string, Planned>> = {
  promoted: {
    outcome: 'promoted',
    failing: '0',
    hasAlarm: true,
    inputs: { analysis: 'on', steps: '50% 4m', 'bake-time': '1m' },
    because: /^/,
  },
  'by-alarm': {
    outcome: 'reverted',
    failing: '0.5',
    hasAlarm: true,
    inputs: { analysis: 'off', steps: '50% 10m', 'bake-time': '1m' },
    because: /alarm/,
  },
  'by-comparison': {
    outcome: 'reverted',
    failing: '0.5',
    hasAlarm: false,
    inputs: { analysis: 'on', 'analysis-logs': 'off', steps: '50% 10m', 'bake-time': '1m' },
    because: /errors of/,
  },
};

const TOLD: Readonly<Record<string, string>> = {
  'by-alarm': 'reverted by an alarm',
  'by-comparison': 'reverted by the comparison of the versions',
};

async function rollOut(
  lab: Lab,
  planned: Planned,
  engine: Readonly<Record<string, string>>,
): Promise<Seen> {
  const { functionName } = await makeFunction(lab);
  const stable = await publish(lab, functionName);
  const alias = { FunctionName: functionName, Name: 'live', FunctionVersion: stable };
  await lab.lambda.send(new CreateAliasCommand(alias));
  await change(lab, functionName, { Environment: { Variables: { FAILING: planned.failing } } });
  const alarms = planned.hasAlarm ? await putAlarm(lab, functionName, PER_SECOND) : '';
  const beganAt = lab.now();
  const inputs = {
    'function-name': functionName,
    alias: 'live',
    alarms,
    'poll-interval': '10s',
    ...planned.inputs,
    ...engine,
  };
  const load = { functionName, perSecond: PER_SECOND };
  const { outputs, log } = await underLoad(lab, load, () => lab.runAction(inputs));
  const { FunctionVersion: serves = '', RoutingConfig: routing } = await read(lab, functionName);
  const { outcome = 'nothing', reason = '' } = outputs;
  const expected = planned.outcome === 'promoted' ? '2' : stable;
  const isSo =
    outcome === planned.outcome &&
    planned.because.test(reason) &&
    serves === expected &&
    routing === undefined;
  const minutes = ((lab.now() - beganAt) / 60_000).toFixed(1);
  const words = `${outcome} after ${minutes} minutes, the alias is on version ${serves}${reason === '' ? '' : `: ${reason}`}`;
  return seen(isSo, outcome === 'nothing' ? `${words}: ${log.slice(-500)}` : words);
}

function rollout(name: string, planned: Planned, isCarried: boolean): Experiment {
  return {
    id: `${isCarried ? 'carried' : 'rollout'}-${name}`,
    assumes: `A rollout under ${PER_SECOND} requests a second, ${isCarried ? 'carried by Step Functions' : 'by the runner'}, is ${TOLD[name] ?? name}, and the alias is so.`,
    otherwise:
      'The action does not do what it says: its log, and the history of the execution, say where.',
    minutes: 15,
    uses: {
      invocations: 15 * 60 * PER_SECOND,
      metrics: 600,
      alarms: 1,
      transitions: isCarried ? 600 : 0,
    },
    isRecording: false,
    async run(lab) {
      if (!isCarried) return rollOut(lab, planned, {});
      const machine =
        lab.stateMachine ?? (await makeMachine(lab, readFileSync(DEFINITION, 'utf8')));
      return rollOut(lab, planned, {
        engine: 'step-functions',
        'state-machine': machine,
        wait: 'true',
      });
    },
  };
}

/** The committed bundle, as a job runs it. */
export const ROLLOUTS: readonly Experiment[] = [false, true].flatMap((isCarried) =>
  Object.entries(PLANNED).map(([name, planned]) => rollout(name, planned, isCarried)),
);
