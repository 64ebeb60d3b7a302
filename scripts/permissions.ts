// Prints the least IAM policy for a job with these inputs, without asking AWS. An input is given as an option of its name. With
// --machine it is that for the role of the state machine, which carries rollouts with engine: step-functions.
import { parseArgs } from 'node:util';

import { readFileSync } from 'node:fs';

import { defaultLogGroup } from '../src/core/text/log-group.ts';
import { leastPolicy, type Policy } from '../src/core/policy.ts';
import { machinePolicy } from '../src/core/state-machine/role.ts';
import { messageOf } from '../src/core/problems.ts';
import { objectsIn } from '../src/core/versions/code.ts';
import { accountIn, functionArn, parseFunctionId } from '../src/core/text/arn.ts';
import { INPUT_DEFAULTS, type InputName } from '../src/inputs/defaults.ts';
import { readInputs } from '../src/inputs/inputs.ts';

const NAMES = Object.keys(INPUT_DEFAULTS) as readonly InputName[];
/** In whose place a policy has `*` when nobody says which. */
const ANY = '*';
/** Only so that the inputs can be read: none of it gets into the policy. */
const SOME_REGION = 'us-east-1';

export interface PrintedPolicy {
  readonly policy: Policy;
  /** What `*` stands for in it that could be named. */
  readonly notes: readonly string[];
}

/**
 * The policy for the inputs that are given as options: `--function-name checkout --alias live --alarms errors`.
 * @throws when an option is none, or an input cannot be used
 */
export function policyOf(args: readonly string[]): PrintedPolicy {
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      [...NAMES, 'function', 'account', 'log-group'].map((name) => [name, { type: 'string' }]),
    ),
  });
  const given = { 'function-name': values['function'] ?? '', ...values } as Record<string, string>;
  const config = readInputs((name) => given[name] ?? '', {
    description: '',
    region: SOME_REGION,
    roleSessionName: '',
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  const ids = config.requests.map(({ target }) => parseFunctionId(target.functionId));
  const region = given['region'] ?? ids.find((id) => id?.region)?.region ?? ANY;
  const account = given['account'] ?? accountIn(given['role-to-assume'] ?? '') ?? ANY;
  const isNowhere = account === ANY && ids.some((id) => id?.account === undefined);
  return {
    policy: leastPolicy(
      { ...config, dryRun: false },
      {
        region,
        account,
        stateMachine: config.stateMachine,
        objects: objectsIn(config.requests),
        functions: [
          ...config.requests.map(({ target }) => target),
          // By their tags, any function may be found.
          ...config.searches
            .map((search) => (search.type === 'pattern' ? search.pattern : ANY))
            .map((name) => ({ functionId: name, functionName: name })),
        ].map(({ functionId, functionName }) => ({
          functionId,
          functionName,
          logGroup: given['log-group'] ?? defaultLogGroup(functionName),
        })),
      },
    ),
    notes: [
      ...starsIn({ isAnywhere: region === ANY, isNowhere }),
      ...(config.onRevertLatest === 'restore' ? [FORMER] : []),
    ],
  };
}

/** What no input tells. */
const FORMER =
  'Where Lambda reads the code of the old version from S3, on-revert-latest: restore needs s3:GetObjectVersion on that object as well: ' +
  'a dry run has it, or aws lambda get-function --qualifier ALIAS (Code.ResolvedS3Object).';

/**
 * The policy for the role of the state machine that moves these functions: `--machine --function checkout,cart --region eu-west-1`.
 * @throws when an option is none
 */
export function machinePolicyOf(args: readonly string[]): PrintedPolicy {
  const { values } = parseArgs({
    args: [...args],
    options: {
      machine: { type: 'boolean' },
      function: { type: 'string', default: '' },
      region: { type: 'string', default: ANY },
      account: { type: 'string', default: ANY },
    },
  });
  const { region, account } = values;
  const arns = values.function
    .split(/[\s,]+/)
    .filter((name) => name !== '')
    .map((name) => {
      const known = parseFunctionId(name)?.account !== undefined;
      return functionArn(known ? name : `${account}:function:${name}`, region);
    });
  if (arns.length === 0) throw new Error('Give the functions: --function checkout,cart');
  return {
    policy: machinePolicy(arns),
    notes: starsIn({
      isAnywhere: region === ANY,
      isNowhere: arns.join().includes(`:${ANY}:function`),
    }),
  };
}

function starsIn({ isAnywhere, isNowhere }: Readonly<Record<'isAnywhere' | 'isNowhere', boolean>>) {
  return [
    ...(isAnywhere ? ['Every region is meant by "*": give --region.'] : []),
    ...(isNowhere ? ['Every account is meant by "*": give --account.'] : []),
  ];
}

if (import.meta.main) {
  try {
    const args = process.argv.slice(2);
    const { policy, notes } = args.includes('--machine') ? machinePolicyOf(args) : policyOf(args);
    console.log(JSON.stringify(policy, null, 2));
    notes.forEach((note) => {
      console.error(note);
    });
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
