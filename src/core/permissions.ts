import type { Mode } from './rollout/mode.ts';
import type { FunctionSearch } from './function-search.ts';
import { functionArn } from './text/arn.ts';
import { objectsIn, type CodeRequest, type S3Object } from './versions/code.ts';
import type { Engine } from './rollout/engine.ts';
import { executionArn, stateMachineArn, type MachinePlace } from './alias/execution.ts';
import { partitionOf } from './text/partition.ts';

/** What a policy allows an action on. */
export type Resource =
  | OfFunction<'function'>
  /** All of its versions and aliases, so that one policy serves every release. */
  | OfFunction<'versions'>
  | LogGroup
  | S3Code
  | (MachinePlace & { readonly on: 'state machine' })
  /** All of a state machine's. */
  | (MachinePlace & { readonly on: 'executions' })
  | { readonly on: 'everything' };

interface OfFunction<On> {
  readonly on: On;
  readonly functionId: string;
  readonly region: string;
}

interface LogGroup {
  readonly on: 'log group';
  readonly name: string;
  readonly region: string;
  /** `*` when it is not known. */
  readonly account: string;
}

/** Code that is fetched from S3. */
interface S3Code {
  readonly on: 'object';
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
}

/** As a policy names it. */
export function arnOf(resource: Resource): string {
  switch (resource.on) {
    case 'function':
      return functionArn(resource.functionId, resource.region);
    case 'versions':
      return `${functionArn(resource.functionId, resource.region)}:*`;
    case 'log group': {
      const { name, region, account } = resource;
      return `arn:${partitionOf(region).id}:logs:${region}:${account}:log-group:${name}:*`;
    }
    case 'object': {
      const { bucket, key, region } = resource;
      return `arn:${partitionOf(region).id}:s3:::${bucket}/${key}`;
    }
    case 'state machine':
      return stateMachineArn(resource);
    case 'executions':
      return executionArn({ ...resource, execution: '*' });
    case 'everything':
      return '*';
  }
}

/** What of the inputs decides which permissions a job needs. */
export interface Wishes {
  readonly mode: Mode;
  readonly engine: Engine;
  readonly dryRun: boolean;
  readonly requests: readonly {
    readonly version: string | undefined;
    readonly code: Pick<CodeRequest, 'source'> | undefined;
  }[];
  readonly searches: readonly Pick<FunctionSearch, 'type'>[];
  readonly onRevertLatest: 'keep' | 'restore';
  /** Where Lambda reads the code of what is live from, that a restoring fetches: functions alone tell, and no input. */
  readonly formerObjects?: readonly S3Object[] | undefined;
  readonly alarms: readonly unknown[];
  readonly analysis: { readonly mode: 'on' | 'observe' | 'off' };
  readonly analysisLogs: { readonly mode: 'on' | 'observe' | 'off' };
  readonly metricChecks: readonly unknown[];
  readonly smokeTests: { readonly size: number };
  readonly onRevertedBefore: 'warn' | 'fail';
  readonly fastTrackMs: number | undefined;
  readonly retention: unknown;
}

/** One action that the role of a job must be allowed. */
export interface Permission {
  readonly on: readonly Resource['on'][];
  /** What for, in words for who grants it. */
  readonly purpose: string;
  /** Whether a job with these inputs may come to need it. */
  readonly isNeeded: (wishes: Wishes) => boolean;
}

const always = () => true;
const begins = ({ mode }: Wishes) => mode === 'rollout' || mode === 'start' || mode === 'rollback';
const rolls = (wishes: Wishes) =>
  begins(wishes) || wishes.mode === 'step' || wishes.mode === 'promote';
const readsLogs = (wishes: Wishes) => rolls(wishes) && wishes.analysisLogs.mode !== 'off';
const looksBack = ({ onRevertedBefore, fastTrackMs }: Wishes) =>
  onRevertedBefore === 'fail' || fastTrackMs !== undefined;
const isCarriedByAws = ({ engine }: Wishes) => engine === 'step-functions';
const tidies = (wishes: Wishes) => rolls(wishes) && wishes.retention !== undefined;
const fetches = ({ requests, formerObjects = [] }: Wishes) => [
  ...objectsIn(requests),
  ...formerObjects,
];
const writes = ({ mode, dryRun }: Wishes) => mode !== 'status' && !dryRun;

