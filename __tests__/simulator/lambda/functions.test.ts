import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  ListVersionsByFunctionCommand,
  paginateListVersionsByFunction,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ARN, MINUTE, refusal, startWorld, type World } from '../../fixtures/simulated-world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.simulator.lambda.createFunction({ functionName: 'f', updateMs: 1_000 });
});
afterEach(() => world.close());

const ZipFile = Buffer.from('new code');
const read = async (Qualifier?: string) =>
  world.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'f', Qualifier }));
const publish = (input: Partial<ConstructorParameters<typeof PublishVersionCommand>[0]> = {}) =>
  world.lambda.send(new PublishVersionCommand({ FunctionName: 'f', ...input }));
const update = (input: Partial<ConstructorParameters<typeof UpdateFunctionCodeCommand>[0]> = {}) =>
  world.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'f', ZipFile, ...input }));

describe('functions over HTTP', () => {
  it('are created, and read with what they were created with', async () => {
    const made = await world.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'made',
        Role: 'arn:aws:iam::123456789012:role/made',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile },
        Description: 'a function',
        DeadLetterConfig: { TargetArn: 'arn:aws:sqs:eu-west-1:123456789012:dead' },
      }),
    );
    expect(made).toMatchObject({
      FunctionArn: `${ARN}:made`,
      Version: '$LATEST',
      Runtime: 'nodejs24.x',
      Description: 'a function',
      DeadLetterConfig: { TargetArn: 'arn:aws:sqs:eu-west-1:123456789012:dead' },
      State: 'Active',
      PackageType: 'Zip',
    });
    const again = new CreateFunctionCommand({
      FunctionName: 'made',
      Role: 'r',
      Code: { ZipFile },
    });
    expect(await refusal(world.lambda.send(again))).toMatch(/^409 ResourceConflictException/);
  });

  it('are Pending until they are created, can do nothing so long, and then have a new revision', async () => {
    world.simulator.lambda.createFunction({ functionName: 'slow', createMs: 5_000 });
    const get = () =>
      world.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'slow' }));
    const before = await get();
    expect(before).toMatchObject({ State: 'Pending', StateReasonCode: 'Creating' });
    const early = world.lambda.send(new PublishVersionCommand({ FunctionName: 'slow' }));
    expect(await refusal(early)).toContain('409 ResourceConflictException');
    world.pass(5_000);
    const after = await get();
    expect(after).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
    expect(after.RevisionId).not.toBe(before.RevisionId);
  });

  it('change their revision when an update begins, when it ends, and when one publishes', async () => {
    const revisions = [(await read()).RevisionId];
    const begun = await update();
    revisions.push(begun.RevisionId);
    expect(begun).toMatchObject({ State: 'Active', LastUpdateStatus: 'InProgress' });
    world.pass(1_000);
    const ended = await read();
    revisions.push(ended.RevisionId);
    expect(ended.LastUpdateStatus).toBe('Successful');
    await publish();
    revisions.push((await read()).RevisionId);
    expect(new Set(revisions).size).toBe(4);
  });

  it('are neither updated nor published while an update is in progress', async () => {
    await update();
    const inProgress =
      '409 ResourceConflictException: The operation cannot be performed at this time. ' +
      `An update is in progress for resource: ${ARN}:f`;
    expect(await refusal(publish())).toBe(inProgress);
    expect(await refusal(update())).toBe(inProgress);
    world.pass(1_000);
    expect((await publish()).Version).toBe('1');
  });

  it('tell the reason when an update fails', async () => {
    const { timing } = world.simulator.lambda.createFunction({
      functionName: 'failing',
      updateMs: 1_000,
      failureCode: 'InvalidRuntime',
    });
    timing.failure = 'no such runtime';
    world.simulator.lambda.updateFunctionCode('failing', { code: 'x' });
    world.pass(1_000);
    const failing = await world.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'failing' }),
    );
    expect(failing).toMatchObject({
      LastUpdateStatus: 'Failed',
      LastUpdateStatusReason: 'no such runtime',
      LastUpdateStatusReasonCode: 'InvalidRuntime',
    });
  });

  it('are not updated by somebody who names another revision', async () => {
    expect(await refusal(update({ RevisionId: 'old' }))).toBe(
      '412 PreconditionFailedException: The Revision Id provided does not match the latest Revision Id. ' +
        'Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    );
    const { RevisionId } = await read();
    expect((await update({ RevisionId })).LastUpdateStatus).toBe('InProgress');
  });

  it('are not updated by a qualifier, nor with an image in the place of a zip', async () => {
    expect(await refusal(update({ FunctionName: 'f:1' }))).toContain(
      'Current operation does not support versions other than $LATEST',
    );
    const image = update({ ZipFile: undefined, ImageUri: 'registry/f:1' });
    expect(await refusal(image)).toMatch(/^400 InvalidParameterValueException/);
  });

  it('keep the settings that a configuration update does not name', async () => {
    const command = (input: object) =>
      new UpdateFunctionConfigurationCommand({ FunctionName: 'f', ...input });
    await world.lambda.send(command({ MemorySize: 256, Role: 'arn:aws:iam::123456789012:role/x' }));
    world.pass(1_000);
    await world.lambda.send(command({ Timeout: 9, Description: 'of the function' }));
    world.pass(1_000);
    const expected = { MemorySize: 256, Timeout: 9, Role: 'arn:aws:iam::123456789012:role/x' };
    expect(await read()).toMatchObject({ ...expected, Description: 'of the function' });
    expect((await publish()).Description).toBe('of the function');
  });

  it.each([
    ['a name', 'f', ''],
    ['a name with a qualifier', 'f:live', ':live'],
    ['a partial ARN', '123456789012:function:f', ''],
    ['an ARN', `${ARN}:f`, ''],
    ['an ARN with a qualifier', `${ARN}:f:1`, ':1'],
  ])('are found by %s', async (_, FunctionName, suffix) => {
    await publish();
    world.simulator.lambda.createAlias('f', 'live', { version: '1' });
    const { Configuration } = await world.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(Configuration?.FunctionArn).toBe(`${ARN}:f${suffix}`);
  });

  it.each([
    [
      'that does not exist',
      'nobody',
      `404 ResourceNotFoundException: Function not found: ${ARN}:nobody`,
    ],
    [
      'of another region',
      `${ARN.replace('eu-west-1', 'us-east-1')}:f`,
      '404 ResourceNotFoundException',
    ],
    ['of another account', '999999999999:function:f', '403 AccessDeniedException'],
    [
      'whose name cannot be one',
      'no/name',
      '400 ValidationException: 1 validation error detected: Value',
    ],
    ['with too long a name', 'x'.repeat(257), '400 ValidationException'],
    [
      'with an unknown qualifier',
      'f:9',
      `404 ResourceNotFoundException: Function not found: ${ARN}:f:9`,
    ],
  ])('%s are not found', async (_, FunctionName, expected) => {
    const call = world.lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(await refusal(call)).toContain(expected);
  });

  it('refuse a qualifier in the name that is not the one beside it', async () => {
    const command = new GetFunctionCommand({ FunctionName: 'f:1', Qualifier: '2' });
    expect(await refusal(world.lambda.send(command))).toMatch(
      /^400 InvalidParameterValueException/,
    );
  });
});

