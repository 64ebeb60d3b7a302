import { ALIAS_ROUTES } from './alias-routes.ts';
import { functionId } from './function-id.ts';
import { FUNCTION_ROUTES } from './function-routes.ts';
import type { invoke } from './invocations.ts';
import type { Lambda } from './lambda.ts';
import type { Route } from './route.ts';
import { invalid } from '../wire/refusals.ts';
import { jsonIn, type Handled, type WireRequest } from '../wire/wire.ts';

const ROUTES: readonly Route[] = [...FUNCTION_ROUTES, ...ALIAS_ROUTES];

type Invoked = ReturnType<typeof invoke>;

/** Operations that only read take longer ids, and answer 404 for the too long ones. */
const LONGEST_ID = { read: 256, write: 140 };

/** The operation a request is for, ready to be run; nothing when it is not simulated. */
export function lambdaOperation(lambda: Lambda, request: WireRequest): Handled | undefined {
  const { pathname, searchParams: query } = new URL(request.url, 'http://simulator');
  for (const { method, path, operation, status, isInvocation, run } of ROUTES) {
    const match = method === request.method ? path.exec(pathname) : null;
    if (match === null) continue;
    const body = isInvocation ? {} : jsonIn(request.body);
    const payload = request.body;
    const [, id, tail] = match.map(decoded);
    return {
      operation,
      input: { ...body, path: decoded(pathname), query: Object.fromEntries(query) },
      run: () => {
        const named =
          id === undefined
            ? { name: '', qualifier: undefined }
            : idOf(lambda, { id, method, qualifier: query.get('Qualifier') ?? undefined });
        const answer = run({ lambda, ...named, tail: tail ?? '', query, body, payload });
        return { status, ...(isInvocation ? (answer as Invoked) : { body: answer }) };
      },
    };
  }
  return undefined;
}

function idOf(
  lambda: Lambda,
  {
    id,
    method,
    qualifier,
  }: { readonly id: string; readonly method: string; readonly qualifier: string | undefined },
) {
  const longest = method === 'GET' ? LONGEST_ID.read : LONGEST_ID.write;
  if (id.length > longest) {
    throw invalid(id, 'functionName', `Member must have length less than or equal to ${longest}`);
  }
  return functionId(id, lambda, qualifier);
}

/** ARNs come percent-encoded in a path. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid(segment, 'path', 'Member must be percent-encoded UTF-8');
  }
}
