import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  ListAliasesCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  type AliasRoutingConfiguration,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ARN, MINUTE, refusal, startWorld, type World } from '../../fixtures/simulated-world.ts';

type UpdateInput = ConstructorParameters<typeof UpdateAliasCommand>[0];

let world: World;
beforeEach(async () => {
  world = await startWorld();
  const { lambda } = world.simulator;
  lambda.createFunction({ functionName: 'f' });
  lambda.publishVersion('f');
  lambda.updateFunctionCode('f', { code: 'two' });
  lambda.publishVersion('f');
  lambda.createAlias('f', 'live', { version: '1' });
});
afterEach(() => world.close());

const live = { FunctionName: 'f', Name: 'live' };
const read = () => world.lambda.send(new GetAliasCommand(live));
const update = (input: Partial<UpdateInput>) =>
  world.lambda.send(new UpdateAliasCommand({ ...live, ...input }));
const split = (weights: Record<string, number>): AliasRoutingConfiguration => ({
  AdditionalVersionWeights: weights,
});

describe('aliases over HTTP', () => {
  it('have no RoutingConfig without weights, and an empty description without one', async () => {
    const alias = await read();
    expect(alias).toMatchObject({
      AliasArn: `${ARN}:f:live`,
      FunctionVersion: '1',
      Description: '',
    });
    expect(alias).not.toHaveProperty('RoutingConfig');
  });

  it('are created with weights, also with none of them', async () => {
    const create = (Name: string, weights: Record<string, number>) =>
      world.lambda.send(
        new CreateAliasCommand({
          FunctionName: 'f',
          Name,
          FunctionVersion: '1',
          Description: 'why',
          RoutingConfig: split(weights),
        }),
      );
    expect(await create('a', { '2': 0.25 })).toMatchObject({
      Description: 'why',
      RoutingConfig: split({ '2': 0.25 }),
    });
    expect(await create('b', {})).not.toHaveProperty('RoutingConfig');
  });

  it('get a new revision from every update, even one that says nothing', async () => {
    const { RevisionId } = await read();
    const after = await update({});
    expect(after.RevisionId).not.toBe(RevisionId);
    expect(after.FunctionVersion).toBe('1');
  });

  it('leave the revisions of function and version alone', async () => {
    const revisions = async () => {
      const of = async (Qualifier?: string) => {
        const command = new GetFunctionConfigurationCommand({ FunctionName: 'f', Qualifier });
        return (await world.lambda.send(command)).RevisionId;
      };
      return [await of(), await of('1')];
    };
    const before = await revisions();
    await update({ FunctionVersion: '2' });
    expect(await revisions()).toEqual(before);
  });

  it('are not written by somebody who names another revision, and by the next one who names theirs', async () => {
    const { RevisionId } = await read();
    const own = await update({ RevisionId, RoutingConfig: split({ '2': 0.1 }) });
    expect(await refusal(update({ RevisionId, RoutingConfig: split({ '2': 0.5 }) }))).toBe(
      '412 PreconditionFailedException: The Revision Id provided does not match the latest Revision Id. ' +
        'Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    );
    expect(await read()).toMatchObject({ RoutingConfig: split({ '2': 0.1 }) });
    const next = await update({ RevisionId: own.RevisionId, RoutingConfig: split({ '2': 0.5 }) });
    expect(next).toMatchObject({ RoutingConfig: split({ '2': 0.5 }) });
  });

  it.each<[string, Partial<UpdateInput>, boolean]>([
    ['keep their weights when RoutingConfig is left out', { Description: 'x' }, true],
    ['lose them when RoutingConfig is empty', { RoutingConfig: {} }, false],
    ['lose them when there are none', { RoutingConfig: { AdditionalVersionWeights: {} } }, false],
  ])('%s', async (_, change, kept) => {
    await update({ RoutingConfig: split({ '2': 0.2 }) });
    const after = await update(change);
    expect(after.RoutingConfig).toEqual(kept ? split({ '2': 0.2 }) : undefined);
  });

  it('are promoted by the version together with empty weights, not by the version alone', async () => {
    await update({ RoutingConfig: split({ '2': 0.5 }) });
    expect(await refusal(update({ FunctionVersion: '2' }))).toContain(
      'Function version 2 is already included in routing configuration.',
    );
    const promoted = await update({ FunctionVersion: '2', RoutingConfig: split({}) });
    expect(promoted.FunctionVersion).toBe('2');
    expect(promoted).not.toHaveProperty('RoutingConfig');
  });

  it.each<[string, Partial<UpdateInput>, string]>([
    [
      'two additional versions',
      { RoutingConfig: split({ '2': 0.1, '3': 0.1 }) },
      '400 InvalidParameterValueException: Number of items in AdditionalVersionWeights cannot be greater than 1',
    ],
    [
      'a weight above 1',
      { RoutingConfig: split({ '2': 1.5 }) },
      "400 ValidationException: 1 validation error detected: Value '{2=1.5}' at 'routingConfig.additionalVersionWeights'",
    ],
    ['a weight below 0', { RoutingConfig: split({ '2': -0.1 }) }, '400 ValidationException'],
    [
      'NaN, which the SDK sends as text',
      { RoutingConfig: split({ '2': NaN }) },
      '400 ValidationException',
    ],
    [
      '$LATEST with a weight',
      { RoutingConfig: split({ $LATEST: 0.1 }) },
      '400 ValidationException',
    ],
    [
      'the version of the alias with a weight',
      { RoutingConfig: split({ '1': 0.1 }) },
      '400 InvalidParameterValueException: Invalid function version 1. Function version 1 is already included in routing configuration.',
    ],
    [
      'weights beside $LATEST',
      { FunctionVersion: '$LATEST', RoutingConfig: split({ '2': 0.1 }) },
      '400 InvalidParameterValueException: $LATEST is not supported for an alias pointing to more than 1 version',
    ],
    [
      'a version that does not exist',
      { FunctionVersion: '10' },
      `404 ResourceNotFoundException: Function not found: ${ARN}:f:10`,
    ],
    [
      'a weight for a version that does not exist',
      { RoutingConfig: split({ '10': 0.1 }) },
      `404 ResourceNotFoundException: Function not found: ${ARN}:f:10`,
    ],
    ['a version that is none', { FunctionVersion: 'two' }, '400 ValidationException'],
  ])('refuse %s, and stay as they are', async (_, change, expected) => {
    const before = await read();
    expect(await refusal(update(change))).toContain(expected);
    expect((await read()).RevisionId).toBe(before.RevisionId);
  });

  it.each([
    [
      'execution roles',
      { role: 'arn:aws:iam::123456789012:role/other' },
      'the same execution role',
    ],
    ['dead-letter queues', { deadLetterArn: 'arn:aws:sqs:::q' }, 'the same dead-letter queue'],
  ])(
    'refuse to split between versions with different %s, not to move',
    async (_, change, expected) => {
      world.simulator.lambda.updateFunctionConfiguration('f', change);
      world.simulator.lambda.publishVersion('f');
      expect(await refusal(update({ RoutingConfig: split({ '3': 0.1 }) }))).toContain(
        `400 InvalidParameterValueException: Specified versions must`,
      );
      expect(await refusal(update({ RoutingConfig: split({ '3': 0.1 }) }))).toContain(expected);
      expect((await update({ FunctionVersion: '3' })).FunctionVersion).toBe('3');
    },
  );

  it.each([
    ['2024', '400 ValidationException'],
    ['no spaces', '400 ValidationException'],
    ['live', `409 ResourceConflictException: Alias already exists: ${ARN}:f:live`],
    ['2024-01-02', 'nothing was refused'],
  ])('named %s: %s', async (Name, expected) => {
    const command = new CreateAliasCommand({ FunctionName: 'f', Name, FunctionVersion: '1' });
    expect(await refusal(world.lambda.send(command))).toContain(expected);
  });

  it('that do not exist are missing in different words for reading and for writing', async () => {
    const other = { FunctionName: 'f', Name: 'other' };
    expect(await refusal(world.lambda.send(new GetAliasCommand(other)))).toBe(
      `404 ResourceNotFoundException: Cannot find alias arn: ${ARN}:f:other`,
    );
    expect(await refusal(update({ Name: 'other' }))).toBe(
      `404 ResourceNotFoundException: Alias not found: ${ARN}:f:other`,
    );
    expect(await refusal(world.lambda.send(new DeleteAliasCommand(other)))).toBe(
      'nothing was refused',
    );
  });

  it('are listed page by page, and by the version they point to', async () => {
    world.simulator.lambda.createAlias('f', 'next', { version: '2' });
    const first = await world.lambda.send(
      new ListAliasesCommand({ FunctionName: 'f', MaxItems: 1 }),
    );
    expect(first.Aliases?.map(({ Name }) => Name)).toEqual(['live']);
    const { NextMarker: Marker } = first;
    const second = await world.lambda.send(new ListAliasesCommand({ FunctionName: 'f', Marker }));
    expect(second.Aliases?.map(({ Name }) => Name)).toEqual(['next']);
    expect(second.NextMarker).toBeUndefined();
    const wanted = { FunctionName: 'f', FunctionVersion: '2' };
    const { Aliases } = await world.lambda.send(new ListAliasesCommand(wanted));
    expect(Aliases?.map(({ Name }) => Name)).toEqual(['next']);
  });

  it('have a history of every state they really had', async () => {
    await update({ RoutingConfig: split({ '2': 0.1 }) });
    await refusal(update({ RevisionId: 'old', FunctionVersion: '2' }));
    await update({ FunctionVersion: '2', RoutingConfig: split({}) });
    const states = world.simulator.aliasHistory.map(({ version, weights }) => [version, weights]);
    expect(states).toEqual([
      ['1', {}],
      ['1', { '2': 0.1 }],
      ['2', {}],
    ]);
  });
});

describe('provisioned concurrency over HTTP', () => {
  const put = (Qualifier = 'live') =>
    world.lambda.send(
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName: 'f',
        Qualifier,
        ProvisionedConcurrentExecutions: 5,
      }),
    );
  const get = (Qualifier = 'live') =>
    world.lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName: 'f', Qualifier }));

  it('is told to be missing where there is none', async () => {
    expect(await refusal(get())).toBe(
      '404 ProvisionedConcurrencyConfigNotFoundException: No Provisioned Concurrency Config found for this function',
    );
    expect(await refusal(get('other'))).toContain(
      '404 ResourceNotFoundException: Cannot find alias arn',
    );
    expect(await refusal(put('$LATEST'))).toMatch(/^400 InvalidParameterValueException/);
  });

  it('is allocated after a time, and can be deleted', async () => {
    world.simulator.lambda.allocationMs = MINUTE;
    expect(await put()).toMatchObject({ Status: 'IN_PROGRESS' });
    world.pass(MINUTE);
    expect(await get()).toMatchObject({
      Status: 'READY',
      AllocatedProvisionedConcurrentExecutions: 5,
    });
    const command = { FunctionName: 'f', Qualifier: 'live' };
    await world.lambda.send(new DeleteProvisionedConcurrencyConfigCommand(command));
    expect(await refusal(get())).toMatch(/^404/);
  });

  it('gives the version a new revision', async () => {
    const { lambda } = world.simulator;
    const { revisionId } = lambda.getFunction('f', '1');
    await put();
    expect(lambda.getFunction('f', '1').revisionId).not.toBe(revisionId);
  });

  it('is refused for an alias with weights, though weights are not for an alias that has it', async () => {
    await update({ RoutingConfig: split({ '2': 0.5 }) });
    expect(await refusal(put())).toBe(
      '400 InvalidParameterValueException: Alias with weights can not be used with Provisioned Concurrency',
    );
    await update({ RoutingConfig: split({}) });
    await put();
    const weighted = await update({ RoutingConfig: split({ '2': 0.5 }) });
    expect(weighted.RoutingConfig).toEqual(split({ '2': 0.5 }));
  });

  it('belongs to a version or to an alias of it, not to both', async () => {
    await put('1');
    expect(await refusal(put())).toMatch(/^409 .* on an already Provisioned version$/);
    await world.lambda.send(
      new DeleteProvisionedConcurrencyConfigCommand({ FunctionName: 'f', Qualifier: '1' }),
    );
    await put();
    expect(await refusal(put('1'))).toContain(
      'Version is pointed by a Provisioned Concurrency alias',
    );
  });

  it.each([true, false])(
    'shows weights that nobody set while it moves; the end changes the revision: %s',
    async (changes) => {
      world.simulator.lambda.transitionChangesRevisionId = changes;
      await put();
      const moved = await update({ FunctionVersion: '2' });
      expect(moved.FunctionVersion).toBe('2');
      expect(moved).not.toHaveProperty('RoutingConfig');
      expect(await read()).toMatchObject({
        FunctionVersion: '2',
        RoutingConfig: split({ '1': 1 }),
        RevisionId: moved.RevisionId,
      });
      expect(await get()).toMatchObject({
        Status: 'IN_PROGRESS',
        AllocatedProvisionedConcurrentExecutions: 5,
      });
      world.pass(6 * MINUTE - 1);
      expect(await read()).toHaveProperty('RoutingConfig');
      world.pass(1);
      const after = await read();
      expect(after.FunctionVersion).toBe('2');
      expect(after).not.toHaveProperty('RoutingConfig');
      expect(after.RevisionId !== moved.RevisionId).toBe(changes);
      expect(await get()).toMatchObject({ Status: 'READY' });
    },
  );

  it('stays with the old version when the new one cannot start, until the weights are cleared', async () => {
    world.simulator.lambda.provisioningFailure = 'FUNCTION_ERROR_INIT_FAILURE';
    await put();
    await update({ FunctionVersion: '2' });
    world.pass(60 * MINUTE);
    expect(await get()).toMatchObject({
      Status: 'FAILED',
      StatusReason: 'FUNCTION_ERROR_INIT_FAILURE',
    });
    expect(await read()).toMatchObject({ FunctionVersion: '2', RoutingConfig: split({ '1': 1 }) });
    expect(await refusal(update({ Description: 'again' }))).toBe(
      '400 InvalidParameterValueException: Invalid alias configuration for Provisioned Concurrency',
    );
    const cured = await update({ FunctionVersion: '1', RoutingConfig: {} });
    expect(cured).not.toHaveProperty('RoutingConfig');
    expect(await read()).not.toHaveProperty('RoutingConfig');
  });

  it('ends its move at its own time, however late somebody looks', async () => {
    await put();
    await update({ FunctionVersion: '2' });
    const begun = world.simulator.aliasHistory.at(-1)?.at ?? 0;
    world.pass(60 * MINUTE);
    expect(world.simulator.aliasHistory.at(-1)).toMatchObject({
      at: begun + 6 * MINUTE,
      version: '2',
      weights: {},
    });
  });

  it('does not end a move that was written over', async () => {
    await put();
    await update({ FunctionVersion: '2' });
    world.pass(MINUTE);
    await update({ FunctionVersion: '1', RoutingConfig: split({ '2': 0.3 }) });
    world.pass(60 * MINUTE);
    expect(await read()).toMatchObject({
      FunctionVersion: '1',
      RoutingConfig: split({ '2': 0.3 }),
    });
  });
});
