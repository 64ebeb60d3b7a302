import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { createFunction } from '../../simulator/lambda/functions.ts';
import { startGitHub } from '../../simulator/github/server.ts';
import { denied } from '../../simulator/wire/faults.ts';
import { withMark } from '../../src/core/alias/mark.ts';
import { addFunction, createWorld, type World } from '../fixtures/bundle-world.ts';
import { leave, leftBy, type Left } from '../fixtures/left-behind.ts';
import { MARK } from '../fixtures/mark.ts';

describe('with functions that are found, the bundle', () => {
  let world: World;
  const create = async () => {
    const created = await createWorld();
    addFunction(created.simulator, 'shop-cart', { tags: { team: 'shop' } });
    addFunction(created.simulator, 'shop-order', { tags: { team: 'shop', stage: 'prod' } });
    addFunction(created.simulator, 'stock', { tags: { team: 'store' } });
    return created;
  };
  beforeEach(async () => {
    world = await create();
  });
  afterEach(() => world.close());

  const tagsOf = (name: string) => world.simulator.lambda.functions.get(name)?.tags;
  const weights = (...names: readonly string[]) => names.map((name) => world.alias(name));

  it('moves those that a pattern finds beside those that are named, and says how each was found', async () => {
    const result = await world.run({ 'function-name': 'checkout, shop-*' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(weights('checkout', 'shop-cart', 'shop-order', 'stock')).toEqual(['2', '2', '2', '1']);
    expect(result.log).toContain('shop-* finds 2 functions');
    expect(result.log).toMatch(/shop-cart:live serves version 1 alone.*; found by shop-\*/);
    expect(result.summary).toContain('shop-cart, shop-order');
  });

  it('finds by a tag and its value alone, whatever pages they come on', async () => {
    for (let index = 0; index < 101; index++) {
      createFunction(world.simulator.lambda, {
        functionName: `other-${index}`,
        tags: { team: index === 100 ? 'shop' : 'others' },
      });
    }
    const result = await world.run({ 'function-name': 'tag:team=shop', 'dry-run': 'true' });
    expect(result.outputs['reason']).toContain(
      'tag:team=shop finds functions without the alias live: other-100.',
    );
    expect(result.log).toContain('tag:team=shop finds 3 functions');
  });

  it('counts one that is found twice once', async () => {
    const result = await world.run({ 'function-name': 'tag:team=shop, shop-*, shop-cart' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(world.writes().filter((each) => each === 'PublishVersion')).toHaveLength(2);
    expect(result.report).toMatchObject({
      found: [
        { search: 'tag:team=shop', functionNames: ['shop-cart', 'shop-order'] },
        { search: 'shop-*', functionNames: [] },
      ],
    });
  });

  it('lists all functions of the account, and no more than once', async () => {
    for (let index = 0; index < 120; index++) {
      createFunction(world.simulator.lambda, { functionName: `other-${index}` });
    }
    const result = await world.run({ 'function-name': 'shop-*, sto*', 'dry-run': 'true' });
    expect(result.outputs['outcome']).toBe('planned');
    const lists = world.simulator.requests.filter(({ operation }) => operation === 'ListFunctions');
    expect(lists).toHaveLength(3);
  });

  it.each([
    ['a pattern that finds nothing', 'none-*', '"none-*" finds no function'],
    ['a tag that finds nothing', 'tag:team=nobody', '"tag:team=nobody" finds no function'],
  ])('refuses %s with whatever else is wrong, and writes nothing', async (_, search, problem) => {
    const result = await world.run({ 'function-name': search, comment: 'sometimes' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain(problem);
    expect(result.outputs['reason']).toContain('comment: "sometimes" is not one of');
    expect(world.writes()).toEqual([]);
  });

  it('names the permission that is missing', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'GetResources' ? denied('tag:GetResources', '*') : undefined,
    );
    const result = await world.run({ 'function-name': 'tag:team=shop' });
    expect(result.outputs['reason']).toMatch(
      /Add the action "tag:GetResources" on the resource "\*"/,
    );
  });

  it('refuses versions beside what has no order', async () => {
    const result = await world.run({ 'function-name': 'shop-*', version: '1, 1' });
    expect(result.outputs['reason']).toContain('what shop-* finds has none');
  });

  it('keeps to what a state machine can move, where AWS is to carry the rollout', async () => {
    for (let index = 0; index < 26; index++) addFunction(world.simulator, `many-${index}`);
    const result = await world.run({ 'function-name': 'many-*', engine: 'step-functions' });
    expect(result.outputs['reason']).toContain(
      '26 functions are given, and engine: step-functions',
    );
    expect(world.writes()).toEqual([]);
  });

  it('creates no alias for what was found, unless it is asked to', async () => {
    createFunction(world.simulator.lambda, { functionName: 'shop-worker' });
    const refused = await world.run({ 'function-name': 'shop-*' });
    expect(refused.outputs['reason']).toContain(
      'shop-* finds functions without the alias live: shop-worker.',
    );
    expect(world.writes()).toEqual([]);
    const created = await world.run({ 'function-name': 'shop-*', 'create-alias': 'true' });
    expect(created.outputs['outcome']).toBe('promoted');
    expect(world.alias('shop-worker')).toBe('1');
  });

  it('goes back to no version where there is none, whatever may be created', async () => {
    const shop = { 'function-name': 'shop-*' };
    expect((await world.run(shop)).outputs['outcome']).toBe('promoted');
    createFunction(world.simulator.lambda, { functionName: 'shop-worker' });
    const before = world.writes().length;
    const back = { ...shop, mode: 'rollback', 'create-alias': 'true' };
    const result = await world.run(back);
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('shop-worker:live does not exist');
    expect(world.writes().slice(before)).toEqual([]);
  });

  it('asks in a dry run for the log groups that a pattern for the names does not cover', async () => {
    const settings = { LoggingConfig: { LogGroup: '/shop/all' } };
    addFunction(world.simulator, 'shop-worker', { settings });
    const result = await world.run({ 'function-name': 'shop-*', 'dry-run': 'true' });
    expect(result.outputs['outcome']).toBe('planned');
    const policy = JSON.stringify(result.report);
    expect(policy).toContain(':log-group:/aws/lambda/shop-*:*');
    expect(policy).toContain(':log-group:/shop/all:*');
  });

  it('treats one that is named as named, though a search finds it as well', async () => {
    createFunction(world.simulator.lambda, { functionName: 'shop-worker' });
    const inputs = { 'function-name': 'shop-*, shop-worker' };
    const status = await world.run({ ...inputs, mode: 'status' });
    expect(status.outputs['reason']).toContain('shop-worker:live does not exist');
    const created = await world.run({ ...inputs, 'create-alias': 'true' });
    expect(created.outputs['outcome']).toBe('promoted');
  });

  it.each(['shop-*', 'tag:team=shop'])(
    'refuses what %s finds beside a function of that name in another account, and takes neither for the other',
    async (search) => {
      const theirs = 'arn:aws:lambda:eu-west-1:999999999999:function:shop-cart';
      const result = await world.run({ 'function-name': `${search}, ${theirs}` });
      expect(result.outputs['outcome']).toBe('failed');
      expect(result.outputs['reason']).toContain(
        `${search} finds shop-cart of the account 123456789012, beside ${theirs}`,
      );
      expect(world.writes()).toEqual([]);
    },
  );

  it('takes a function for the one that is named by the ARN of this account', async () => {
    const ours = '123456789012:function:shop-cart';
    const result = await world.run({ 'function-name': `shop-*, ${ours}` });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(weights('shop-cart', 'shop-order')).toEqual(['2', '2']);
  });

  const held = { 'function-name': 'tag:team=shop', mode: 'start' } as const;
  let left: Left;
  beforeAll(async () => {
    left = await leftBy((other) => other.run(held), create);
  });
  /** As a job with these inputs leaves it. */
  const isHeld = () => leave(world, left);

  it('goes on in another job without what was added since, with an alias or without', async () => {
    expect((await world.run(held)).outputs['outcome']).toBe('held');
    addFunction(world.simulator, 'shop-new', { tags: { team: 'shop' } });
    createFunction(world.simulator.lambda, { functionName: 'shop-raw', tags: { team: 'shop' } });
    const result = await world.run({ ...held, mode: 'promote' });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(weights('shop-cart', 'shop-order', 'shop-new')).toEqual(['2', '2', '1']);
  });

  it('does not go on without one that is no longer found, and goes on when it is named', async () => {
    await isHeld();
    tagsOf('shop-order')?.delete('team');
    const refused = await world.run({ ...held, mode: 'promote' });
    expect(refused.outputs['outcome']).toBe('failed');
    expect(refused.outputs['reason']).toMatch(/moves 2 functions, and only 1 of them/);
    expect(weights('shop-cart', 'shop-order')).toEqual(['1+2@0.1', '1+2@0.1']);
    const names = 'tag:team=shop, shop-order';
    const result = await world.run({ ...held, mode: 'promote', 'function-name': names });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(weights('shop-cart', 'shop-order')).toEqual(['2', '2']);
  });

  it('puts back what it finds, and does not say reverted while one is missing', async () => {
    await isHeld();
    tagsOf('shop-order')?.delete('team');
    const result = await world.run({ ...held, mode: 'revert' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('1 function of the rollout of 2 is not found');
    expect(weights('shop-cart', 'shop-order')).toEqual(['1', '1+2@0.1']);
    const rest = await world.run({ 'function-name': 'shop-order', mode: 'revert' });
    expect(rest.outputs['outcome']).toBe('reverted');
    expect(world.alias('shop-order')).toBe('1');
  });

  it('does not say of what was put back before that it is not found', async () => {
    await isHeld();
    const routing = { version: '1', weights: {}, description: '' };
    updateAlias(world.simulator.lambda, 'shop-order', 'live', routing);
    const result = await world.run({ ...held, mode: 'revert' });
    expect(weights('shop-cart', 'shop-order')).toEqual(['1', '1']);
    expect(result.outputs['reason']).toContain('the others are back already or were never moved');
    expect(result.outputs['reason']).not.toContain('is not found, and not put back');
  });

  it('misses none of a promotion that has ended, though its mark is still on one', async () => {
    const github = await startGitHub({ time: world.time });
    github.runs.set('acme/shop/41/1', { status: 'completed', conclusion: 'success', htmlUrl: 'x' });
    const left = withMark('', {
      ...MARK,
      runId: '41',
      stable: '0',
      canary: '1',
      weight: 100,
      step: 2,
      targets: 3,
    });
    addFunction(world.simulator, 'shop-old');
    const routing = { version: '1', weights: {}, description: left };
    updateAlias(world.simulator.lambda, 'shop-old', 'live', routing);
    await isHeld();
    tagsOf('shop-old')?.set('team', 'shop');
    const inputs = { ...held, mode: 'revert', 'github-token': 'github-token' };
    const { environment } = github;
    const result = await world.run(inputs, { environment }).finally(() => github.close());
    expect(weights('shop-cart', 'shop-order', 'shop-old')).toEqual(['1', '1', '1']);
    expect(result.outputs['outcome']).toBe('reverted');
  });

  it('looks at what is found, whether or not it has the alias', async () => {
    createFunction(world.simulator.lambda, { functionName: 'shop-raw', tags: { team: 'shop' } });
    const result = await world.run({ 'function-name': 'tag:team=shop', mode: 'status' });
    expect(result.outputs['outcome']).toBe('status');
    const none = await world.run({ 'function-name': 'tag:team=shop', mode: 'status', alias: 'x' });
    expect(none.outputs['reason']).toContain(
      'no function that tag:team=shop finds has the alias x',
    );
  });

  it('puts all back in the post step, whatever is found by then', async () => {
    const action = world.start({ 'function-name': 'shop-*', steps: '10% 8h' });
    await action.seen('10 % shifted');
    action.process.kill('SIGKILL');
    const { state } = await action.done;
    world.simulator.faults.add(({ operation }) =>
      operation === 'ListFunctions' ? denied('lambda:ListFunctions', '*') : undefined,
    );
    await world.run({ 'function-name': 'shop-*' }, { state });
    expect(weights('shop-cart', 'shop-order')).toEqual(['1', '1']);
  });

  it('says nothing of who it finds that anybody else could make a command or Markdown of', async () => {
    const value = 'x ::error::y @z';
    tagsOf('stock')?.set('team', value);
    const result = await world.run({ 'function-name': `tag:team=${value}` });
    expect(result.outputs['outcome']).toBe('promoted');
    expect(result.log).not.toMatch(/^::error/m);
    expect(result.summary).not.toContain('@z');
  });

  it('does not go on with a part when somebody moved the rest by hand', async () => {
    await world.run({ 'function-name': 'shop-*', mode: 'start' });
    updateAlias(world.simulator.lambda, 'shop-order', 'live', { version: '2', weights: {} });
    const result = await world.run({ 'function-name': 'shop-*', mode: 'promote' });
    expect(result.outputs['outcome']).toBe('failed');
    expect(world.alias('shop-cart')).toBe('1+2@0.1');
  });
});