/**
 * Every action of IAM that the action's calls need, by its name. Which resource each is checked against is in
 * Lambda's and CloudWatch's part of the service authorization reference: an alias is read and written with the
 * permission on its function, and whatever is called with a qualifier needs it on the ARN with that qualifier.
 */
export const PERMISSIONS = {
  'lambda:GetFunction': {
    on: ['function', 'versions'],
    purpose: 'state, role and dead-letter queue of `$LATEST` and of versions',
    isNeeded: rolls,
  },
  'lambda:ListFunctions': {
    on: ['everything'],
    purpose: 'only with a pattern in `function-name`: finding functions by their names',
    isNeeded: ({ searches }) => searches.some(({ type }) => type === 'pattern'),
  },
  'tag:GetResources': {
    on: ['everything'],
    purpose: 'only with `tag:` in `function-name`: finding functions by a tag',
    isNeeded: ({ searches }) => searches.some(({ type }) => type === 'tag'),
  },
  'lambda:PublishVersion': {
    on: ['function'],
    purpose: 'publishing; not needed with the input `version`',
    isNeeded: (wishes) =>
      begins(wishes) &&
      writes(wishes) &&
      wishes.mode !== 'rollback' &&
      // What is found goes by no version that was given.
      (wishes.searches.length > 0 || wishes.requests.some(({ version }) => version === undefined)),
  },
  'lambda:UpdateFunctionCode': {
    on: ['function'],
    purpose:
      'only with `code`, `code-s3` or `code-image`: uploading; and with `on-revert-latest: restore`',
    isNeeded: (wishes) =>
      writes(wishes) &&
      wishes.mode !== 'rollback' &&
      (wishes.onRevertLatest === 'restore' ||
        wishes.requests.some(({ code }) => code !== undefined)),
  },
  's3:GetObject': {
    on: ['object'],
    purpose: 'only with `code-s3`: Lambda fetches it with the permissions of the job',
    isNeeded: (wishes) =>
      writes(wishes) && fetches(wishes).some(({ version }) => version === undefined),
  },
  's3:GetObjectVersion': {
    on: ['object'],
    purpose:
      'the same, where `code-s3` names a version of the object; and with `on-revert-latest: restore`, where Lambda reads the ' +
      'code of the old version from S3',
    isNeeded: (wishes) =>
      writes(wishes) && fetches(wishes).some(({ version }) => version !== undefined),
  },
  'lambda:GetAlias': {
    on: ['function'],
    purpose: 'knowing what the alias serves, and that a write to it took effect',
    isNeeded: always,
  },
  'lambda:UpdateAlias': {
    on: ['function'],
    purpose: 'moving the alias, and putting it back',
    isNeeded: writes,
  },
  'lambda:CreateAlias': {
    on: ['function'],
    purpose: 'only for a function that has no such alias yet',
    isNeeded: (wishes) => begins(wishes) && writes(wishes),
  },
  'lambda:ListAliases': {
    on: ['function'],
    purpose:
      'telling a misspelt alias from one that is to be created (without it, creating takes `create-alias: true`), and ' +
      'whether another alias sends requests to the same versions, which the logs show too; with `keep-versions`, which ' +
      'versions serve',
    isNeeded: (wishes) => begins(wishes) || readsLogs(wishes) || tidies(wishes),
  },
  'lambda:InvokeFunction': {
    on: ['versions'],
    purpose: 'only with `smoke-test-payload`',
    isNeeded: (wishes) => begins(wishes) && writes(wishes) && wishes.smokeTests.size > 0,
  },
  'lambda:GetProvisionedConcurrencyConfig': {
    on: ['versions'],
    purpose:
      "telling a provisioned-concurrency transition from somebody's split; without it, a split is an error",
    isNeeded: always,
  },
  'lambda:ListVersionsByFunction': {
    on: ['function'],
    purpose: 'only with `keep-versions`: how many there are, and how old',
    isNeeded: tidies,
  },
  'lambda:ListProvisionedConcurrencyConfigs': {
    on: ['function'],
    purpose: 'only with `keep-versions`: keeping what has provisioned concurrency',
    isNeeded: tidies,
  },
  'lambda:GetPolicy': {
    on: ['versions'],
    purpose: 'only with `keep-versions`: keeping what somebody may call by its number',
    isNeeded: tidies,
  },
  'lambda:DeleteFunction': {
    on: ['versions'],
    purpose:
      'only with `keep-versions`: deleting old versions. It stands for versions alone, so the function cannot be deleted',
    isNeeded: (wishes) => tidies(wishes) && writes(wishes),
  },
  'lambda:ListEventSourceMappings': {
    on: ['everything'],
    purpose: 'only with `keep-versions`: keeping what an event source names by its number',
    isNeeded: tidies,
  },
  'lambda:GetAccountSettings': {
    on: ['everything'],
    purpose: 'only with `keep-versions`: how full the storage for code is',
    isNeeded: tidies,
  },
  'cloudwatch:DescribeAlarms': {
    on: ['everything'],
    purpose: 'reading alarms; composite alarms are invisible when the resource is narrower',
    isNeeded: ({ mode, alarms }) => mode !== 'revert' && alarms.length > 0,
  },
  'cloudwatch:DescribeAlarmHistory': {
    on: ['everything'],
    purpose:
      'seeing an alarm that went red and green again between two reads; without it, such an alarm counts red',
    isNeeded: (wishes) => rolls(wishes) && wishes.alarms.length > 0,
  },
  'cloudwatch:GetMetricData': {
    on: ['everything'],
    purpose:
      'comparing the versions; without it, the alarms alone are watched. And in a rollback, finding the version that was ' +
      'live before; with `fast-track` or `on-reverted-before: fail`, what became of a version; with `keep-versions`, ' +
      'which are called by their number. CloudWatch knows no narrower one',
    isNeeded: (wishes) =>
      wishes.mode === 'rollback' ||
      (begins(wishes) && looksBack(wishes)) ||
      tidies(wishes) ||
      (rolls(wishes) && (wishes.analysis.mode !== 'off' || wishes.metricChecks.length > 0)),
  },
  'logs:FilterLogEvents': {
    on: ['log group'],
    purpose:
      'reading failed requests from the logs, to revert within seconds, and after a revert the first errors; without ' +
      'it, a revert takes minutes',
    isNeeded: (wishes) => readsLogs(wishes) || (rolls(wishes) && writes(wishes)),
  },
  'states:DescribeStateMachine': {
    on: ['state machine'],
    purpose:
      'only with `engine: step-functions`: knowing that the state machine is one that this release can use',
    isNeeded: (wishes) => isCarriedByAws(wishes) && rolls(wishes),
  },
  'states:StartExecution': {
    on: ['state machine'],
    purpose: 'only with `engine: step-functions`: having AWS carry the rollout',
    isNeeded: (wishes) => isCarriedByAws(wishes) && rolls(wishes) && writes(wishes),
  },
  'states:DescribeExecution': {
    on: ['executions'],
    purpose: 'only with `engine: step-functions`: knowing whether a rollout goes on',
    isNeeded: isCarriedByAws,
  },
  'states:GetExecutionHistory': {
    on: ['executions'],
    purpose:
      'only with `engine: step-functions`: telling of a rollout, and going on with one that is held',
    isNeeded: isCarriedByAws,
  },
  'states:StopExecution': {
    on: ['executions'],
    purpose:
      'only with `engine: step-functions`: ending a rollout that was reverted, or that another job goes on with',
    isNeeded: (wishes) => isCarriedByAws(wishes) && writes(wishes),
  },
} as const satisfies Readonly<Record<string, Permission>>;

export type Action = keyof typeof PERMISSIONS;

/** What a call is for; enough to tell a person which permission is missing. */
export interface Intent {
  /** As IAM writes it: `lambda:UpdateAlias`. */
  readonly action: string;
  /** The ARN, or `*`, that a policy must allow the action on. */
  readonly resource: string;
}

/** The resources that a policy names for an action. */
export type ResourceOf<A extends Action> = Extract<
  Resource,
  { readonly on: (typeof PERMISSIONS)[A]['on'][number] }
>;

/** What a call of this action on this resource is for. */
export function intentOf<A extends Action>(action: A, resource: ResourceOf<A>): Intent {
  return { action, resource: arnOf(resource) };
}
