import {
  CreateAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';

import { configurationIn } from '../../src/aws/configuration.ts';
import { notSeen, seen, type Experiment } from '../experiment.ts';
import { change, invoke, makeFunction, makeTwoVersions, publish, settled } from '../functions.ts';
import { refused, told } from '../refusal.ts';
import { zipOf } from '../zip.ts';
import { read, split, write } from './alias-writes.ts';

const CONTROL_PLANE = { minutes: 1, uses: {}, isRecording: false } as const;

/** What Lambda does with versions, and what it refuses an alias. */
export const VERSIONS: readonly Experiment[] = [
  {
    id: 'publish-unchanged',
    assumes:
      'PublishVersion without a change answers with the version of before, its description included.',
    otherwise:
      'A publish whose reply was lost would leave two versions of the same code (aws/functions.ts).',
    ...CONTROL_PLANE,
    isRecording: true,
    async run(lab) {
      const { functionName: FunctionName } = await makeFunction(lab);
      const one = await lab.lambda.send(
        new PublishVersionCommand({ FunctionName, Description: 'one' }),
      );
      const other = await lab.lambda.send(
        new PublishVersionCommand({ FunctionName, Description: 'two' }),
      );
      const words = `version ${other.Version ?? ''}, "${other.Description ?? ''}"`;
      return seen(one.Version === other.Version && other.Description === 'one', words);
    },
  },
  {
    id: 'configuration-stays',
    assumes:
      'GetFunction shows the configuration as it was after the code was updated, and after it was published.',
    otherwise:
      'Every upload of code would be refused, or every publish whose reply was lost, as if somebody else had changed the configuration (aws/configuration.ts).',
    ...CONTROL_PLANE,
    async run(lab) {
      const { functionName: FunctionName } = await makeFunction(lab);
      const shown = async () => {
        const { Configuration } = await lab.lambda.send(new GetFunctionCommand({ FunctionName }));
        return configurationIn(Configuration ?? {});
      };
      const before = await shown();
      const ZipFile = zipOf('index.mjs', 'export const handler = async () => {};\n');
      await lab.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
      await settled(lab, FunctionName);
      const updated = await shown();
      await publish(lab, FunctionName);
      const published = await shown();
      const words = `${updated === before ? 'the same' : 'another'} after the update, ${published === updated ? 'the same' : 'another'} after publishing`;
      return seen(updated === before && published === updated, words);
    },
  },
  {
    id: 'version-keeps-its-time',
    assumes: 'The LastModified of a version stays the time at which it was published.',
    otherwise:
      'What a version is too young or too old for is judged by a wrong age (aws/functions.ts, keep-versions-for).',
    ...CONTROL_PLANE,
    async run(lab) {
      const { functionName: FunctionName } = await makeTwoVersions(lab);
      const modified = async () => {
        const command = new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '1' });
        return (await lab.lambda.send(command)).LastModified;
      };
      const before = await modified();
      await lab.sleep(5_000);
      await write(lab, FunctionName, split('2', 0.5));
      await change(lab, FunctionName, { Environment: { Variables: { NUMBER: '3' } } });
      await publish(lab, FunctionName);
      const after = await modified();
      return seen(before === after, `${before ?? ''}, then ${after ?? ''}`);
    },
  },
  {
    id: 'alias-to-pending',
    assumes:
      'UpdateAlias to a version in the state Pending is refused with 409 ResourceConflictException.',
    otherwise:
      'An alias might serve a version that cannot run yet: preflight waits until it is Active, and must not leave that to Lambda (core/preflight/target.ts).',
    ...CONTROL_PLANE,
    minutes: 4,
    async run(lab) {
      const { functionName: FunctionName } = await makeFunction(lab, {
        Runtime: 'python3.13',
        Handler: 'index.handler',
        Code: { ZipFile: zipOf('index.py', 'def handler(event, context):\n    return None\n') },
        SnapStart: { ApplyOn: 'PublishedVersions' },
      });
      await publish(lab, FunctionName);
      const alias = { FunctionName, Name: 'live', FunctionVersion: '1' };
      await lab.lambda.send(new CreateAliasCommand(alias));
      await change(lab, FunctionName, { Environment: { Variables: { NUMBER: '2' } } });
      await lab.lambda.send(new PublishVersionCommand({ FunctionName }));
      const configuration = new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '2' });
      const { State: state } = await lab.lambda.send(configuration);
      const refusal = await refused(write(lab, FunctionName, { FunctionVersion: '2' }));
      if (state !== 'Pending') return notSeen(`the version was ${state ?? ''} at once`);
      return seen(refusal?.status === 409, told(refusal));
    },
  },
  {
    id: 'roles-must-match',
    assumes:
      'An alias is refused two versions with different execution roles, with 400 InvalidParameterValueException.',
    otherwise: 'Preflight refuses a rollout that Lambda would allow (core/preflight/target.ts).',
    ...CONTROL_PLANE,
    async run(lab) {
      if (lab.roles.functions === lab.roles.other)
        return notSeen('there is only the one role that was given');
      const { functionName } = await makeTwoVersions(lab);
      await change(lab, functionName, { Role: lab.roles.other });
      const version = await publish(lab, functionName);
      const refusal = await refused(write(lab, functionName, split(version, 0.1)));
      return seen(refusal?.name === 'InvalidParameterValueException', told(refusal));
    },
  },
  {
    id: 'dead-letter-must-match',
    assumes:
      'An alias is refused two versions with different dead-letter queues, with 400 InvalidParameterValueException.',
    otherwise: 'Preflight refuses a rollout that Lambda would allow (core/preflight/target.ts).',
    ...CONTROL_PLANE,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      const queue = `arn:aws:sqs:${lab.region}:${lab.account}:${lab.name()}`;
      const given = await refused(
        change(lab, functionName, { DeadLetterConfig: { TargetArn: queue } }),
      );
      if (given !== undefined) return notSeen(`Lambda wants a queue that is there: ${told(given)}`);
      const version = await publish(lab, functionName);
      const refusal = await refused(write(lab, functionName, split(version, 0.1)));
      return seen(refusal?.name === 'InvalidParameterValueException', told(refusal));
    },
  },
  {
    id: 'tenant-is-wanted',
    assumes: 'A function that keeps its tenants apart refuses an Invoke that names none, with 400.',
    otherwise:
      'Preflight refuses smoke tests that would work (core/preflight/target.ts); the words here are ours.',
    ...CONTROL_PLANE,
    async run(lab) {
      const settings = { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' as const } };
      const { functionName } = await makeTwoVersions(lab, { settings });
      const refusal = await refused(invoke(lab, { functionName }));
      return seen(refusal?.status === 400, told(refusal));
    },
  },
  {
    id: 'refusals-in-order',
    assumes:
      'Of several reasons to refuse an UpdateAlias the form comes first, then an alias that is missing, then the revision, then the versions.',
    otherwise:
      'A simulated refusal has another name than the real one, where more than one thing is wrong.',
    ...CONTROL_PLANE,
    isRecording: true,
    async run(lab) {
      const { functionName: FunctionName } = await makeTwoVersions(lab);
      const { RevisionId: old } = await read(lab, FunctionName);
      await write(lab, FunctionName, { Description: 'another' });
      const wrong = { FunctionName, FunctionVersion: '99', RevisionId: old };
      const names: string[] = [];
      for (const input of [
        { ...wrong, Name: 'missing', ...split('2', 2) },
        { ...wrong, Name: 'missing' },
        { ...wrong, Name: 'live' },
        { FunctionName, Name: 'live', FunctionVersion: '99' },
      ]) {
        const refusal = await refused(lab.lambda.send(new UpdateAliasCommand(input)));
        names.push(refusal?.name ?? 'accepted');
      }
      const expected =
        'ValidationException, ResourceNotFoundException, PreconditionFailedException, ResourceNotFoundException';
      return seen(names.join(', ') === expected, names.join(', '));
    },
  },
];
