import { ALIAS_ROUTES } from './alias-routes.ts';
import { CALLER_ROUTES } from './caller-routes.ts';
import { functionId } from './function-id.ts';
import { FUNCTION_ROUTES } from './function-routes.ts';
import type { invoke } from './invocations.ts';
import type { Lambda } from './lambda.ts';
import { LAMBDA_MODEL } from './model.ts';
import type { Route } from './route.ts';
import { checkModel } from '../wire/constraints.ts';
import { invalid } from '../wire/refusals.ts';
import type { Members } from '../wire/members.ts';
import { jsonIn, type Handled, type WireRequest } from '../wire/wire.ts';

const ROUTES: readonly Route[] = [...FUNCTION_ROUTES, ...ALIAS_ROUTES, ...CALLER_ROUTES];

type Invoked = ReturnType<typeof invoke>;

/** Members of a request that come as headers. */
const HEADERS = {
  InvocationType: 'x-amz-invocation-type',
  LogType: 'x-amz-log-type',
  TenantId: 'x-amz-tenant-id',
};

/** The operation a request is for, ready to be run; nothing when it is not simulated. */
export function lambdaOperation(lambda: Lambda, request: WireRequest): Handled | undefined {
  const { pathname, searchParams: query } = new URL(request.url, 'http://simulator');
  for (const { method, path, query: asked, operation, status, isInvocation, run } of ROUTES) {
    const isFor = method === request.method && (asked === '' || query.has(asked));
    const match = isFor ? path.exec(pathname) : null;
    if (match === null) continue;
    const body = isInvocation ? {} : jsonIn(request.body);
    const payload = request.body;
    const [, id, tail] = match.map(decoded);
    return {
      operation,
      input: { ...body, path: decoded(pathname), query: Object.fromEntries(query) },
      run: () => {
        const members = {
          ...body,
          ...queryIn(query),
          ...headersIn(request),
          ...(id === undefined ? {} : { FunctionName: id }),
          ...(tail === undefined ? {} : { Name: tail }),
        };
        checkModel(LAMBDA_MODEL[operation] ?? {}, members, 'ValidationException');
        const named =
          id === undefined
            ? { name: '', qualifier: undefined }
            : functionId(id, lambda, query.get('Qualifier') ?? undefined);
        const answer = run({ lambda, ...named, tail: tail ?? '', query, body: members, payload });
        return { status, ...(isInvocation ? (answer as Invoked) : { body: answer }) };
      },
    };
  }
  return undefined;
}

function queryIn(query: URLSearchParams): Members {
  const numbers = (name: string, value: string) =>
    name === 'MaxItems' && /^-?\d+$/.test(value) ? Number(value) : value;
  return Object.fromEntries([...query].map(([name, value]) => [name, numbers(name, value)]));
}

function headersIn({ headers }: WireRequest): Members {
  const given = Object.entries(HEADERS).map(([name, header]) => [name, headers[header]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** ARNs come percent-encoded in a path. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid(segment, 'path', 'Member must be percent-encoded UTF-8');
  }
}
