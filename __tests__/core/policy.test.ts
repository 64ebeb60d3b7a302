import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { USUAL } from '../../scripts/permissions-section.ts';
import { PERMISSIONS, type Permission, type Wishes } from '../../src/core/permissions.ts';
import { leastPolicy, type Grounds, type Policy } from '../../src/core/policy.ts';
import { ENGINES } from '../../src/core/rollout/engine.ts';
import { MODES } from '../../src/core/rollout/mode.ts';
import type { CodeSource } from '../../src/core/versions/code.ts';

const mode = fc.constantFrom('on' as const, 'observe' as const, 'off' as const);
const object = { bucket: 'builds', key: 'code.zip' };
const sources: readonly CodeSource[] = [
  { type: 'path', path: 'dist' },
  { type: 's3', ...object, version: undefined },
  { type: 's3', ...object, version: 'v1' },
];
const wishes: fc.Arbitrary<Wishes> = fc.record({
  mode: fc.constantFrom(...MODES),
  engine: fc.constantFrom(...ENGINES),
  dryRun: fc.boolean(),
  requests: fc.array(
    fc.record({
      version: fc.option(fc.constant('7'), { nil: undefined }),
      code: fc.constantFrom(undefined, ...sources.map((source) => ({ source }))),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  searches: fc.array(fc.record({ type: fc.constantFrom('pattern' as const, 'tag' as const) }), {
    maxLength: 2,
  }),
  onRevertLatest: fc.constantFrom('keep' as const, 'restore' as const),
  formerObjects: fc.constantFrom(undefined, [], [{ ...object, version: 'v0' }]),
  alarms: fc.array(fc.constant('errors'), { maxLength: 2 }),
  analysis: fc.record({ mode }),
  analysisLogs: fc.record({ mode }),
  metricChecks: fc.array(fc.constant({}), { maxLength: 1 }),
  smokeTests: fc.constantFrom({ size: 0 }, { size: 2 }),
  onRevertedBefore: fc.constantFrom('warn' as const, 'fail' as const),
  fastTrackMs: fc.constantFrom(undefined, 60_000),
  retention: fc.constantFrom(undefined, {}),
});

const grounds = (...names: readonly string[]): Grounds => ({
  region: 'eu-west-1',
  account: '123456789012',
  stateMachine: 'lambda-canary',
  objects: [object],
  functions: names.map((functionName) => ({
    functionId: functionName,
    functionName,
    logGroup: `/aws/lambda/${functionName}`,
  })),
});
const LAMBDA = 'arn:aws:lambda:eu-west-1:123456789012:function:';
const STATES = 'arn:aws:states:eu-west-1:123456789012:';
const KINDS: Readonly<Record<string, (resource: string) => boolean>> = {
  function: (resource) => resource.startsWith(LAMBDA) && !resource.endsWith(':*'),
  versions: (resource) => resource.startsWith(LAMBDA) && resource.endsWith(':*'),
  object: (resource) => resource === 'arn:aws:s3:::builds/code.zip',
  everything: (resource) => resource === '*',
  'state machine': (resource) => resource === `${STATES}stateMachine:lambda-canary`,
  executions: (resource) => resource === `${STATES}execution:lambda-canary:*`,
  'log group': (resource) => resource.startsWith('arn:aws:logs:'),
};

const pairs = ({ Statement: statements }: Policy) =>
  statements.flatMap(({ Action: actions, Resource: resources }) =>
    [actions]
      .flat()
      .flatMap((action) => [resources].flat().map((resource) => ({ action, resource }))),
  );

describe('the least policy', () => {
  it('allows each action that the inputs need, on each of its resources, and nothing else', () => {
    const all: readonly (readonly [string, Permission])[] = Object.entries(PERMISSIONS);
    fc.assert(
      fc.property(wishes, (asked) => {
        const allowed = pairs(leastPolicy(asked, grounds('checkout')));
        const kindOf = (resource: string) =>
          Object.entries(KINDS).find(([, is]) => is(resource))?.[0] ?? resource;
        const needed = all.flatMap(([action, { on, isNeeded }]) =>
          isNeeded(asked) ? on.map((kind) => `${action} ${kind}`) : [],
        );
        const found = allowed.map(({ action, resource }) => `${action} ${kindOf(resource)}`);
        expect([...found].sort()).toEqual([...needed].sort());
      }),
    );
  });

  it('names each function and its log group, each in its own account', () => {
    const other = `arn:aws:lambda:eu-west-1:210987654321:function:basket`;
    const { functions, ...place } = grounds('checkout', 'basket');
    const named = functions.map((each) =>
      each.functionName === 'basket' ? { ...each, functionId: other } : each,
    );
    const { Statement: statements } = leastPolicy(USUAL, { ...place, functions: named });
    const resourceOf = (sid: string) => statements.find(({ Sid }) => Sid === sid)?.Resource;
    expect(resourceOf('PublishAndShift')).toEqual([`${LAMBDA}checkout`, other]);
    expect(resourceOf('Versions')).toEqual([`${LAMBDA}checkout:*`, `${other}:*`]);
    expect(resourceOf('Explain')).toEqual([
      'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/checkout:*',
      'arn:aws:logs:eu-west-1:210987654321:log-group:/aws/lambda/basket:*',
    ]);
  });

  it('has a star where nobody says which account', () => {
    const allowed = pairs(leastPolicy(USUAL, { ...grounds('checkout'), account: '*' }));
    expect(allowed).toContainEqual({
      action: 'lambda:UpdateAlias',
      resource: 'arn:aws:lambda:eu-west-1:*:function:checkout',
    });
  });

  it('has no statement without an action', () => {
    fc.assert(
      fc.property(wishes, (asked) => {
        for (const { Action: actions } of leastPolicy(asked, grounds('checkout')).Statement) {
          expect([actions].flat().join()).toContain(':');
        }
      }),
    );
  });
});
