import type { FunctionId } from './function-id.ts';
import type { Lambda } from './lambda.ts';
import type { Members } from '../wire/members.ts';
import { invalid } from '../wire/refusals.ts';

/** A request for Lambda that was taken apart. */
export interface Call extends FunctionId {
  readonly lambda: Lambda;
  /** The last segment of the path: an alias. */
  readonly tail: string;
  readonly query: URLSearchParams;
  readonly body: Members;
  /** The body as it came. */
  readonly payload: string;
}

export interface Route {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  /** A member of the query that must be there; empty when the path alone tells the operation. */
  readonly query: string;
  readonly status: number;
  /** Whether the body is the function's own, and the answer has headers. */
  readonly isInvocation: boolean;
  readonly run: (call: Call) => unknown;
}

/** @param path in which `{F}` is a function, and `{A}` an alias */
export function route(
  operation: string,
  {
    method,
    path,
    query = '',
    status = 200,
    isInvocation = false,
  }: { method: string; path: string; query?: string; status?: number; isInvocation?: boolean },
  run: (call: Call) => unknown,
): Route {
  const pattern = path.replaceAll(/\{[FA]\}/g, '([^/]+)');
  return {
    operation,
    method,
    path: new RegExp(`^${pattern}/?$`),
    query,
    status,
    isInvocation,
    run,
  };
}

/** AWS gives at most this many entries a page, whatever was asked. */
const PAGE = 50;

export function page<Entry>(query: URLSearchParams, entries: readonly Entry[]) {
  const marker = query.get('Marker') ?? '0';
  if (!/^\d+$/.test(marker)) throw invalid(marker, 'marker', 'Member must be one that was given');
  const size = Math.min(Number(query.get('MaxItems') ?? PAGE), PAGE);
  const from = Number(marker);
  const next = from + size;
  return {
    entries: entries.slice(from, next),
    ...(next < entries.length ? { NextMarker: String(next) } : {}),
  };
}
