import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { addFunction, createWorld, type World } from '../fixtures/bundle-world.ts';
import { itWithSignals } from '../fixtures/signals.ts';

const LONG = { steps: '10% 8h' };
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:';
const REPAIR =
  'aws lambda update-alias --region eu-west-1 --function-name checkout --name live --function-version 1 ' +
  "--routing-config 'AdditionalVersionWeights={}'";

describe('what the bundle saves for its post step', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const file = () => join(world.temp, readdirSync(world.temp)[0] ?? '');

  async function killed(inputs = {}, environment = {}) {
    const action = world.start({ ...LONG, ...inputs }, { environment });
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    return (await action.done).state;
  }

  itWithSignals(
    'stands in one file that nobody else may read, whole, and the state names it once',
    async () => {
      const action = world.start({ steps: '5% 1m, 10% 1m, 50% 8h' });
      await action.seen('50 % shifted');
      const names = readFileSync(action.files.state, 'utf8').match(/^rollout<</gm);
      action.process.kill('SIGKILL');
      const { state } = await action.done;
      expect(names).toHaveLength(1);
      expect(readdirSync(world.temp)).toHaveLength(1);
      expect(statSync(file()).mode & 0o777).toBe(0o600);
      expect(state['rollout']).toContain(file());
      expect(readFileSync(file(), 'utf8')).toContain(String.raw`\"account\":\"123456789012\"`);
      await world.run({}, { state });
      expect(world.routings()).toEqual(['1', '1+2@0.05', '1+2@0.1', '1+2@0.5', '1']);
    },
  );

  it('is the state itself where there is no folder to write to', async () => {
    const state = await killed({}, { RUNNER_TEMP: '' });
    expect(state['rollout']).toContain('"begun":[10]');
    await world.run({}, { state });
    expect(world.alias()).toBe('1');
  });

  it('is refused before anything is written where it fits neither here nor there', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `${'f'.repeat(60)}-${index}`);
    for (const name of names) addFunction(world.simulator, name);
    const result = await world.run(
      { 'function-name': names.map((name) => `${ARN}${name}`).join(',') },
      { environment: { RUNNER_TEMP: '/nonexistent' } },
    );
    expect(result.exitCode).toBe(1);
    expect(result.outputs['reason']).toMatch(
      /put 100 functions back cannot be saved: no file can be written in RUNNER_TEMP: ENOENT.* fewer functions/,
    );
    expect(world.writes()).toEqual([]);
  });

  it('is of no use to another run', async () => {
    const state = await killed();
    const post = await world.run({}, { state, environment: { GITHUB_RUN_ID: '43' } });
    expect(post.log).toContain('belongs to another run');
    expect(world.alias()).toBe('1+2@0.1');
  });

  it('is forgotten with the end of the rollout, though somebody clears the folder', async () => {
    const { state } = await world.run();
    rmSync(file());
    const post = await world.run({}, { state });
    expect(post.exitCode).toBe(0);
    expect(post.log).toContain('Nothing to clean up');
    expect(world.alias()).toBe('2');
  });

  it('is not written half when the folder takes nothing any more: the rollout is reverted', async () => {
    const action = world.start({ steps: '10% 1m, 50% 8h' });
    await action.seen('10 % shifted');
    rmSync(world.temp, { recursive: true });
    const result = await action.done;
    expect(result.outputs).toMatchObject({ outcome: 'reverted' });
    expect(result.outputs['reason']).toContain('the state could not be saved');
    expect(world.routings()).toEqual(['1', '1+2@0.1', '1']);
  });
});

describe('what the bundle saved for its post step, when the file', () => {
  let world: World;
  let state: Readonly<Record<string, string>>;
  let path: string;
  let saved: string;
  beforeAll(async () => {
    world = await createWorld();
    const action = world.start(LONG);
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    ({ state } = await action.done);
    path = join(world.temp, readdirSync(world.temp)[0] ?? '');
    saved = readFileSync(path, 'utf8');
  });
  afterAll(() => world.close());

  it.each<[string, (text: string) => string | undefined]>([
    ['is missing', () => undefined],
    ['was changed', (text) => text.replaceAll(String.raw`stable\":\"1`, String.raw`stable\":\"2`)],
    ['was changed', () => '{}'],
    ['was changed', () => ''],
  ])(
    '%s: the post step says so, with the repairing command, and writes nothing',
    async (problem, spoil) => {
      const spoiled = spoil(saved);
      expect(spoiled).not.toBe(saved);
      if (spoiled === undefined) rmSync(path);
      else writeFileSync(path, spoiled, { mode: 0o600 });
      const post = await world.run({}, { state });
      expect(post.exitCode).toBe(1);
      expect(post.log).toContain(`could not be cleaned up: ${path} ${problem}`);
      expect(post.log).toContain(REPAIR);
      expect(world.alias()).toBe('1+2@0.1');
      expect(world.writes()).toEqual(['PublishVersion', 'UpdateAlias']);
    },
  );
});
