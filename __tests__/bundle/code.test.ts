import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { zipSync } from 'fflate';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { hashOf, updateFunction } from '../../simulator/lambda/functions.ts';
import type { Fault } from '../../simulator/wire/faults.ts';
import type { Policy } from '../../src/core/policy.ts';
import { addFunction, createWorld, type World } from '../fixtures/bundle-world.ts';
import { createWorldWithMachine, ON_AWS } from '../fixtures/carried-by-aws.ts';
import { itWithSignals } from '../fixtures/signals.ts';

const AT_ONCE = { steps: 'AllAtOnce', 'bake-time': '1m' };
const IMAGES = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop';
const digest = (letter: string) => `${IMAGES}@sha256:${letter.repeat(64)}`;
const LOST: Fault = { type: 'lost-reply' };
/** What takes Lambda minutes in the background is over at once. */
const IMAGE_FUNCTION = { packageType: 'Image', code: digest('a'), activationMs: 0 } as const;

describe('code in the same step', () => {
  let world: World;
  let folder: string;
  beforeEach(async () => {
    world = await createWorld();
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-code-'));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await world.close();
  });

  const zip = (content: string, name = 'code.zip') => {
    const path = join(folder, name);
    const bytes = zipSync({ 'index.mjs': Buffer.from(content) }, { mtime: new Date(1980, 0, 1) });
    writeFileSync(path, bytes);
    return { path, hash: createHash('sha256').update(bytes).digest('base64') };
  };
  const functionOf = (name: string, qualifier?: string) =>
    world.simulator.lambda.getFunction(name, qualifier).configuration;
  const hashIn = (qualifier: string, name = 'checkout') => hashOf(functionOf(name, qualifier).code);
  const codesIn = (outputs: Readonly<Record<string, string>>) =>
    (JSON.parse(outputs['report'] ?? '') as { readonly code: readonly object[] }).code;
  const somebodyDeploys = (code = 'of somebody else', name = 'checkout') => {
    updateFunction(world.simulator.lambda, name, { code });
  };
  const somebodyConfigures = () => {
    updateFunction(world.simulator.lambda, 'checkout', { settings: { MemorySize: 256 } });
  };
  const once = (operation: string, fault: Fault) =>
    world.simulator.faults.add((request) =>
      request.operation === operation && request.count === 0 ? fault : undefined,
    );
  const before = (operation: string, act: () => void) => {
    world.simulator.faults.before((request) => {
      if (request.operation === operation && request.count === 0) act();
    });
  };
  const requests = (operation: string) =>
    world.simulator.requests.filter((each) => each.operation === operation);

  it('uploads a zip file, publishes exactly that, and shifts to it', async () => {
    const { path, hash } = zip('new');
    const result = await world.run({ code: path });
    expect(result.outputs).toMatchObject({ outcome: 'promoted', version: '2' });
    expect(world.alias()).toBe('2');
    expect(hashIn('2')).toBe(hash);
    expect(world.writes().slice(0, 2)).toEqual(['UpdateFunctionCode', 'PublishVersion']);
    expect(requests('PublishVersion')[0]?.input).toMatchObject({ CodeSha256: hash });
    expect(codesIn(result.outputs)).toEqual([
      {
        functionName: 'checkout',
        source: path,
        became: 'uploaded',
        codeSha256: hash,
        isLive: false,
      },
    ]);
    expect(result.summary).toContain('### Code');
  });

  it('uploads nothing that is there already, and has nothing to do where that is live', async () => {
    const { path } = zip('new');
    await world.run({ ...AT_ONCE, code: path });
    const again = await world.run({ ...AT_ONCE, code: path });
    expect(again.outputs).toMatchObject({ outcome: 'unchanged', version: '2' });
    expect(requests('UpdateFunctionCode')).toHaveLength(1);
    expect(codesIn(again.outputs)).toMatchObject([{ became: 'there already', isLive: true }]);
  });

  it('uploads again what is there of an update that failed', async () => {
    const { path, hash } = zip('new');
    const found = world.simulator.lambda.functions.get('checkout');
    if (found !== undefined) found.timing.failure = 'the layer is gone';
    const failed = await world.run({ ...AT_ONCE, code: path });
    expect(failed.outputs['reason']).toContain(
      `Lambda could not put ${path} into force (FunctionError: the layer is gone)`,
    );
    if (found !== undefined) found.timing.failure = '';
    const result = await world.run({ ...AT_ONCE, code: path });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(hashIn('2')).toBe(hash);
  });

  it('waits until Lambda has taken the code over', async () => {
    const found = world.simulator.lambda.functions.get('checkout');
    if (found !== undefined) found.timing.updateMs = 5 * 60_000;
    const { path, hash } = zip('new');
    const result = await world.run({ ...AT_ONCE, code: path });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(hashIn('2')).toBe(hash);
    expect(world.writes().slice(0, 2)).toEqual(['UpdateFunctionCode', 'PublishVersion']);
  });

  it('gives an upload the time that it takes on a slow line', async () => {
    once('UpdateFunctionCode', { type: 'delay', ms: 4 * 60_000 });
    const { path, hash } = zip('new');
    const result = await world.run({ ...AT_ONCE, code: path });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(hashIn('2')).toBe(hash);
    expect(requests('UpdateFunctionCode')).toHaveLength(1);
  });

  it('zips a directory, and knows it again', async () => {
    const build = (name: string, content: string) => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'index.mjs'), content);
      return join(folder, name);
    };
    const first = await world.run({ ...AT_ONCE, code: build('one', 'export {}') });
    expect(first.outputs['outcome']).toBe('promoted');
    const same = await world.run({ ...AT_ONCE, code: build('two', 'export {}') });
    expect(same.outputs['outcome']).toBe('unchanged');
    const other = await world.run({ ...AT_ONCE, code: build('three', 'export { }') });
    expect(other.outputs).toMatchObject({ outcome: 'promoted', version: '3' });
  });

  itWithSignals('that is cancelled during an upload says that it may have come about', async () => {
    once('UpdateFunctionCode', { type: 'hang' });
    const asked = world.requested('UpdateFunctionCode', 0);
    const action = world.start({ code: zip('new').path });
    await asked;
    action.process.kill('SIGINT');
    const result = await action.done;
    expect(result).toMatchObject({ exitCode: 1, outputs: { outcome: 'failed' } });
    expect(codesIn(result.outputs)).toMatchObject([{ became: 'maybe uploaded' }]);
    expect(world.alias()).toBe('1');
  });

  describe('when somebody else deploys meanwhile', () => {
    const CHANGED = 'checkout: somebody else updated or published the function after this run';

    it('between the look and the upload, overwrites nothing and publishes nothing', async () => {
      before('UpdateFunctionCode', somebodyDeploys);
      const result = await world.run({ code: zip('new').path });
      expect(result).toMatchObject({ exitCode: 1, outputs: { outcome: 'failed' } });
      expect(result.outputs['reason']).toContain(CHANGED);
      expect(functionOf('checkout').code).toBe('of somebody else');
      expect(world.writes()).toEqual(['UpdateFunctionCode: PreconditionFailedException']);
      expect(world.alias()).toBe('1');
    });

    it('between the upload and the look at it, publishes nothing', async () => {
      world.simulator.faults.after(({ operation }) => {
        if (operation === 'UpdateFunctionCode') somebodyDeploys();
      });
      const result = await world.run({ code: zip('new').path });
      expect(result.outputs['reason']).toContain(CHANGED);
      expect(requests('PublishVersion')).toEqual([]);
    });

    it('right before the version is published, publishes neither their code nor their configuration', async () => {
      before('PublishVersion', somebodyConfigures);
      const result = await world.run({ code: zip('new').path });
      expect(result.outputs['reason']).toContain(CHANGED);
      expect(world.simulator.lambda.functions.get('checkout')?.versions).toHaveLength(1);
      expect(result.summary).toContain('LATEST keeps it: whatever publishes');
    });

    it('of the configuration alone, between the upload and the look at it, publishes nothing', async () => {
      world.simulator.faults.after(({ operation }) => {
        if (operation === 'UpdateFunctionCode') somebodyConfigures();
      });
      const result = await world.run({ code: zip('new').path });
      expect(result.outputs['reason']).toContain(CHANGED);
      expect(requests('PublishVersion')).toEqual([]);
    });

    it('after a publication without an answer, publishes their configuration neither as its own nor at all', async () => {
      once('PublishVersion', LOST);
      world.simulator.onRequest(({ operation, count }) => {
        if (operation === 'PublishVersion' && count === 0) somebodyConfigures();
      });
      const result = await world.run({ code: zip('new').path });
      expect(result).toMatchObject({ exitCode: 1, outputs: { outcome: 'failed' } });
      expect(result.outputs['reason']).toContain(
        'the answer to publishing it was lost, and somebody else has changed the function since',
      );
      expect(functionOf('checkout', '2').settings).not.toHaveProperty('MemorySize');
      expect(world.simulator.lambda.functions.get('checkout')?.versions).toHaveLength(2);
      expect(world.routings()).toEqual(['1']);
    });

    it('instead of a publication that never arrived, publishes nothing of theirs', async () => {
      world.simulator.faults.add((request) => {
        if (request.operation !== 'PublishVersion' || request.count > 0) return undefined;
        somebodyConfigures();
        return { type: 'reset' };
      });
      const result = await world.run({ code: zip('new').path });
      expect(result.outputs['reason']).toContain('somebody else has changed the function since');
      expect(world.simulator.lambda.functions.get('checkout')?.versions).toHaveLength(1);
      expect(world.routings()).toEqual(['1']);
    });

    it('after an upload without an answer, takes their code for theirs', async () => {
      once('UpdateFunctionCode', LOST);
      world.simulator.onRequest(({ operation, count }) => {
        if (operation === 'UpdateFunctionCode' && count === 0) somebodyDeploys();
      });
      const result = await world.run({ code: zip('new').path });
      expect(result.outputs['reason']).toContain(CHANGED);
      expect(functionOf('checkout').code).toBe('of somebody else');
    });
  });

  describe('when an answer is lost', () => {
    it('of the upload, recognises its own code', async () => {
      once('UpdateFunctionCode', LOST);
      const { path, hash } = zip('new');
      const result = await world.run({ ...AT_ONCE, code: path });
      expect(result.outputs).toMatchObject({ outcome: 'promoted', version: '2' });
      expect(hashIn('2')).toBe(hash);
    });

    it('of the upload while Lambda is still at it, recognises its own code', async () => {
      const found = world.simulator.lambda.functions.get('checkout');
      if (found !== undefined) found.timing.updateMs = 60_000;
      once('UpdateFunctionCode', LOST);
      const { path, hash } = zip('new');
      const result = await world.run({ ...AT_ONCE, code: path });
      expect(result.outputs['outcome']).toBe('promoted');
      expect(hashIn('2')).toBe(hash);
    });

    it('of the publication, makes no second version', async () => {
      once('PublishVersion', LOST);
      const result = await world.run({ ...AT_ONCE, code: zip('new').path });
      expect(result.outputs).toMatchObject({ outcome: 'promoted', version: '2' });
      expect(world.simulator.lambda.functions.get('checkout')?.versions).toHaveLength(2);
    });

    it('of the publication, takes no reading from before it for one after it', async () => {
      once('PublishVersion', LOST);
      let published = 0;
      let stale = 0;
      world.simulator.faults.add(({ operation }) => {
        if (operation === 'PublishVersion') published++;
        if (operation !== 'GetFunction' || published === 0 || stale++ >= 8) return undefined;
        return { type: 'stale' };
      });
      const result = await world.run({ ...AT_ONCE, code: zip('new').path });
      expect(result.outputs).toMatchObject({ outcome: 'promoted', version: '2' });
    });

    it('of the publication, does not guess where Lambda shows the environment to others alone', async () => {
      const settings = { Environment: { Error: { ErrorCode: 'AccessDeniedException' } } };
      updateFunction(world.simulator.lambda, 'checkout', { settings });
      once('PublishVersion', LOST);
      const { path } = zip('new');
      const result = await world.run({ ...AT_ONCE, code: path });
      expect(result.outputs['reason']).toContain('(kms:Decrypt)');
      expect(world.routings()).toEqual(['1']);
      const again = await world.run({ ...AT_ONCE, code: path });
      expect(again.outputs).toMatchObject({ outcome: 'promoted', version: '2' });
    });

    it('of what nobody knows the hash of, says so and goes no further', async () => {
      once('UpdateFunctionCode', LOST);
      const result = await world.run({ 'code-s3': 's3://builds/code.zip' });
      expect(result.outputs['reason']).toContain('nobody can know whether by this. Run again');
      expect(result.summary).toContain('may have been uploaded');
      expect(world.alias()).toBe('1');
    });

    it('of an upload from S3 whose hash is given, recognises it', async () => {
      world.simulator.lambda.objects.set('builds/code.zip', 'the object');
      once('UpdateFunctionCode', LOST);
      const inputs = {
        'code-s3': 's3://builds/code.zip?versionId=v7',
        'code-sha256': hashOf('the object'),
      };
      const result = await world.run({ ...AT_ONCE, ...inputs });
      expect(result.outputs['outcome']).toBe('promoted');
      expect(requests('UpdateFunctionCode')[0]?.input).toMatchObject({
        S3Bucket: 'builds',
        S3Key: 'code.zip',
        S3ObjectVersion: 'v7',
      });
      expect((await world.run({ ...AT_ONCE, ...inputs })).outputs['outcome']).toBe('unchanged');
    });
  });

  it('publishes nothing when S3 has something else than code-sha256 says', async () => {
    const result = await world.run({ 'code-s3': 's3://builds/code.zip', 'code-sha256': 'abc' });
    expect(result.outputs['reason']).toContain('code-sha256: s3://builds/code.zip has the hash');
    expect(requests('PublishVersion')).toEqual([]);
  });

  describe('before anything is written, refuses', () => {
    const refused = async (inputs: Parameters<World['run']>[0]) => {
      const result = await world.run(inputs);
      expect(result.outputs['outcome']).toBe('failed');
      expect(world.writes()).toEqual([]);
      return result.outputs['reason'] ?? '';
    };

    it('code of the other package type', async () => {
      addFunction(world.simulator, 'pictures', IMAGE_FUNCTION);
      const inputs = {
        'function-name': 'checkout, pictures',
        code: `pictures: ${zip('new').path}`,
        'code-image': `checkout: ${digest('b')}`,
      };
      const reason = await refused(inputs);
      expect(reason).toContain('checkout is a function of zip files');
      expect(reason).toContain('pictures is a function of container images');
    });

    it('what a request cannot carry, with the way out', async () => {
      const path = join(folder, 'large.zip');
      const end = Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1');
      writeFileSync(path, Buffer.concat([Buffer.alloc(50 * 1024 ** 2), end]));
      expect(await refused({ code: path })).toContain('name it in code-s3');
    });

    it('what is not there, is no zip file, or is of another build', async () => {
      const other = join(folder, 'code.txt');
      writeFileSync(other, 'no zip file');
      expect(await refused({ code: join(folder, 'nothing') })).toContain(
        'is no code that can be opened: ENOENT',
      );
      expect(await refused({ code: other })).toContain('is no zip file');
      expect(await refused({ code: zip('new').path, 'code-sha256': 'abc' })).toContain(
        'not abc: this is the hash of another build',
      );
    });

    it('to restore what can be had from Lambda alone', async () => {
      const reason = await refused({ code: zip('new').path, 'on-revert-latest': 'restore' });
      expect(reason).toContain('the code of version 1 of checkout can be had from Lambda alone');
    });
  });

  it.each([
    [
      'AccessDeniedException',
      'Your access has been denied by S3, please make sure your request credentials have permission to GetObject for builds/code.zip. S3 Error Code: AccessDenied. S3 Error Message: Access Denied',
      'allow s3:GetObject on builds/code.zip',
    ],
    [
      'InvalidCodeSignatureException',
      'Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept.',
      'sign it with AWS Signer',
    ],
    ['KMSAccessDeniedException', 'The key is not yours.', 'kms:GenerateDataKey'],
  ])('says what to do about %s', async (name, message, remedy) => {
    once('UpdateFunctionCode', { type: 'error', status: 403, name, message });
    const result = await world.run({ 'code-s3': 's3://builds/code.zip' });
    expect(result.outputs['reason']).toContain(remedy);
    expect(result.outputs['reason']).toContain(message);
    expect(world.alias()).toBe('1');
  });

  it('says in a dry run what would be uploaded, and writes nothing', async () => {
    const { path } = zip('new');
    const result = await world.run({ code: path, 'dry-run': 'true' });
    expect(result.outputs['outcome']).toBe('planned');
    expect(result.log).toContain(`checkout: ${path} would be uploaded`);
    expect(result.log).toContain('lambda:UpdateFunctionCode');
    expect(world.writes()).toEqual([]);
  });

  it('asks in a dry run for the old object as well, where the code of the old version is to be restored from S3', async () => {
    const referenced = { S3Bucket: 'builds', S3Key: 'old.zip', S3ObjectVersion: 'v1' };
    addFunction(world.simulator, 'orders', { code: 'old', source: { referenced } });
    const inputs = { 'function-name': 'orders', 'code-s3': 's3://builds/new.zip' };
    const policyOf = async (onRevertLatest: string) => {
      const more = { 'on-revert-latest': onRevertLatest, 'dry-run': 'true' };
      const { report } = await world.run({ ...inputs, ...more });
      return (report as { readonly policy: Policy }).policy.Statement;
    };
    expect(await policyOf('restore')).toContainEqual({
      Sid: 'Fetch',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: ['arn:aws:s3:::builds/new.zip', 'arn:aws:s3:::builds/old.zip'],
    });
    expect(await policyOf('keep')).toContainEqual({
      Sid: 'Fetch',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::builds/new.zip',
    });
  });

  it('gives each function its own code, and one to several', async () => {
    addFunction(world.simulator, 'cart');
    addFunction(world.simulator, 'invoice');
    const [shared, own] = [zip('shared', 'shared.zip'), zip('own', 'own.zip')];
    const result = await world.run({
      ...AT_ONCE,
      'function-name': 'checkout, cart, invoice',
      code: `checkout: ${shared.path}\ncart: ${shared.path}\ninvoice: ${own.path}`,
      architectures: 'invoice: arm64',
    });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(hashIn('2')).toBe(shared.hash);
    expect(hashIn('2', 'cart')).toBe(shared.hash);
    expect(hashIn('2', 'invoice')).toBe(own.hash);
    expect(functionOf('invoice', '2').settings['Architectures']).toEqual(['arm64']);
  });

  it('moves no alias when one of several functions was updated meanwhile, and says what the others keep', async () => {
    addFunction(world.simulator, 'cart');
    addFunction(world.simulator, 'invoice');
    world.simulator.faults.before(({ operation, count }) => {
      if (operation === 'UpdateFunctionCode' && count === 1) somebodyDeploys('theirs', 'cart');
    });
    const result = await world.run({
      'function-name': 'checkout, cart, invoice',
      code: zip('new').path,
    });
    expect(result.outputs['reason']).toMatch(/^cart: somebody else updated[^\n]+$/);
    expect(world.writes()).toEqual([
      'UpdateFunctionCode',
      'UpdateFunctionCode: PreconditionFailedException',
    ]);
    expect(codesIn(result.outputs)).toMatchObject([
      { functionName: 'checkout', became: 'uploaded', afterwards: 'the new code' },
      { functionName: 'cart', became: 'maybe uploaded' },
      { functionName: 'invoice', became: 'to be uploaded' },
    ]);
  });

  describe('after a revert', () => {
    const reverted = async (inputs: Parameters<World['run']>[0]) => {
      const running = world.start(inputs);
      await world.requested('UpdateAlias', 0);
      world.setAlarm('ALARM');
      const result = await running.done;
      expect(result.outputs['outcome']).toBe('reverted');
      return result;
    };
    /** A function of images: version 1 is live with the digest of a, and nothing was changed since. */
    const ofImages = () => {
      addFunction(world.simulator, 'pictures', IMAGE_FUNCTION);
      updateFunction(world.simulator.lambda, 'pictures', { code: digest('a') });
    };
    const IMAGE = { 'function-name': 'pictures', 'code-image': digest('b') };

    it('says that $LATEST keeps the new code', async () => {
      const { path, hash } = zip('new');
      const result = await reverted({ code: path });
      expect(hashIn('$LATEST')).toBe(hash);
      expect(result.log).toContain('$LATEST keeps it: whatever publishes $LATEST next takes it');
      expect(result.summary).toContain('LATEST keeps it: whatever publishes');
      expect(codesIn(result.outputs)).toMatchObject([{ afterwards: 'the new code' }]);
    });

    it('puts the old image back, after the alias', async () => {
      ofImages();
      const result = await reverted({ ...IMAGE, 'on-revert-latest': 'restore' });
      expect(functionOf('pictures').code).toBe(digest('a'));
      expect(world.alias('pictures')).toBe('1');
      expect(world.writes().slice(-2)).toEqual(['UpdateAlias', 'UpdateFunctionCode']);
      expect(result.summary).toContain('LATEST has the code of the old version');
      expect(codesIn(result.outputs)).toMatchObject([{ afterwards: 'the code of before' }]);
    });

    it('puts back code that Lambda reads from S3, without a copy', async () => {
      const referenced = { S3Bucket: 'builds', S3Key: 'old.zip', S3ObjectVersion: 'v1' };
      world.simulator.lambda.objects.set('builds/old.zip', 'old').set('builds/new.zip', 'new');
      addFunction(world.simulator, 'orders', { code: 'old', source: { referenced } });
      const inputs = { 'function-name': 'orders', 'code-s3': 's3://builds/new.zip?versionId=v2' };
      await reverted({ ...inputs, 'on-revert-latest': 'restore' });
      expect(functionOf('orders')).toMatchObject({ code: 'old', source: { referenced } });
      const [sent, restored] = requests('UpdateFunctionCode').map(({ input }) => input);
      expect(sent).toMatchObject({ S3ObjectStorageMode: 'REFERENCE' });
      expect(restored).toMatchObject({ S3ObjectVersion: 'v1', S3ObjectStorageMode: 'REFERENCE' });
    });

    it('says that $LATEST keeps another architecture, though the code is the same', async () => {
      const { path } = zip('same');
      await world.run({ ...AT_ONCE, code: path });
      const running = world.start({ code: path, architectures: 'arm64' });
      await world.requested(
        'UpdateAlias',
        world.writes().filter((each) => each === 'UpdateAlias').length,
      );
      world.setAlarm('ALARM');
      const result = await running.done;
      expect(result.outputs['outcome']).toBe('reverted');
      expect(functionOf('checkout').settings['Architectures']).toEqual(['arm64']);
      expect(codesIn(result.outputs)).toMatchObject([
        { became: 'uploaded', isLive: false, afterwards: 'the new code' },
      ]);
    });

    it('puts the old architecture back with code that stays the same', async () => {
      const referenced = { S3Bucket: 'builds', S3Key: 'a.zip', S3ObjectVersion: 'v1' };
      world.simulator.lambda.objects.set('builds/a.zip', 'a');
      addFunction(world.simulator, 'orders', { code: 'a', source: { referenced } });
      updateFunction(world.simulator.lambda, 'orders', { code: 'a' });
      const inputs = { 'function-name': 'orders', 'code-s3': 's3://builds/a.zip?versionId=v1' };
      await reverted({ ...inputs, architectures: 'arm64', 'on-revert-latest': 'restore' });
      expect(functionOf('orders').settings['Architectures']).toEqual(['x86_64']);
    });

    it('leaves alone what somebody else has deployed since', async () => {
      ofImages();
      world.simulator.faults.after(({ operation, count }) => {
        if (operation === 'UpdateAlias' && count === 1) somebodyDeploys(digest('c'), 'pictures');
      });
      const result = await reverted({ ...IMAGE, 'on-revert-latest': 'restore' });
      expect(functionOf('pictures').code).toBe(digest('c'));
      expect(result.log).toContain('what they brought is left alone');
      expect(result.summary).not.toContain('LATEST keeps it');
    });

    it('restores nothing over what somebody else brings while that is on its way', async () => {
      ofImages();
      world.simulator.faults.before(({ operation, count }) => {
        if (operation !== 'UpdateFunctionCode' || count !== 1) return;
        somebodyDeploys(digest('c'), 'pictures');
      });
      const result = await reverted({ ...IMAGE, 'on-revert-latest': 'restore' });
      expect(functionOf('pictures').code).toBe(digest('c'));
      expect(result.log).toContain('did not get back the code of version 1');
      expect(result.summary).not.toContain('LATEST keeps it');
    });

    it('that somebody else was ahead of, restores nothing: the new version may still have traffic', async () => {
      ofImages();
      const running = world.start({ ...IMAGE, 'on-revert-latest': 'restore' });
      await world.requested('UpdateAlias', 0);
      updateAlias(world.simulator.lambda, 'pictures', 'live', { weights: { '2': 0.3 } });
      const result = await running.done;
      expect(result.outputs['outcome']).toBe('failed');
      expect(functionOf('pictures').code).toBe(digest('b'));
      expect(codesIn(result.outputs)).toMatchObject([{ afterwards: 'the new code' }]);
    });

    it('is reverted all the same when it cannot be restored, and has the command', async () => {
      ofImages();
      world.simulator.faults.add(({ operation, count }) =>
        operation === 'UpdateFunctionCode' && count > 0
          ? { type: 'error', status: 404, name: 'ImageGone', message: 'deleted' }
          : undefined,
      );
      const result = await reverted({ ...IMAGE, 'on-revert-latest': 'restore' });
      expect(world.alias('pictures')).toBe('1');
      expect(result.log).toContain(
        `By hand: aws lambda update-function-code --region eu-west-1 --function-name pictures --image-uri '${digest('a')}' --architectures x86_64`,
      );
      expect(codesIn(result.outputs)).toMatchObject([{ afterwards: 'the new code' }]);
    });

    itWithSignals('that was a cancellation, does not restore, and has the command', async () => {
      ofImages();
      const action = world.start({ ...IMAGE, 'on-revert-latest': 'restore' });
      await world.requested('UpdateAlias', 0);
      action.process.kill('SIGINT');
      const result = await action.done;
      expect(result.outputs['outcome']).toBe('reverted');
      expect(result.log).toContain('--image-uri');
      expect(functionOf('pictures').code).toBe(digest('b'));
    });

    it('restores of several functions those that were found and put back, though another one is missing', async () => {
      for (const name of ['pic-one', 'pic-two']) {
        addFunction(world.simulator, name, { ...IMAGE_FUNCTION, tags: { team: 'pics' } });
      }
      const found = { 'function-name': 'tag:team=pics' };
      await world.run({ ...found, 'code-image': digest('b'), mode: 'start' });
      world.simulator.lambda.functions.get('pic-two')?.tags.delete('team');
      const inputs = { ...found, mode: 'revert', 'on-revert-latest': 'restore' };
      const result = await world.run(inputs);
      expect(result.outputs['outcome']).toBe('failed');
      expect([world.alias('pic-one'), world.alias('pic-two')]).toEqual(['1', '1+2@0.1']);
      expect(functionOf('pic-one').code).toBe(digest('a'));
      expect(functionOf('pic-two').code).toBe(digest('b'));
    });

    it('restores in a later job, which did not upload', async () => {
      ofImages();
      await world.run({ ...IMAGE, mode: 'start' });
      const result = await world.run({
        'function-name': 'pictures',
        mode: 'revert',
        'on-revert-latest': 'restore',
      });
      expect(result.outputs['outcome']).toBe('reverted');
      expect(functionOf('pictures').code).toBe(digest('a'));
    });
  });

  it('restores as well when the new version fails before it gets traffic', async () => {
    addFunction(world.simulator, 'pictures', IMAGE_FUNCTION);
    const result = await world.run({
      'function-name': 'pictures',
      'code-image': digest('b'),
      'on-revert-latest': 'restore',
      'smoke-test-payload': '{}',
      'smoke-test-expect': '{"ok": true}',
    });
    expect(result.outputs['outcome']).toBe('failed');
    expect(functionOf('pictures').code).toBe(digest('a'));
  });

  describe('with images', () => {
    beforeEach(() => {
      addFunction(world.simulator, 'pictures', IMAGE_FUNCTION);
      updateFunction(world.simulator.lambda, 'pictures', { code: digest('b') });
    });

    it('has nothing to upload where $LATEST has the digest', async () => {
      const inputs = {
        'function-name': 'pictures',
        'code-image': `${IMAGES}:v2@sha256:${'b'.repeat(64)}`,
      };
      const result = await world.run({ ...AT_ONCE, ...inputs });
      expect(result.outputs['outcome']).toBe('promoted');
      expect(requests('UpdateFunctionCode')).toEqual([]);
    });

    it('publishes what Lambda resolved a tag to, also when that answer is lost', async () => {
      world.simulator.lambda.tags.set(`${IMAGES}:latest`, 'c'.repeat(64));
      once('UpdateFunctionCode', LOST);
      const inputs = { 'function-name': 'pictures', 'code-image': `${IMAGES}:latest` };
      const result = await world.run({ ...AT_ONCE, ...inputs });
      expect(result.outputs['outcome']).toBe('promoted');
      expect(functionOf('pictures', '2').code).toBe(digest('c'));
      expect(codesIn(result.outputs)).toMatchObject([{ codeSha256: 'c'.repeat(64) }]);
    });

    it('takes no image that a tag meant before for the one that it means now', async () => {
      const inputs = { 'function-name': 'pictures', 'code-image': `${IMAGES}:latest` };
      world.simulator.lambda.tags.set(`${IMAGES}:latest`, 'c'.repeat(64));
      expect((await world.run({ ...AT_ONCE, ...inputs })).outputs['version']).toBe('2');
      world.simulator.lambda.tags.set(`${IMAGES}:latest`, 'd'.repeat(64));
      world.simulator.faults.add((request) => {
        if (request.operation !== 'UpdateFunctionCode' || request.count !== 1) return undefined;
        updateFunction(world.simulator.lambda, 'pictures', { settings: { MemorySize: 256 } });
        return { type: 'reset' };
      });
      const result = await world.run({ ...AT_ONCE, ...inputs });
      expect(result.outputs['outcome']).toBe('failed');
      expect(result.outputs['reason']).toContain('nobody can know whether by this. Run again');
      expect(world.alias('pictures')).toBe('2');
    });
  });

  it('keeps the key that the function encrypts its code with', async () => {
    const kmsKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/1';
    addFunction(world.simulator, 'orders', { source: { kmsKeyArn } });
    await world.run({ ...AT_ONCE, 'function-name': 'orders', code: zip('new').path });
    expect(functionOf('orders', '2').source).toEqual({ kmsKeyArn });
  });

  it('refuses code where none would be uploaded', async () => {
    const { path } = zip('new');
    const version = await world.run({ code: path, version: '1' });
    expect(version.outputs['reason']).toContain('code: a version that is published already keeps');
    const revert = await world.run({ code: path, mode: 'revert' });
    expect(revert.outputs['reason']).toContain('code: code is uploaded where a rollout begins');
    expect(world.writes()).toEqual([]);
  });
});

describe('code in the same step, carried by AWS', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorldWithMachine();
    addFunction(world.simulator, 'pictures', IMAGE_FUNCTION);
  });
  afterEach(() => world.close());

  it('is uploaded before AWS begins, and restored after AWS has reverted', async () => {
    const running = world.start({
      ...ON_AWS,
      'function-name': 'pictures',
      'code-image': digest('b'),
      'on-revert-latest': 'restore',
    });
    await world.requested('UpdateAlias', 0);
    world.setAlarm('ALARM');
    const result = await running.done;
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.writes()).toEqual([
      'UpdateFunctionCode',
      'PublishVersion',
      'UpdateAlias',
      'UpdateAlias',
      'UpdateFunctionCode',
    ]);
    expect(world.simulator.lambda.getFunction('pictures').configuration.code).toBe(digest('a'));
  });
});
