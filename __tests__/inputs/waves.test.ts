import { describe, expect, it } from '@jest/globals';

import { INPUT_DEFAULTS, type InputName } from '../../src/inputs/defaults.ts';
import { readWaves, type Waves } from '../../src/inputs/waves.ts';
import type { Inputs } from '../fixtures/bundle-world.ts';

const read = (inputs: Inputs): Waves | undefined =>
  readWaves((name) => inputs[name] ?? INPUT_DEFAULTS[name]);

const wavesOf = (inputs: Inputs) => read(inputs)?.regions.map(({ region, wave }) => [wave, region]);

const given = (inputs: Inputs, region: string, name: InputName) =>
  read(inputs)
    ?.regions.find((each) => each.region === region)
    ?.get(name);

const problemsOf = (inputs: Inputs) => (read(inputs)?.problems ?? []).join('\n');

const arn = (region: string, name = 'checkout') =>
  `arn:aws:lambda:${region}:123456789012:function:${name}`;

const TWO = { regions: 'eu-west-1 | us-east-1', 'function-name': 'checkout' };

describe('the regions of a rollout', () => {
  it.each(['eu-west-1\nus-east-1, us-west-2', 'eu-west-1 | us-east-1, us-west-2\n'])(
    'are waves by line or bar: %j',
    (regions) => {
      expect(wavesOf({ regions })).toEqual([
        [0, 'eu-west-1'],
        [1, 'us-east-1'],
        [1, 'us-west-2'],
      ]);
    },
  );

  it.each([
    ['without any', {}],
    ['with functions of one region', { 'function-name': arn('eu-west-1') }],
    [
      'with the region named, so that an ARN elsewhere is a mistake',
      { region: 'eu-west-1', 'function-name': `${arn('eu-west-1')}\n${arn('us-east-1')}` },
    ],
  ])('are one, as ever, %s', (_, inputs: Inputs) => {
    expect(read(inputs)).toBeUndefined();
  });

  it('are one wave where ARNs of several are given', () => {
    expect(wavesOf({ 'function-name': `${arn('us-east-1')}\n${arn('eu-west-1')}` })).toEqual([
      [0, 'us-east-1'],
      [0, 'eu-west-1'],
    ]);
  });
});

describe('the inputs of a region', () => {
  const functions = `cart\n${arn('eu-west-1')}\n${arn('us-east-1', 'till')}`;

  it('have the names that mean every region, and the ARNs of its own', () => {
    const inputs = { ...TWO, 'function-name': functions };
    expect(given(inputs, 'eu-west-1', 'function-name')).toBe(`cart\n${arn('eu-west-1')}`);
    expect(given(inputs, 'us-east-1', 'function-name')).toBe(`cart\n${arn('us-east-1', 'till')}`);
  });

  it('have the values that go with its functions by their order', () => {
    const inputs = {
      ...TWO,
      'function-name': `${arn('eu-west-1')}\n${arn('us-east-1')}`,
      version: '7, 31',
    };
    expect(given(inputs, 'us-east-1', 'version')).toBe('31');
  });

  it('have the alarms of its own region and those by name, also where a name has a comma', () => {
    const alarm = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:till';
    const inputs = { ...TWO, alarms: `errors, all\n${alarm}` };
    expect(given(inputs, 'eu-west-1', 'alarms')).toBe('errors, all\n');
    expect(given(inputs, 'us-east-1', 'alarms')).toBe(`errors, all\n${alarm}\n`);
  });

  it('have the region in the place of {region}, and not of what is a variable of a shell', () => {
    const inputs = {
      ...TWO,
      'code-s3': 's3://builds-{region}/a.zip',
      'check-commands': 'a: b ${region}',
    };
    expect(given(inputs, 'us-east-1', 'code-s3')).toBe('s3://builds-us-east-1/a.zip');
    expect(given(inputs, 'us-east-1', 'check-commands')).toBe('a: b ${region}');
  });
});

describe('what keeps regions from going together', () => {
  it.each<[string, Inputs]>([
    ['regions names them all', { ...TWO, region: 'eu-west-1' }],
    ['mode: start takes one wave', { ...TWO, mode: 'start' }],
    ['on-cancel: hold leaves a wave half-way', { ...TWO, 'on-cancel': 'hold' }],
    ['on-inconclusive: hold would leave one region', { ...TWO, 'on-inconclusive': 'hold' }],
    ['nobody would begin the next wave', { ...TWO, wait: 'false' }],
    ['the numbers of versions differ', { ...TWO, version: '7' }],
    ['wave-bake: is between waves', { regions: 'eu-west-1', 'wave-bake': '30m' }],
    ['on-wave-failure: is about', { regions: 'eu-west-1', 'on-wave-failure': 'keep-earlier' }],
    [
      'is in us-west-2, and this rollout is in eu-west-1, us-east-1',
      { ...TWO, 'function-name': arn('us-west-2') },
    ],
    [
      'alarms: "arn:aws:cloudwatch:us-west-2:123456789012:alarm:a" is in us-west-2',
      { ...TWO, alarms: 'arn:aws:cloudwatch:us-west-2:123456789012:alarm:a' },
    ],
  ])('is told: %s', (words, inputs) => {
    expect(problemsOf(inputs)).toContain(words);
  });

  it.each<Inputs>([
    { ...TWO, mode: 'rollback' },
    { regions: 'eu-west-1, us-east-1', mode: 'step', 'on-cancel': 'hold', wait: 'false' },
    { ...TWO, 'wave-bake': '30m', 'on-wave-failure': 'keep-earlier' },
  ])('is nothing of %j', (inputs) => {
    expect(problemsOf(inputs)).toBe('');
  });
});
