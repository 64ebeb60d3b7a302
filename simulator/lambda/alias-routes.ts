import type { AliasChange } from './aliases.ts';
import { functionArn } from './state.ts';
import { aliasBody, provisionedBody, writtenBody } from './replies.ts';
import { page, route, type Route } from './route.ts';
import { members, number, text, type Members } from '../wire/members.ts';

const ALIASES = '/2015-03-31/functions/{F}/aliases';
const PROVISIONED = '/2019-09-30/functions/{F}/provisioned-concurrency';

export const ALIAS_ROUTES: readonly Route[] = [
  route('CreateAlias', { method: 'POST', path: ALIASES, status: 201 }, ({ lambda, name, body }) => {
    const alias = lambda.createAlias(name, text(body['Name']) ?? '', changeIn(body));
    return aliasBody(lambda, name, alias);
  }),
  route('ListAliases', { method: 'GET', path: ALIASES }, ({ lambda, name, query }) => {
    const aliases = lambda.listAliases(name, query.get('FunctionVersion') ?? undefined);
    const { entries, ...more } = page(query, aliases);
    return { Aliases: entries.map((alias) => aliasBody(lambda, name, alias)), ...more };
  }),
  route('GetAlias', { method: 'GET', path: `${ALIASES}/{A}` }, ({ lambda, name, tail }) =>
    aliasBody(lambda, name, lambda.getAlias(name, tail)),
  ),
  route('UpdateAlias', { method: 'PUT', path: `${ALIASES}/{A}` }, ({ lambda, name, tail, body }) =>
    writtenBody(lambda, name, lambda.updateAlias(name, tail, changeIn(body))),
  ),
  route(
    'DeleteAlias',
    { method: 'DELETE', path: `${ALIASES}/{A}`, status: 204 },
    ({ lambda, name, tail }) => {
      lambda.deleteAlias(name, tail);
    },
  ),
  route(
    'ListProvisionedConcurrencyConfigs',
    { method: 'GET', path: PROVISIONED, query: 'List' },
    ({ lambda, name, query }) => {
      const { entries, ...more } = page(query, lambda.listProvisionedConcurrency(name));
      const told = entries.map(({ qualifier, provisioned }) => ({
        FunctionArn: `${functionArn(lambda, name)}:${qualifier}`,
        ...provisionedBody(provisioned),
      }));
      return { ProvisionedConcurrencyConfigs: told, ...more };
    },
  ),
  route(
    'GetProvisionedConcurrencyConfig',
    { method: 'GET', path: PROVISIONED },
    ({ lambda, name, qualifier = '' }) =>
      provisionedBody(lambda.getProvisionedConcurrency(name, qualifier)),
  ),
  route(
    'PutProvisionedConcurrencyConfig',
    { method: 'PUT', path: PROVISIONED, status: 202 },
    ({ lambda, name, qualifier = '', body }) => {
      const executions = number(body['ProvisionedConcurrentExecutions']) ?? 0;
      return provisionedBody(lambda.putProvisionedConcurrency(name, qualifier, executions));
    },
  ),
  route(
    'DeleteProvisionedConcurrencyConfig',
    { method: 'DELETE', path: PROVISIONED, status: 204 },
    ({ lambda, name, qualifier = '' }) => {
      lambda.deleteProvisionedConcurrency(name, qualifier);
    },
  ),
];

/** A RoutingConfig without weights clears them; without a RoutingConfig they stay. */
function changeIn(body: Members): AliasChange {
  const routing = members(body['RoutingConfig']);
  const weights = members(routing?.['AdditionalVersionWeights']) ?? {};
  return {
    version: text(body['FunctionVersion']),
    description: text(body['Description']),
    revisionId: text(body['RevisionId']),
    // The model lets numbers pass only.
    weights: routing === undefined ? undefined : (weights as Record<string, number>),
  };
}
