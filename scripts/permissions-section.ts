// What docs/permissions.md says of permissions: the policy for a job with the usual inputs, and what each action is for.
import { markdownTable } from 'markdown-table';

import { PERMISSIONS, type Resource, type Wishes } from '../src/core/permissions.ts';
import { leastPolicy, type Grounds, type Statement } from '../src/core/policy.ts';
import { MACHINE_PERMISSIONS } from '../src/core/state-machine/role.ts';

type On = Resource['on'];

/** A rollout of new code with alarms, and with the defaults for whatever else there is. */
export const USUAL: Wishes = {
  mode: 'rollout',
  engine: 'runner',
  dryRun: false,
  searches: [],
  requests: [{ version: undefined, code: undefined }],
  onRevertLatest: 'keep',
  alarms: ['checkout-errors'],
  analysis: { mode: 'on' },
  analysisLogs: { mode: 'on' },
  metricChecks: [],
  smokeTests: new Map(),
  onRevertedBefore: 'warn',
  fastTrackMs: undefined,
  retention: undefined,
};

/** What the policy in the docs is about. */
const EXAMPLE: Grounds = {
  region: 'eu-west-1',
  account: '123456789012',
  stateMachine: 'lambda-canary',
  functions: [
    { functionId: 'checkout', functionName: 'checkout', logGroup: '/aws/lambda/checkout' },
  ],
  objects: [],
};

const WORDS: Readonly<Record<On, string>> = {
  function: 'the function',
  versions: "the function's `:*`",
  object: 'the object',
  everything: '`*`',
  'log group': "its log group's `:*`",
  'state machine': 'the state machine',
  executions: 'its executions (`:execution:lambda-canary:*`)',
};

/** The policy and the table, as Prettier would leave them. */
export function permissionsSection(): string {
  const table = markdownTable([
    ['Permission', 'On', 'What for'],
    ...Object.entries(PERMISSIONS).map(([action, { on, purpose }]) => [
      `\`${action}\``,
      on.map((each) => WORDS[each]).join(' and '),
      purpose,
    ]),
  ]);
  return `\`\`\`json\n${policy()}\n\`\`\`\n\n${table}\n\n${OF_THE_MACHINE}\n\n${machineTable()}`;
}

const OF_THE_MACHINE =
  'With `engine: step-functions` the [state machine](step-functions.md) has a role of its own, which the template makes:';

function machineTable(): string {
  const words = {
    functions: 'its functions',
    versions: 'their versions and aliases (`:*`)',
    everything: '`*`',
  };
  return markdownTable([
    ['Permission', 'On', 'What for'],
    ...Object.entries(MACHINE_PERMISSIONS).map(([action, { on, purpose }]) => [
      `\`${action}\``,
      words[on],
      purpose,
    ]),
  ]);
}

function policy(): string {
  const statements = leastPolicy(USUAL, EXAMPLE).Statement.map(statement);
  return [
    '{',
    '  "Version": "2012-10-17",',
    '  "Statement": [',
    statements.join(',\n'),
    '  ]',
    '}',
  ].join('\n');
}

function statement({ Sid: sid, Action: actions, Resource: resource }: Statement): string {
  return [
    '    {',
    `      "Sid": "${sid}",`,
    '      "Effect": "Allow",',
    `      "Action": ${list([actions].flat())},`,
    `      "Resource": ${JSON.stringify(resource)}`,
    '    }',
  ].join('\n');
}

/** Broken over lines where Prettier breaks it. */
function list(actions: readonly string[]): string {
  const [only, ...more] = actions.map((action) => `"${action}"`);
  if (only === undefined || more.length === 0) return only ?? '[]';
  const line = `[${[only, ...more].join(', ')}]`;
  return `      "Action": ${line},`.length <= 100
    ? line
    : `[\n${[only, ...more].map((action) => `        ${action}`).join(',\n')}\n      ]`;
}