describe('versions over HTTP', () => {
  it('are the same when nothing changed, with the description of before', async () => {
    const first = await publish({ Description: 'first' });
    const second = await publish({ Description: 'second' });
    expect(second).toMatchObject({
      Version: '1',
      Description: 'first',
      RevisionId: first.RevisionId,
    });
  });

  it('are made anew after any update, though the code is the same', async () => {
    const first = await publish();
    // getmoto/moto#8379
    world.simulator.lambda.updateFunctionCode('f', {});
    world.pass(1_000);
    expect(await publish()).toMatchObject({ Version: '2', CodeSha256: first.CodeSha256 });
  });

  it('tell the reason when they cannot be started', async () => {
    const { timing } = world.simulator.lambda.createFunction({ functionName: 'heavy' });
    Object.assign(timing, { activationMs: MINUTE, failure: 'the init code threw' });
    world.simulator.lambda.publishVersion('heavy');
    world.pass(MINUTE);
    const command = { FunctionName: 'heavy', Qualifier: '1' };
    expect(await world.lambda.send(new GetFunctionConfigurationCommand(command))).toMatchObject({
      State: 'Failed',
      StateReason: 'the init code threw',
      StateReasonCode: 'FunctionError',
    });
  });

  it('are refused for other code than was named', async () => {
    const { CodeSha256 = '' } = await read();
    expect(await refusal(publish({ CodeSha256: 'other' }))).toBe(
      '400 InvalidParameterValueException: CodeSHA256 (other) is different from current CodeSHA256 in ' +
        `$LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
    expect((await publish({ CodeSha256 })).Version).toBe('1');
  });

  it('are refused by a stale revision: the one that the update of the code answered with', async () => {
    const { RevisionId } = await update();
    world.pass(1_000);
    expect(await refusal(publish({ RevisionId }))).toMatch(/^412 PreconditionFailedException/);
    expect((await publish({ RevisionId: (await read()).RevisionId })).Version).toBe('1');
  });

  it('come with the code when it is published at once, and are Pending until the update ends', async () => {
    const version = await update({ Publish: true });
    expect(version).toMatchObject({
      FunctionArn: `${ARN}:f:1`,
      Version: '1',
      State: 'Pending',
      StateReasonCode: 'Creating',
    });
    expect(version.LastUpdateStatus).toBeUndefined();
    expect((await read()).LastUpdateStatus).toBe('InProgress');
    world.pass(1_000);
    const active = await read('1');
    expect(active).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
    expect(active.RevisionId).toBe(version.RevisionId);
  });

  it.each([{ snapStart: true }, { packageType: 'Image' as const }])(
    'take minutes to become Active with %j',
    async (kind) => {
      world.simulator.lambda.createFunction({ functionName: 'heavy', ...kind });
      world.simulator.lambda.publishVersion('heavy');
      const get = async () => {
        const command = new GetFunctionCommand({ FunctionName: 'heavy', Qualifier: '1' });
        return (await world.lambda.send(command)).Configuration;
      };
      expect(await get()).toMatchObject({
        State: 'Pending',
        SnapStart: { OptimizationStatus: 'Off' },
      });
      world.pass(2 * MINUTE);
      const status = 'snapStart' in kind ? 'On' : 'Off';
      expect(await get()).toMatchObject({
        State: 'Active',
        SnapStart: { OptimizationStatus: status },
      });
    },
  );

  it('are read through an alias with the number of the version and the ARN of the alias', async () => {
    await publish();
    world.simulator.lambda.createAlias('f', 'live', { version: '1' });
    expect(await read('live')).toMatchObject({ Version: '1', FunctionArn: `${ARN}:f:live` });
  });

  it('are listed by fifty a page at most, $LATEST first, without their states', async () => {
    for (let count = 0; count < 60; count++) {
      world.simulator.lambda.updateFunctionCode('f', { code: `code ${count}` });
      world.pass(1_000);
      world.simulator.lambda.publishVersion('f');
    }
    const pages = [];
    for await (const page of paginateListVersionsByFunction(
      { client: world.lambda, pageSize: 1_000 },
      { FunctionName: 'f' },
    )) {
      pages.push(page.Versions ?? []);
    }
    expect(pages.map((page) => page.length)).toEqual([50, 11]);
    const numbers = pages.flat().map(({ Version }) => Version);
    expect(numbers).toEqual(['$LATEST', ...Array.from({ length: 60 }, (_, i) => String(i + 1))]);
    expect(pages.flat().some((each) => 'State' in each || 'LastUpdateStatus' in each)).toBe(false);
  });

  it('are listed by as many a page as was asked', async () => {
    await publish();
    const command = new ListVersionsByFunctionCommand({ FunctionName: 'f', MaxItems: 1 });
    const { Versions, NextMarker } = await world.lambda.send(command);
    expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST']);
    const next = new ListVersionsByFunctionCommand({ FunctionName: 'f', Marker: NextMarker });
    const rest = await world.lambda.send(next);
    expect(rest.Versions?.map(({ Version }) => Version)).toEqual(['1']);
    expect(rest.NextMarker).toBeUndefined();
  });

  it('never get a number twice, not even when function and version were deleted', async () => {
    const remove = (Qualifier?: string) =>
      world.lambda.send(new DeleteFunctionCommand({ FunctionName: 'f', Qualifier }));
    await publish();
    await remove('1');
    await update();
    world.pass(1_000);
    expect((await publish()).Version).toBe('2');
    await remove();
    world.simulator.lambda.createFunction({ functionName: 'f' });
    expect((await publish()).Version).toBe('3');
  });

  it('are not deleted while an alias sends to them, and $LATEST and aliases never', async () => {
    await publish();
    world.simulator.lambda.createAlias('f', 'live', { version: '1' });
    const remove = (Qualifier: string) =>
      refusal(world.lambda.send(new DeleteFunctionCommand({ FunctionName: 'f', Qualifier })));
    expect(await remove('1')).toBe(
      '409 ResourceConflictException: Unable to delete version because the following aliases reference it: [live]',
    );
    expect(await remove('live')).toMatch(/^400 InvalidParameterValueException/);
    expect(await remove('$LATEST')).toMatch(/^400 InvalidParameterValueException/);
    expect(await remove('77')).toBe('nothing was refused');
  });
});
