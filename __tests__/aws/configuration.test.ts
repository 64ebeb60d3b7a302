import { describe, expect, it } from '@jest/globals';

import type { FunctionConfiguration } from '@aws-sdk/client-lambda';

import { configurationIn } from '../../src/aws/configuration.ts';

const SHOWN: FunctionConfiguration = {
  Runtime: 'nodejs24.x',
  MemorySize: 128,
  Environment: { Variables: { A: '1', B: '2' } },
  Layers: [{ Arn: 'layer:1', CodeSize: 1 }],
  VpcConfig: { SubnetIds: ['a', 'b'], SecurityGroupIds: ['x'], VpcId: 'vpc' },
  RevisionId: 'one',
  CodeSha256: 'code',
  LastModified: 'then',
};

describe('the configuration of a function', () => {
  it.each<[string, FunctionConfiguration]>([
    [
      'another revision, time and state',
      { RevisionId: 'two', LastModified: 'now', State: 'Active' },
    ],
    ['other code', { CodeSha256: 'other', CodeSize: 5, Architectures: ['arm64'] }],
    ['another order of variables', { Environment: { Variables: { B: '2', A: '1' } } }],
    ['another order of subnets', { VpcConfig: { SubnetIds: ['b', 'a'], SecurityGroupIds: ['x'] } }],
    ['a patch of the runtime by Lambda', { RuntimeVersionConfig: { RuntimeVersionArn: 'patch' } }],
  ])('stays the same with %s', (_, change) => {
    expect(configurationIn({ ...SHOWN, ...change })).toBe(configurationIn(SHOWN));
  });

  it.each<[string, FunctionConfiguration]>([
    ['memory', { MemorySize: 256 }],
    ['a variable', { Environment: { Variables: { A: '1', B: '3' } } }],
    ['no variables', { Environment: {} }],
    ['a layer', { Layers: [{ Arn: 'layer:2', CodeSize: 1 }] }],
    ['the order of layers', { Layers: [{ Arn: 'layer:0' }, { Arn: 'layer:1' }] }],
    ['a subnet', { VpcConfig: { SubnetIds: ['a'], SecurityGroupIds: ['x'] } }],
    ['what an image runs', { ImageConfigResponse: { ImageConfig: { Command: ['run'] } } }],
    ['the description', { Description: 'new' }],
    ['a durable execution', { DurableConfig: { ExecutionTimeout: 60 } }],
    ['where it logs', { LoggingConfig: { LogGroup: 'shared' } }],
  ])('is another with another %s', (_, change) => {
    expect(configurationIn({ ...SHOWN, ...change })).not.toBe(configurationIn(SHOWN));
  });

  it('is not known where the environment is not shown, and tells nobody what it is', () => {
    const hidden = { Environment: { Error: { ErrorCode: 'AccessDeniedException' } } };
    expect(configurationIn({ ...SHOWN, ...hidden })).toBeUndefined();
    expect(configurationIn({ Environment: { Variables: { KEY: 'secret' } } })).toMatch(
      /^[\w+/]{43}=$/,
    );
  });
});
