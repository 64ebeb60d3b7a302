import { readFileSync } from 'node:fs';

import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
  type CreateFunctionCommandInput,
} from '@aws-sdk/client-lambda';

import { ask, type Lab } from './lab.ts';
import { TAG } from './names.ts';
import { refusalOf } from './refusal.ts';
import { zipOf } from './zip.ts';

const SOURCE = readFileSync(new URL('function/index.mjs', import.meta.url), 'utf8');
const SECOND_MS = 1_000;
/** A role is known to Lambda some seconds after it was made. */
const PATIENCE = { everyMs: 2 * SECOND_MS, forMs: 120 * SECOND_MS };

export interface Made {
  readonly functionName: string;
  readonly logGroup: string;
}

/** Makes a function, with a log group of its own, and waits until it can be used. */
export async function makeFunction(
  lab: Lab,
  settings: Partial<CreateFunctionCommandInput> = {},
  what = '',
): Promise<Made> {
  const functionName = lab.name(what);
  const logGroup = `/aws/lambda/${functionName}`;
  // Made by Lambda it would have no tag, and would be made once more by what an environment logs late.
  await lab.logs.send(
    new CreateLogGroupCommand({ logGroupName: logGroup, tags: { [TAG]: functionName } }),
  );
  const command = new CreateFunctionCommand({
    FunctionName: functionName,
    Role: lab.roles.functions,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: zipOf('index.mjs', SOURCE) },
    Tags: { [TAG]: functionName },
    ...settings,
  });
  await ask(lab, PATIENCE, async () => {
    try {
      return await lab.lambda.send(command);
    } catch (error) {
      if (refusalOf(error).message.includes('cannot be assumed by Lambda')) return undefined;
      throw error;
    }
  });
  await settled(lab, functionName);
  return { functionName, logGroup };
}

/** Changes what the code does, so that the next version is another one. */
export async function change(
  lab: Lab,
  functionName: string,
  settings: {
    readonly Environment?: { readonly Variables: Record<string, string> };
    readonly Role?: string;
    readonly DeadLetterConfig?: { readonly TargetArn: string };
  },
): Promise<void> {
  await lab.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: functionName, ...settings }),
  );
  await settled(lab, functionName);
}

/** @returns the number of the version, once it can be invoked */
export async function publish(lab: Lab, functionName: string): Promise<string> {
  const { Version: version = '' } = await lab.lambda.send(
    new PublishVersionCommand({ FunctionName: functionName }),
  );
  await settled(lab, functionName, version);
  return version;
}

/** A function with the versions 1 and 2, of which the alias `live` serves 1. */
export async function makeTwoVersions(
  lab: Lab,
  {
    second = {},
    settings = {},
    what = '',
  }: {
    readonly second?: Record<string, string>;
    readonly settings?: Partial<CreateFunctionCommandInput>;
    readonly what?: string;
  } = {},
): Promise<Made> {
  const made = await makeFunction(lab, settings, what);
  const { functionName } = made;
  await publish(lab, functionName);
  await change(lab, functionName, { Environment: { Variables: { NUMBER: '2', ...second } } });
  await publish(lab, functionName);
  await lab.lambda.send(
    new CreateAliasCommand({ FunctionName: functionName, Name: 'live', FunctionVersion: '1' }),
  );
  return made;
}

export async function settled(lab: Lab, functionName: string, version?: string): Promise<void> {
  const ready = await ask(lab, { everyMs: SECOND_MS, forMs: 300 * SECOND_MS }, async () => {
    const { State: state, LastUpdateStatus: update } = await lab.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: functionName, Qualifier: version }),
    );
    return state === 'Active' && update !== 'InProgress' ? true : undefined;
  });
  if (ready === undefined) throw new Error(`${functionName} did not become active`);
}

/** What an event may ask of the function. */
export interface Event {
  readonly fails?: 'throws' | 'exits' | 'hangs' | '';
  readonly lastsMs?: number;
}

/** @returns the version that ran */
export async function invoke(
  lab: Lab,
  {
    functionName,
    qualifier = 'live',
    event = {},
  }: { readonly functionName: string; readonly qualifier?: string; readonly event?: Event },
): Promise<string> {
  const { ExecutedVersion: version = '' } = await lab.lambda.send(
    new InvokeCommand({
      FunctionName: functionName,
      Qualifier: qualifier,
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  );
  return version;
}
