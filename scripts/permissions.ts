// What README.md says of permissions: the policy for a job with the usual inputs, and what each action is for.
import { markdownTable } from 'markdown-table';

import { arnOf, PERMISSIONS, type Resource, type Wishes } from '../src/core/permissions.ts';

type On = Resource['on'];

/** A rollout of new code with alarms, and with the defaults for whatever else there is. */
export const USUAL: Wishes = {
  mode: 'rollout',
  dryRun: false,
  requests: [{ version: undefined }],
  alarms: ['checkout-errors'],
  analysis: { mode: 'on' },
  analysisLogs: { mode: 'on' },
  metricChecks: [],
  smokeTests: new Map(),
};

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
const EXAMPLE = {
  functionId: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:checkout`,
  name: '/aws/lambda/checkout',
  region: REGION,
  account: ACCOUNT,
};

/** In the order of the policy, with what each statement is called. */
const STATEMENTS: readonly (readonly [sid: string, on: On])[] = [
  ['PublishAndShift', 'function'],
  ['Versions', 'versions'],
  ['Watch', 'everything'],
  ['Explain', 'log group'],
];

const WORDS: Readonly<Record<On, string>> = {
  function: 'the function',
  versions: "the function's `:*`",
  everything: '`*`',
  'log group': "its log group's `:*`",
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
  return `\`\`\`json\n${policy()}\n\`\`\`\n\n${table}`;
}

/** One statement for each resource, so that nothing is allowed on more than it needs. */
function policy(): string {
  const statements = STATEMENTS.map(([sid, on]) => statement(sid, on));
  return [
    '{',
    '  "Version": "2012-10-17",',
    '  "Statement": [',
    statements.join(',\n'),
    '  ]',
    '}',
  ].join('\n');
}

function statement(sid: string, on: On): string {
  const actions = Object.entries(PERMISSIONS)
    .filter(([, permission]) => permission.on.some((each) => each === on))
    .filter(([, permission]) => permission.isNeeded(USUAL))
    .map(([action]) => action);
  return [
    '    {',
    `      "Sid": "${sid}",`,
    '      "Effect": "Allow",',
    `      "Action": ${list(actions)},`,
    `      "Resource": "${arnOf({ ...EXAMPLE, on })}"`,
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
