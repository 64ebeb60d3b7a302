import {
  createAlias,
  deleteAlias,
  getAlias,
  getProvisioned,
  putProvisioned,
  updateAlias,
  type AliasChange,
} from './aliases.ts';
import { AwsError } from './aws-error.ts';
import {
  createFunction,
  deleteVersion,
  functionNamed,
  publishVersion,
  updateFunction,
  versionOf,
} from './functions.ts';
import { aliasBody, configuration, page } from './lambda-replies.ts';
import type { LambdaState } from './state.ts';
import type { Handled, WireRequest } from './wire.ts';

type Body = Readonly<Record<string, unknown>>;

interface Call {
  readonly state: LambdaState;
  /** The bare name, whatever form the request named the function in. */
  readonly name: string;
  readonly qualifier: string | undefined;
  /** The last segment of the path: an alias. */
  readonly tail: string;
  readonly query: URLSearchParams;
  readonly body: Body;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly operation: string;
  readonly status: number;
  readonly run: (call: Call) => unknown;
}

const ROUTES: readonly Route[] = [
  route('POST', '/2015-03-31/functions', 'CreateFunction', 201, ({ state, body }) => {
    const name = text(body['FunctionName']) ?? '';
    const role = text(body['Role']);
    createFunction(state, {
      functionName: name,
      code: codeIn(body['Code']) ?? name,
      ...(role === undefined ? {} : { role }),
    });
    return configuration(state, name, functionNamed(state, name).latest);
  }),
  route('GET', '/2015-03-31/functions/*', 'GetFunction', 200, (call) => ({
    Configuration: readConfiguration(call),
    Code: { RepositoryType: 'S3' },
  })),
  route(
    'GET',
    '/2015-03-31/functions/*/configuration',
    'GetFunctionConfiguration',
    200,
    readConfiguration,
  ),
  route('PUT', '/2015-03-31/functions/*/code', 'UpdateFunctionCode', 200, (call) => {
    const { state, name, body } = call;
    const code = codeIn(body);
    const change = code === undefined ? {} : { code };
    updateFunction(state, name, change, text(body['RevisionId']));
    if (body['Publish'] === true) publishVersion(state, name);
    return configuration(state, name, functionNamed(state, name).latest);
  }),
  route(
    'PUT',
    '/2015-03-31/functions/*/configuration',
    'UpdateFunctionConfiguration',
    200,
    (call) => {
      const { state, name, body } = call;
      const role = text(body['Role']);
      const queue = text((body['DeadLetterConfig'] as Body | undefined)?.['TargetArn']);
      const change = {
        ...(role === undefined ? {} : { role }),
        ...(queue === undefined ? {} : { deadLetterArn: queue }),
      };
      const latest = updateFunction(state, name, change, text(body['RevisionId']));
      return configuration(state, name, latest);
    },
  ),
  route('POST', '/2015-03-31/functions/*/versions', 'PublishVersion', 201, (call) => {
    const { state, name, body } = call;
    const version = publishVersion(state, name, {
      codeSha256: text(body['CodeSha256']),
      description: text(body['Description']),
      revisionId: text(body['RevisionId']),
    });
    return configuration(state, name, version);
  }),
  route('GET', '/2015-03-31/functions/*/versions', 'ListVersionsByFunction', 200, (call) => {
    const { latest, versions } = functionNamed(call.state, call.name);
    const all = [latest, ...versions].map((version) => {
      const listed = configuration(call.state, call.name, version);
      // The list does not tell states; each version must be read for its own.
      return { ...listed, State: undefined, LastUpdateStatus: undefined };
    });
    return page(call.query, all, 'Versions');
  }),
  route('DELETE', '/2015-03-31/functions/*', 'DeleteFunction', 204, (call) => {
    if (call.qualifier === undefined) call.state.functions.delete(call.name);
    else deleteVersion(call.state, call.name, call.qualifier);
  }),
  route('POST', '/2015-03-31/functions/*/aliases', 'CreateAlias', 201, ({ state, name, body }) =>
    aliasBody(state, name, createAlias(state, name, text(body['Name']) ?? '', aliasChange(body))),
  ),
  route('GET', '/2015-03-31/functions/*/aliases', 'ListAliases', 200, ({ state, name, query }) => {
    const aliases = [...functionNamed(state, name).aliases.values()];
    const wanted = query.get('FunctionVersion');
    const listed = aliases.filter((alias) => wanted === null || alias.version === wanted);
    return page(
      query,
      listed.map((alias) => aliasBody(state, name, alias)),
      'Aliases',
    );
  }),
  route('GET', '/2015-03-31/functions/*/aliases/*', 'GetAlias', 200, ({ state, name, tail }) =>
    aliasBody(state, name, getAlias(state, name, tail)),
  ),
  route('PUT', '/2015-03-31/functions/*/aliases/*', 'UpdateAlias', 200, (call) => {
    const { state, name, tail, body } = call;
    return aliasBody(state, name, updateAlias(state, name, tail, aliasChange(body)));
  }),
  route('DELETE', '/2015-03-31/functions/*/aliases/*', 'DeleteAlias', 204, (call) => {
    deleteAlias(call.state, call.name, call.tail);
  }),
  route(
    'GET',
    '/2019-09-30/functions/*/provisioned-concurrency',
    'GetProvisionedConcurrencyConfig',
    200,
    ({ state, name, qualifier }) => {
      const { executions, status } = getProvisioned(state, name, qualifier ?? '');
      return { RequestedProvisionedConcurrentExecutions: executions, Status: status };
    },
  ),
  route(
    'PUT',
    '/2019-09-30/functions/*/provisioned-concurrency',
    'PutProvisionedConcurrencyConfig',
    202,
    ({ state, name, qualifier, body }) => {
      const executions = Number(body['ProvisionedConcurrentExecutions']);
      putProvisioned(state, name, qualifier ?? '', executions);
      return { RequestedProvisionedConcurrentExecutions: executions, Status: 'READY' };
    },
  ),
];

