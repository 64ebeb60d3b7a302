import { createHash } from 'node:crypto';

import { invoke } from './invocations.ts';
import { configurationBody, listedBody } from './replies.ts';
import { page, route, type Call, type Route } from './route.ts';
import { members, text, type Members } from '../wire/members.ts';
import { refused } from '../wire/refusals.ts';
import type { Configuration, LambdaState, Source } from './state.ts';

const FUNCTIONS = '/2015-03-31/functions';

/** Members that are kept and told again, without meaning anything here. */
const SETTINGS = [
  'Runtime',
  'Handler',
  'MemorySize',
  'Timeout',
  'Environment',
  'Layers',
  'VpcConfig',
  'LoggingConfig',
  'TenancyConfig',
  'TracingConfig',
  'Architectures',
  'EphemeralStorage',
];

export const FUNCTION_ROUTES: readonly Route[] = [
  route(
    'Invoke',
    { method: 'POST', path: `${FUNCTIONS}/{F}/invocations`, isInvocation: true },
    invoke,
  ),
  route('CreateFunction', { method: 'POST', path: FUNCTIONS, status: 201 }, createFunction),
  route('ListFunctions', { method: 'GET', path: FUNCTIONS }, ({ lambda, query }) => {
    // Not verified of AWS: in which order they come.
    const { entries, ...more } = page(query, [...lambda.functions.values()]);
    const told = entries.map(({ name, latest: version }) =>
      listedBody(lambda, name, { version, qualifier: '' }),
    );
    return { Functions: told, ...more };
  }),
  route('GetFunction', { method: 'GET', path: `${FUNCTIONS}/{F}` }, (call) => {
    const version = call.lambda.getFunction(call.name, call.qualifier);
    return { Configuration: readConfiguration(call), Code: locationBody(version.configuration) };
  }),
  route(
    'GetFunctionConfiguration',
    { method: 'GET', path: `${FUNCTIONS}/{F}/configuration` },
    readConfiguration,
  ),
  route('UpdateFunctionCode', { method: 'PUT', path: `${FUNCTIONS}/{F}/code` }, (call) => {
    const { lambda, name, body } = call;
    refuseQualifier(call);
    const { packageType } = lambda.getFunction(name).configuration;
    const version = lambda.updateFunctionCode(name, {
      ...codeIn(lambda, body, packageType),
      architectures: body['Architectures'] as readonly unknown[] | undefined,
      publish: body['Publish'] === true,
      revisionId: text(body['RevisionId']),
    });
    const qualifier = version.version === '$LATEST' ? '' : version.version;
    return configurationBody(lambda, name, { version, qualifier });
  }),
  route(
    'UpdateFunctionConfiguration',
    { method: 'PUT', path: `${FUNCTIONS}/{F}/configuration` },
    (call) => {
      const { lambda, name, body } = call;
      refuseQualifier(call);
      const description = text(body['Description']);
      const { settings } = lambda.getFunction(name).configuration;
      const change = {
        ...configurationIn(body),
        settings: { ...settings, ...settingsIn(body) },
        ...(description === undefined ? {} : { description }),
      };
      const version = lambda.updateFunctionConfiguration(name, change, text(body['RevisionId']));
      return configurationBody(lambda, name, { version, qualifier: '' });
    },
  ),
  route(
    'PublishVersion',
    { method: 'POST', path: `${FUNCTIONS}/{F}/versions`, status: 201 },
    ({ lambda, name, body }) => {
      const version = lambda.publishVersion(name, {
        codeSha256: text(body['CodeSha256']),
        description: text(body['Description']),
        revisionId: text(body['RevisionId']),
      });
      return configurationBody(lambda, name, { version });
    },
  ),
  route(
    'ListVersionsByFunction',
    { method: 'GET', path: `${FUNCTIONS}/{F}/versions` },
    ({ lambda, name, query }) => {
      const { entries, ...more } = page(query, lambda.listVersions(name));
      return { Versions: entries.map((version) => listedBody(lambda, name, { version })), ...more };
    },
  ),
  route(
    'DeleteFunction',
    { method: 'DELETE', path: `${FUNCTIONS}/{F}`, status: 204 },
    ({ lambda, name, qualifier }) => {
      if (qualifier === undefined) lambda.deleteFunction(name);
      else lambda.deleteVersion(name, qualifier);
    },
  ),
];

