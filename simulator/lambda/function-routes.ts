import { invoke } from './invocations.ts';
import { configurationBody, listedBody } from './replies.ts';
import { page, route, type Call, type Route } from './route.ts';
import { members, text, type Members } from '../wire/members.ts';
import { refused } from '../wire/refusals.ts';
import type { Configuration } from './state.ts';

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
  route('GetFunction', { method: 'GET', path: `${FUNCTIONS}/{F}` }, (call) => {
    const version = call.lambda.getFunction(call.name, call.qualifier);
    const { packageType, code } = version.configuration;
    return {
      Configuration: readConfiguration(call),
      Code:
        packageType === 'Zip'
          ? { RepositoryType: 'S3', Location: 'https://simulator.invalid/code.zip' }
          : { RepositoryType: 'ECR', ImageUri: code, ResolvedImageUri: code },
    };
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
      code: codeIn(body, packageType),
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
  const code = codeIn(members(body['Code']) ?? {}, packageType);
  const { latest } = lambda.createFunction({
    functionName,
    packageType,
    settings: settingsIn(body),
    ...(code === undefined ? {} : { code }),
    ...configurationIn(body),
  });
  latest.description = text(body['Description']) ?? '';
  // The answer is $LATEST's as it is born, even when it is published as well.
  const born = configurationBody(lambda, functionName, { version: latest, qualifier: '' });
  if (body['Publish'] !== true) return born;
  return { ...born, Version: lambda.publishNew(functionName).version };
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

/** What stands for the code: the bytes of a zip in base64, its place in S3, or an image. */
function codeIn(body: Members, packageType: 'Zip' | 'Image'): string | undefined {
  const image = text(body['ImageUri']);
  const zip = text(body['ZipFile']) ?? text(body['S3Key']);
  if (packageType === 'Zip' ? image !== undefined : zip !== undefined) {
    throw refused(`Please provide code that fits the package type ${packageType}`);
  }
  return image ?? zip;
}
