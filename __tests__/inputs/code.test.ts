import { describe, expect, it } from '@jest/globals';

import { readInputs } from '../../src/inputs/inputs.ts';
import type { InputName } from '../../src/inputs/defaults.ts';
import { messageOf } from '../../src/core/problems.ts';

type Inputs = Partial<Record<InputName, string>>;
const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/checkout';

const read = (inputs: Inputs) => {
  const given: Inputs = { 'function-name': 'checkout', alias: 'live', ...inputs };
  return readInputs((name) => given[name] ?? '', {
    description: '',
    region: 'eu-west-1',
    roleSessionName: '',
    readFile: () => '{}',
  });
};
const sources = (inputs: Inputs) => read(inputs).requests.map(({ code }) => code?.source);
const refusal = (inputs: Inputs) => {
  try {
    read(inputs);
    return '';
  } catch (error) {
    return messageOf(error);
  }
};

describe('the inputs for code', () => {
  it('are for all functions, or for those that a line names', () => {
    expect(
      sources({
        'function-name': 'checkout, cart, invoice, left',
        code: 'checkout: dist/checkout\ncart: dist/cart.zip',
        'code-s3': 'invoice: s3://builds/shop/invoice.zip?versionId=abc.D',
      }),
    ).toEqual([
      { type: 'path', path: 'dist/checkout' },
      { type: 'path', path: 'dist/cart.zip' },
      { type: 's3', bucket: 'builds', key: 'shop/invoice.zip', version: 'abc.D' },
      undefined,
    ]);
    expect(sources({ 'function-name': 'checkout, cart', code: 'dist' })).toEqual([
      { type: 'path', path: 'dist' },
      { type: 'path', path: 'dist' },
    ]);
  });

  it.each([`${IMAGE}:v1`, `${IMAGE}@${DIGEST}`, `${IMAGE}:v1@${DIGEST}`])(
    'take the image %s',
    (uri) => {
      expect(sources({ 'code-image': uri })).toEqual([{ type: 'image', uri }]);
    },
  );

  it('have a line for each of as many functions as there may be', () => {
    const names = Array.from({ length: 500 }, (_, index) => `f${index}`);
    const code = names.map((name) => `${name}: dist/${name}`).join('\n');
    const found = sources({ 'function-name': names.join(), code });
    expect(found.at(-1)).toEqual({ type: 'path', path: 'dist/f499' });
  });

  it('take an architecture for the code', () => {
    const { requests } = read({ code: 'dist', architectures: 'arm64' });
    expect(requests[0]?.code?.architecture).toBe('arm64');
  });

  it.each<[Inputs, string]>([
    [{ code: 's3://builds/code.zip' }, 'give it in the input code-s3'],
    [{ code: `${IMAGE}:v1` }, 'give it in the input code-image'],
    [{ 'code-s3': 'builds/code.zip' }, 'code-s3: "builds/code.zip" is no object of S3'],
    [{ 'code-s3': 's3://builds/code.zip?abc' }, 'write it as s3://bucket/key'],
    [{ 'code-image': 'checkout' }, 'code-image: "checkout" is no image'],
    [{ 'code-image': `${IMAGE}@sha256:abc` }, 'is no image'],
    [{ code: 'dist', architectures: 'arm' }, 'is not one of x86_64, arm64; did you mean arm64?'],
    [{ architectures: 'arm64' }, 'architectures: it is sent with code'],
    [{ code: 'dist', 'code-s3': 's3://builds/c.zip' }, 'code, code-s3: checkout is given code 2'],
    [{ code: 'dist\nother' }, 'code: checkout is given code 2 times'],
    [{ code: 'dist', architectures: 'arm64\nx86_64' }, 'architectures: more than one value for'],
    [{ code: 'chekout: dist' }, 'code: "chekout" is not in function-name'],
    [{ code: 'dist', version: '7' }, 'code: a version that is published already'],
    [{ code: 'dist', mode: 'step' }, 'leave it out with mode: step'],
    [{ code: 'dist', mode: 'rollback' }, 'leave it out with mode: rollback'],
    [{ 'code-s3': 's3://builds/c.zip', 'on-unfinished': 'resume' }, 'give its hash in code-sha256'],
    [{ 'code-image': `${IMAGE}:v1`, 'on-unfinished': 'resume' }, 'name the image by its digest'],
    [
      { 'on-revert-latest': 'restore', engine: 'step-functions', wait: 'false' },
      'on-revert-latest: restore takes a job that waits',
    ],
  ])('refuse %j', (inputs, message) => {
    expect(refusal(inputs)).toContain(message);
  });

  it('may be resumed with what is known to be the code', () => {
    const resume = { 'on-unfinished': 'resume' };
    expect(refusal({ ...resume, code: 'dist' })).toBe('');
    expect(refusal({ ...resume, 'code-image': `${IMAGE}@${DIGEST}` })).toBe('');
    expect(refusal({ ...resume, 'code-s3': 's3://builds/c.zip', 'code-sha256': 'abc' })).toBe('');
  });
});
