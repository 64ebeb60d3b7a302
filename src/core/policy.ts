import {
  arnOf,
  PERMISSIONS,
  type Action,
  type Permission,
  type Resource,
  type Wishes,
} from './permissions.ts';
import { parseFunctionId } from './text/arn.ts';

/** A policy of IAM, as its JSON has it. */
export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: OneOrMore;
  readonly Resource: OneOrMore;
}

/** IAM takes a single one without a list as well. */
export type OneOrMore = string | readonly string[];

/** What a policy is about. */
export interface Grounds {
  readonly region: string;
  /** Where a function does not name its own; `*` when it is not known. */
  readonly account: string;
  /** Name or ARN. */
  readonly stateMachine: string;
  readonly functions: readonly {
    readonly functionId: string;
    readonly functionName: string;
    /** That its versions log to. */
    readonly logGroup: string;
  }[];
  /** Code in S3. */
  readonly objects: readonly { readonly bucket: string; readonly key: string }[];
}

type On = Resource['on'];

/** In the order of the policy, with what each statement is called. */
const STATEMENTS: readonly (readonly [sid: string, on: On])[] = [
  ['PublishAndShift', 'function'],
  ['Versions', 'versions'],
  ['Fetch', 'object'],
  ['Watch', 'everything'],
  ['Explain', 'log group'],
  ['Carry', 'state machine'],
  ['Follow', 'executions'],
];

/** The actions that a job with these inputs needs on a kind of resource. */
function actionsOn(on: On, wishes: Wishes): readonly Action[] {
  const all: readonly (readonly [string, Permission])[] = Object.entries(PERMISSIONS);
  return all
    .filter(([, permission]) => permission.on.includes(on) && permission.isNeeded(wishes))
    .map(([action]) => action as Action);
}

/** The least that a job with these inputs needs: a statement for each kind of resource, so that nothing is allowed on more. */
export function leastPolicy(wishes: Wishes, grounds: Grounds): Policy {
  return {
    Version: '2012-10-17',
    Statement: STATEMENTS.flatMap(([sid, on]): readonly Statement[] => {
      const actions = actionsOn(on, wishes);
      if (actions.length === 0) return [];
      const resources = resourcesOf(on, grounds).map(arnOf);
      return [
        { Sid: sid, Effect: 'Allow', Action: oneOrMore(actions), Resource: oneOrMore(resources) },
      ];
    }),
  };
}

function oneOrMore(all: readonly string[]): OneOrMore {
  const [first = '', ...more] = new Set(all);
  return more.length === 0 ? first : [first, ...more];
}

function resourcesOf(on: On, grounds: Grounds): readonly Resource[] {
  const { region, account, stateMachine, functions, objects } = grounds;
  if (on === 'everything') return [{ on }];
  if (on === 'object') return objects.map(({ bucket, key }) => ({ on, bucket, key, region }));
  if (on === 'state machine' || on === 'executions') {
    return [{ on, stateMachine, region, account }];
  }
  return functions.map(({ functionId, functionName, logGroup }): Resource => {
    const own = parseFunctionId(functionId)?.account;
    if (on === 'log group') return { on, name: logGroup, region, account: own ?? account };
    const isKnown = own !== undefined || account === '*';
    return {
      on,
      functionId: isKnown ? functionId : `${account}:function:${functionName}`,
      region,
    };
  });
}