function createFunction({ lambda, body }: Call) {
  const functionName = text(body['FunctionName']) ?? '';
  const packageType = body['PackageType'] === 'Image' ? 'Image' : 'Zip';
  const { code, source } = codeIn(lambda, members(body['Code']) ?? {}, packageType);
  const { latest } = lambda.createFunction({
    functionName,
    packageType,
    settings: settingsIn(body),
    tags: tagsIn(body),
    ...(code === undefined ? {} : { code, source }),
    ...configurationIn(body),
  });
  latest.description = text(body['Description']) ?? '';
  // The answer is $LATEST's as it is born, even when it is published as well.
  const born = configurationBody(lambda, functionName, { version: latest, qualifier: '' });
  if (body['Publish'] !== true) return born;
  return { ...born, Version: lambda.publishNew(functionName).version };
}

function tagsIn(body: Members): Readonly<Record<string, string>> {
  const given = Object.entries(members(body['Tags']) ?? {});
  return Object.fromEntries(given.map(([key, value]) => [key, String(value)]));
}

function readConfiguration({ lambda, name, qualifier }: Call) {
  const version = lambda.getFunction(name, qualifier);
  return configurationBody(lambda, name, { version, qualifier: qualifier ?? '' });
}

function refuseQualifier({ qualifier }: Call): void {
  if (qualifier === undefined || qualifier === '$LATEST') return;
  // appleboy/lambda-action#6
  throw refused('Current operation does not support versions other than $LATEST');
}

function configurationIn(body: Members): Partial<Configuration> {
  const role = text(body['Role']);
  const queue = members(body['DeadLetterConfig']);
  const snapStart = members(body['SnapStart']);
  return {
    ...(role === undefined ? {} : { role }),
    ...(queue === undefined ? {} : { deadLetterArn: text(queue['TargetArn']) ?? '' }),
    ...(snapStart === undefined ? {} : { snapStart: snapStart['ApplyOn'] === 'PublishedVersions' }),
  };
}

function settingsIn(body: Members): Members {
  return Object.fromEntries(
    SETTINGS.filter((member) => body[member] !== undefined).map((name) => [name, body[name]]),
  );
}

/** The code: the bytes of a zip file, or an image by its digest, and where it is from. */
function codeIn(
  { objects, tags }: Pick<LambdaState, 'objects' | 'tags'>,
  body: Members,
  packageType: 'Zip' | 'Image',
): { readonly code: string | undefined; readonly source: Source | undefined } {
  const image = text(body['ImageUri']);
  const [zip, key] = [text(body['ZipFile']), text(body['S3Key'])];
  if (packageType === 'Zip' ? image !== undefined : (zip ?? key) !== undefined) {
    throw refused(`Please provide code that fits the package type ${packageType}`);
  }
  const kmsKeyArn = text(body['SourceKMSKeyArn']);
  const encrypted = kmsKeyArn === undefined ? {} : { kmsKeyArn };
  if (image !== undefined) return { code: resolved(image, tags), source: { imageUri: image } };
  if (zip !== undefined) {
    return { code: Buffer.from(zip, 'base64').toString('latin1'), source: encrypted };
  }
  if (key === undefined) return { code: undefined, source: undefined };
  const bucket = text(body['S3Bucket']) ?? '';
  const version = text(body['S3ObjectVersion']) ?? 'newest';
  const referenced =
    text(body['S3ObjectStorageMode']) === 'REFERENCE'
      ? { referenced: { S3Bucket: bucket, S3Key: key, S3ObjectVersion: version } }
      : {};
  const code = objects.get(`${bucket}/${key}`) ?? key;
  return { code, source: { ...encrypted, ...referenced } };
}

/** Lambda resolves a tag once, when the code is updated. */
function resolved(image: string, tags: ReadonlyMap<string, string>): string {
  const [name = '', digest] = image.split('@sha256:');
  const repository = name.replace(/:[^:/]+$/, '');
  const own = createHash('sha256').update(name).digest('hex');
  return `${repository}@sha256:${digest ?? tags.get(name) ?? own}`;
}

function locationBody({ packageType, code, source = {} }: Configuration) {
  const { imageUri = code, referenced, kmsKeyArn } = source;
  if (packageType === 'Image') {
    return { RepositoryType: 'ECR', ImageUri: imageUri, ResolvedImageUri: code };
  }
  return {
    RepositoryType: 'S3',
    Location: 'https://simulator.invalid/code.zip',
    ...(referenced === undefined ? {} : { ResolvedS3Object: referenced }),
    ...(kmsKeyArn === undefined ? {} : { SourceKMSKeyArn: kmsKeyArn }),
  };
}