function route(
  method: string,
  path: string,
  operation: string,
  status: number,
  run: (call: Call) => unknown,
): Route {
  const pattern = new RegExp(`^${path.replaceAll('*', '([^/]+)')}/?$`);
  return { method, path: pattern, operation, status, run };
}

/** The operation a request is for, ready to be run; nothing when it is not simulated. */
export function lambdaOperation(
  state: LambdaState,
  { method, url, body }: WireRequest,
): Handled | undefined {
  const { pathname, searchParams: query } = new URL(url, 'http://simulator');
  for (const { method: wanted, path, operation, status, run } of ROUTES) {
    const match = method === wanted ? path.exec(pathname) : null;
    if (match === null) continue;
    const input = body === '' ? {} : (JSON.parse(body) as Body);
    const [, segment = '', tail = ''] = match;
    return {
      operation,
      input: { ...input, path: decodeURIComponent(pathname), query: Object.fromEntries(query) },
      run: () => {
        const id = parseId(decodeURIComponent(segment));
        const qualifier = query.get('Qualifier') ?? id.qualifier;
        const call = {
          state,
          ...id,
          qualifier,
          tail: decodeURIComponent(tail),
          query,
          body: input,
        };
        return { status, body: run(call) };
      },
    };
  }
  return undefined;
}

/** A name, a partial ARN or an ARN, each with or without a qualifier. */
function parseId(id: string): { readonly name: string; readonly qualifier: string | undefined } {
  const match =
    /^(?:(?:arn:[a-z-]+:lambda:[a-z0-9-]+:)?\d{12}:function:)?([\w-]*)(?::(\$LATEST|[\w-]+))?$/.exec(
      id,
    );
  if (id !== '' && match === null) {
    throw new AwsError(
      400,
      'ValidationException',
      `1 validation error detected: Value '${id}' at 'functionName' failed to satisfy constraint`,
    );
  }
  return { name: match?.[1] ?? '', qualifier: match?.[2] };
}

function readConfiguration({ state, name, qualifier }: Call) {
  const found = functionNamed(state, name);
  return configuration(state, name, versionOf(state, found, qualifier), qualifier);
}

function aliasChange(body: Body): AliasChange {
  const routing = body['RoutingConfig'] as Body | undefined;
  return {
    version: text(body['FunctionVersion']),
    description: text(body['Description']),
    revisionId: text(body['RevisionId']),
    weights:
      routing === undefined
        ? undefined
        : ((routing['AdditionalVersionWeights'] ?? {}) as Record<string, number>),
  };
}

function codeIn(value: unknown): string | undefined {
  const body = value as Body | undefined;
  return text(body?.['ZipFile']) ?? text(body?.['ImageUri']) ?? text(body?.['S3Key']);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
