import { functionId } from './function-id.ts';
import { functionNamed } from './functions.ts';
import { CODE_BYTES } from './replies.ts';
import { page, route, type Route } from './route.ts';
import { functionArn, type Caller } from './state.ts';
import { notFound } from '../wire/refusals.ts';

/** What Lambda is told of who calls a function, and how much code an account has. */
export const CALLER_ROUTES: readonly Route[] = [
  route(
    'ListEventSourceMappings',
    { method: 'GET', path: '/2015-03-31/event-source-mappings' },
    ({ lambda, query }) => {
      // Not verified of AWS: that mappings of a version are not those of the function without one.
      const { name, qualifier = '' } = functionId(
        query.get('FunctionName') ?? '',
        lambda,
        undefined,
      );
      functionNamed(lambda, name);
      const mappings = lambda.callers.filter(isOf('event source', name, qualifier));
      const { entries, ...more } = page(query, mappings);
      const told = entries.map((each, index) => ({
        UUID: `mapping-${index}`,
        FunctionArn: `${functionArn(lambda, name)}${qualifier === '' ? '' : `:${qualifier}`}`,
        EventSourceArn: `arn:aws:sqs:${lambda.region}:${lambda.account}:${each.functionName}`,
      }));
      return { EventSourceMappings: told, ...more };
    },
  ),
  route(
    'GetPolicy',
    { method: 'GET', path: '/2015-03-31/functions/{F}/policy' },
    ({ lambda, name, qualifier = '' }) => {
      functionNamed(lambda, name, qualifier);
      if (!lambda.callers.some(isOf('policy', name, qualifier))) {
        throw notFound('The resource you requested does not exist.');
      }
      return { Policy: '{}', RevisionId: 'policy' };
    },
  ),
  route(
    'AddPermission',
    { method: 'POST', path: '/2015-03-31/functions/{F}/policy', status: 201 },
    ({ lambda, name, qualifier = '' }) => {
      functionNamed(lambda, name, qualifier);
      // The revision of a policy is its own, and not the alias's (recorded in November 2025).
      lambda.callers.push({ kind: 'policy', functionName: name, qualifier });
      return { Statement: '{}' };
    },
  ),
  route(
    'GetAccountSettings',
    { method: 'GET', path: '/2016-08-19/account-settings' },
    ({ lambda }) => {
      const functions = [...lambda.functions.values()];
      const snapshots = functions.reduce((sum, { versions }) => sum + 1 + versions.length, 0);
      return {
        AccountLimit: { TotalCodeSize: lambda.codeLimit },
        AccountUsage: {
          TotalCodeSize: snapshots * CODE_BYTES,
          FunctionCount: functions.length,
        },
      };
    },
  ),
];

function isOf(kind: Caller['kind'], functionName: string, qualifier: string) {
  return (each: Caller) =>
    each.kind === kind && each.functionName === functionName && each.qualifier === qualifier;
}
