import { describe, expect, it } from '@jest/globals';

import { remedyOfCodeRefusal } from '../../../src/core/versions/code-refusal.ts';
import {
  describeSource,
  digestOf,
  isFrom,
  isOf,
  needsNoUpload,
  originOf,
  updateCommand,
  type CodeFacts,
  type CodeSource,
} from '../../../src/core/versions/code.ts';
import { codeFacts, wantedCode } from '../../fixtures/code-facts.ts';

const REPOSITORY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/checkout';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const S3: CodeSource = { type: 's3', bucket: 'builds', key: 'a b.zip', version: 'v1' };

const found = (codeSha256: string, code: Partial<CodeFacts> = {}) => ({
  codeSha256,
  lastUpdateStatus: 'Successful',
  code: codeFacts(code),
});
const image = { imageUri: `${REPOSITORY}:v1`, resolvedImageUri: `${REPOSITORY}@${DIGEST}` };
const path: CodeSource = { type: 'path', path: 'dist' };

describe('the code of a version', () => {
  it('is that of a zip file by its hash, and of its architecture if one is named', () => {
    expect(isOf(found('h'), wantedCode(path, { codeSha256: 'h' }))).toBe(true);
    expect(isOf(found('h'), wantedCode(path, { codeSha256: 'other' }))).toBe(false);
    const onArm = wantedCode(path, { codeSha256: 'h', architecture: 'arm64' });
    expect(isOf(found('h'), onArm)).toBe(false);
    expect(isOf(found('h', { architecture: 'arm64' }), onArm)).toBe(true);
  });

  it('is never known to be that of an object without a hash, or of a tag', () => {
    expect(isOf(found('h'), wantedCode(S3))).toBe(false);
    expect(isOf(found('h', image), wantedCode({ type: 'image', uri: image.imageUri }))).toBe(false);
    expect(
      isOf(found('h', image), wantedCode({ type: 'image', uri: image.resolvedImageUri })),
    ).toBe(true);
  });

  it('that an update left which failed is uploaded again', () => {
    const same = wantedCode(path, { codeSha256: 'h' });
    expect(needsNoUpload(found('h'), same)).toBe(true);
    expect(needsNoUpload({ ...found('h'), lastUpdateStatus: 'Failed' }, same)).toBe(false);
  });

  it('is from an update without an answer when its tag is', () => {
    const tagged = (uri: string) => wantedCode({ type: 'image', uri });
    const [before, after] = [found('g', image), found('h', image)];
    expect(isFrom(after, tagged(image.imageUri), before)).toBe(true);
    expect(isFrom(after, tagged(`${REPOSITORY}:v2`), before)).toBe(false);
    expect(isFrom(after, tagged(image.imageUri), after)).toBe(false);
  });

  it('can be had where Lambda tells from where', () => {
    const object = { bucket: 'builds', key: 'old.zip', version: 'v1' };
    expect(originOf(found('h'))).toBeUndefined();
    expect(originOf(found('h', image))).toEqual({ type: 'image', uri: image.resolvedImageUri });
    expect(originOf(found('h', { object }))).toEqual({ type: 's3', ...object });
  });
});

describe('an image', () => {
  it.each([
    [`${REPOSITORY}@${DIGEST}`, `${REPOSITORY}@${DIGEST}`],
    [`${REPOSITORY}:v1@${DIGEST}`, `${REPOSITORY}@${DIGEST}`],
    [`localhost:5000/shop@${DIGEST}`, `localhost:5000/shop@${DIGEST}`],
    [`${REPOSITORY}:v1`, undefined],
  ])('%s is told by its digest alone', (uri, digest) => {
    expect(digestOf(uri)).toBe(digest);
  });
});

describe('where code is', () => {
  it('is told as it was written', () => {
    expect(describeSource(S3)).toBe('s3://builds/a b.zip?versionId=v1');
  });

  it('becomes a command that can be pasted', () => {
    const target = { functionId: 'checkout', functionName: 'checkout', alias: 'live' };
    const source = S3 as Parameters<typeof updateCommand>[1];
    const { code } = found('h', { architecture: 'arm64', kmsKeyArn: 'arn:aws:kms:k' });
    expect(updateCommand(target, source, code, 'eu-west-1')).toBe(
      "aws lambda update-function-code --region eu-west-1 --function-name checkout --s3-bucket builds --s3-key 'a b.zip' " +
        '--s3-object-version v1 --s3-object-storage-mode REFERENCE --source-kms-key-arn arn:aws:kms:k --architectures arm64',
    );
  });
});

describe('the remedy of a refusal of code', () => {
  it.each([
    ['InvalidParameterValueException', 'S3 Error Code: NoSuchKey.', 'Check code-s3'],
    ['InvalidParameterValueException', 'S3 Error Code: PermanentRedirect.', 'in another region'],
    [
      'AccessDeniedException',
      'Lambda does not have permission to access the ECR image.',
      'ecr:BatchGetImage',
    ],
    ['CodeVerificationFailedException', 'no', 'AWS Signer'],
    ['CodeSigningConfigNotFoundException', 'no', 'was deleted'],
    ['InvalidParameterValueException', 'KMS key is disabled', 'kms:Decrypt'],
    ['RequestEntityTooLargeException', 'too large', 'name it in code-s3'],
  ])('%s: %s', (name, message, remedy) => {
    expect(remedyOfCodeRefusal(name, message)).toContain(remedy);
  });

  it('is left to others where it is about the call itself', () => {
    const message =
      'User: arn:aws:sts::1:assumed-role/deploy is not authorized to perform: lambda:UpdateFunctionCode';
    expect(remedyOfCodeRefusal('AccessDeniedException', message)).toBe('');
  });
});
