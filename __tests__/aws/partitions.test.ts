import { describe, expect, it } from '@jest/globals';

import { functionArn } from '../../src/core/text/arn.ts';
import { alarmUrl, aliasUrl } from '../../src/core/text/console.ts';
import { INPUT_DEFAULTS, type InputName } from '../../src/inputs/defaults.ts';
import { readInputs } from '../../src/inputs/inputs.ts';

const PARTITIONS: [region: string, partition: string, consoleHost: string][] = [
  ['eu-west-1', 'aws', 'eu-west-1.console.aws.amazon.com'],
  ['us-east-1', 'aws', 'us-east-1.console.aws.amazon.com'],
  ['cn-north-1', 'aws-cn', 'cn-north-1.console.amazonaws.cn'],
  ['cn-northwest-1', 'aws-cn', 'cn-northwest-1.console.amazonaws.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'us-gov-west-1.console.amazonaws-us-gov.com'],
  ['eusc-de-east-1', 'aws-eusc', 'eusc-de-east-1.console.amazonaws-eusc.eu'],
];

const noFile = () => {
  throw new Error('there is none');
};

describe('in every partition', () => {
  it.each(PARTITIONS)('a function of %s has an ARN of %s', (region, partition) => {
    expect(functionArn('checkout', region)).toBe(
      `arn:${partition}:lambda:${region}:*:function:checkout`,
    );
  });

  it.each(PARTITIONS)('links of %s, which is in %s, lead to %s', (region, _, host) => {
    expect(aliasUrl(region, 'checkout', 'live')).toBe(
      `https://${host}/lambda/home?region=${region}#/functions/checkout/aliases/live`,
    );
    expect(alarmUrl(region, 'too many')).toBe(
      `https://${host}/cloudwatch/home?region=${region}#alarmsV2:alarm/too%20many`,
    );
  });

  it.each(PARTITIONS)('inputs of %s may be ARNs of %s', (region, partition) => {
    const inputs: Record<InputName, string> = {
      ...INPUT_DEFAULTS,
      'function-name': `arn:${partition}:lambda:${region}:123456789012:function:checkout`,
      alias: 'live',
      alarms: `arn:${partition}:cloudwatch:${region}:123456789012:alarm:errors`,
      'role-to-assume': `arn:${partition}:iam::123456789012:role/deploy`,
    };
    const defaults = {
      description: '',
      region: undefined,
      roleSessionName: 'canary-42',
      readFile: noFile,
    };
    const config = readInputs((name) => inputs[name], defaults);
    expect(config.region).toBe(region);
    expect(config.alarms).toEqual([{ name: 'errors', region, account: '123456789012' }]);
  });

  it('nothing links to a console that is not known to the public', () => {
    expect(aliasUrl('us-iso-east-1', 'checkout', 'live')).toBeUndefined();
    expect(functionArn('checkout', 'us-iso-east-1')).toBe(
      'arn:aws-iso:lambda:us-iso-east-1:*:function:checkout',
    );
  });

  it('a link cannot be left by the name in it', () => {
    expect(alarmUrl('eu-west-1', 'a) [x](http://evil) "b" <c>')).toMatch(/^[\w:/.?=#%-]+$/);
  });
});
