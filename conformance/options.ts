import { parseArgs } from 'node:util';

import { didYouMean } from '../src/core/text/guess.ts';
import type { Experiment } from './experiment.ts';

export const USAGE = `Usage: npm run conformance -- [options]

Runs experiments on AWS, or on what stands in for it, and says of each thing that the action takes for granted whether it is so.
Everything that is made begins with lambda-canary-conformance-, and is removed at the end. One run at a time in an account and region.

  --region R           where; AWS_REGION when left out
  --endpoint URL       of a double of AWS; AWS itself when left out
  --simulator          on the simulator, which is started for it
  --only A,B           these experiments; a word names all that begin with it
  --list               names the experiments, and does nothing
  --role ARN           for functions and state machines, in place of roles of their own; no stack is made or looked for
  --state-machine ARN  that carries rollouts, in place of one of its own: that of a stack, say
  --json FILE          where what was seen is written, to be kept in conformance/seen
  --markdown FILE      where the table is written
  --keep               removes nothing at the end; the next run does
  --cleanup            removes what earlier runs left, and does nothing else
  --yes                does not ask before it begins
  --help               tells this, and does nothing
`;

export interface Options {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly simulator: boolean;
  readonly experiments: readonly Experiment[];
  readonly help: boolean;
  readonly list: boolean;
  readonly role: string | undefined;
  readonly stateMachine: string | undefined;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
  readonly keep: boolean;
  readonly cleanup: boolean;
  readonly yes: boolean;
}

/** @throws an error that names everything that is wrong */
export function optionsOf(
  args: readonly string[],
  all: readonly Experiment[],
  environment: Readonly<Record<string, string | undefined>>,
): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      region: { type: 'string' },
      endpoint: { type: 'string' },
      simulator: { type: 'boolean', default: false },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      role: { type: 'string' },
      'state-machine': { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      keep: { type: 'boolean', default: false },
      cleanup: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  });
  const region = values.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const wanted = values.only?.split(',').map((each) => each.trim()) ?? [''];
  const unknown = wanted.filter((word) => !all.some(({ id }) => id.startsWith(word)));
  const isElsewhere = values.endpoint !== undefined || values.region !== undefined;
  const names = all.map(({ id }) => id);
  const problems = [
    ...unknown.map((word) => `--only: there is no experiment ${word}${didYouMean(word, names)}`),
    ...(values.simulator && isElsewhere ? ['--simulator: has its own region and endpoint'] : []),
    ...(region === undefined && !values.simulator && !values.list && !values.help
      ? ['--region: must be given, or AWS_REGION']
      : []),
    ...(values.keep && values.cleanup ? ['--keep and --cleanup: one of them'] : []),
    ...wrongArn('--role', values.role, /^arn:[\w-]+:iam::\d{12}:role\/.+$/),
    ...wrongArn(
      '--state-machine',
      values['state-machine'],
      /^arn:[\w-]+:states:[\w-]+:\d{12}:stateMachine:.+$/,
    ),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const { endpoint, role, json, markdown, ...switches } = values;
  return {
    ...switches,
    endpoint,
    role,
    json,
    markdown,
    region,
    stateMachine: values['state-machine'],
    experiments: all.filter(({ id }) => wanted.some((word) => id.startsWith(word))),
  };
}

function wrongArn(option: string, given: string | undefined, form: RegExp): readonly string[] {
  return given === undefined || form.test(given) ? [] : [`${option}: "${given}" is not its ARN`];
}
