import { NOT_FOUND, type GitHubRoute } from './route.ts';
import { members, text } from '../wire/members.ts';

const REPOSITORY = String.raw`^\/repos\/(?<repository>[^/]+\/[^/]+)`;
const STATES: readonly string[] = [
  'error',
  'failure',
  'inactive',
  'in_progress',
  'queued',
  'pending',
  'success',
];
const LONGEST_DESCRIPTION = 140;
const refused = (message: string) => ({ status: 422, body: { message } });

/** Deployments of commits, and their statuses. */
export const DEPLOYMENT_ROUTES: readonly GitHubRoute[] = [
  {
    method: 'GET',
    path: new RegExp(`${REPOSITORY}/deployments$`),
    token: 'api',
    permission: 'deployments',
    reply({ state, query }) {
      const found = state.deployments.filter(
        ({ environment, task }) =>
          environment === (query.get('environment') ?? environment) &&
          task === (query.get('task') ?? task),
      );
      return { status: 200, body: found.toReversed() };
    },
  },
  {
    method: 'POST',
    path: new RegExp(`${REPOSITORY}/deployments$`),
    token: 'api',
    permission: 'deployments',
    reply({ state, body }) {
      const input = members(body) ?? {};
      const ref = text(input['ref']) ?? '';
      if (ref === '') return refused('No ref found');
      const deployment = {
        id: state.deployments.length + 1,
        ref,
        environment: text(input['environment']) ?? 'production',
        task: text(input['task']) ?? 'deploy',
        payload: input['payload'] ?? {},
        statuses: [],
      };
      state.deployments.push(deployment);
      return { status: 201, body: deployment };
    },
  },
  {
    method: 'POST',
    path: new RegExp(String.raw`${REPOSITORY}\/deployments\/(?<id>\d+)\/statuses$`),
    token: 'api',
    permission: 'deployments',
    reply({ state, parameters, body }) {
      const found = state.deployments.find(({ id }) => String(id) === parameters['id']);
      if (found === undefined) return NOT_FOUND;
      const input = members(body) ?? {};
      const status = text(input['state']) ?? '';
      const description = text(input['description']) ?? '';
      if (!STATES.includes(status)) return refused('state is not one of the list');
      if (description.length > LONGEST_DESCRIPTION) return refused('description is too long');
      found.statuses.push({ state: status, description, logUrl: text(input['log_url']) ?? '' });
      return { status: 201, body: { id: found.statuses.length, state: status } };
    },
  },
];
