import type { Policy } from '../policy.ts';

/** `versions`: of the functions, and their aliases. */
type Place = 'functions' | 'versions' | 'everything';

/** What the role of the state machine allows it, and what each is for. The role of the workflow has a list of its own: `PERMISSIONS`. */
export const MACHINE_PERMISSIONS = {
  'lambda:GetAlias': {
    on: 'functions',
    purpose: 'whose the alias is now, and that it serves what was written',
  },
  'lambda:UpdateAlias': { on: 'functions', purpose: 'moving the alias, and putting it back' },
  'lambda:GetProvisionedConcurrencyConfig': {
    on: 'versions',
    purpose:
      'knowing at once that Lambda could not move provisioned concurrency; without it, that is known after 15 minutes',
  },
  'cloudwatch:DescribeAlarms': {
    on: 'everything',
    purpose: 'reading alarms; composite alarms are invisible when the resource is narrower',
  },
  'cloudwatch:DescribeAlarmHistory': {
    on: 'everything',
    purpose: 'seeing an alarm that went red and green again between two readings',
  },
  'cloudwatch:GetMetricData': {
    on: 'everything',
    purpose: 'comparing the versions; CloudWatch knows no narrower one',
  },
} as const satisfies Readonly<Record<string, { readonly on: Place; readonly purpose: string }>>;

function actionsOn(on: Place): readonly string[] {
  return Object.entries(MACHINE_PERMISSIONS)
    .filter(([, permission]) => permission.on === on)
    .map(([action]) => action);
}

/** The least that a machine needs which moves aliases of these functions. */
export function machinePolicy(functionArns: readonly string[]): Policy {
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Move', Effect: 'Allow', Action: actionsOn('functions'), Resource: functionArns },
      {
        Sid: 'See',
        Effect: 'Allow',
        Action: actionsOn('versions'),
        Resource: functionArns.map((arn) => `${arn}:*`),
      },
      { Sid: 'Watch', Effect: 'Allow', Action: actionsOn('everything'), Resource: '*' },
    ],
  };
}
