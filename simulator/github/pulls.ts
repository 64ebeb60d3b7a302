import { APP_LOGIN, NOT_FOUND, type GitHubRoute } from './route.ts';
import { members, text } from '../wire/members.ts';

const REPOSITORY = String.raw`^\/repos\/(?<repository>[^/]+\/[^/]+)`;
const PER_PAGE = 30;
const LONGEST_COMMENT = 65_536;
const TOO_LONG = { status: 422, body: { message: 'Body is too long' } };

/** Pull requests as far as they are commented on. */
export const PULL_ROUTES: readonly GitHubRoute[] = [
  {
    method: 'GET',
    path: new RegExp(String.raw`${REPOSITORY}\/commits\/(?<sha>[0-9a-f]+)\/pulls$`),
    token: 'api',
    permission: 'pull-requests',
    reply({ state, parameters: { sha = '' } }) {
      const found = state.pulls.filter(({ commits }) => commits.includes(sha));
      return { status: 200, body: found.map(({ number }) => ({ number })) };
    },
  },
  {
    method: 'GET',
    path: new RegExp(String.raw`${REPOSITORY}\/issues\/(?<number>\d+)\/comments$`),
    token: 'api',
    permission: 'pull-requests',
    reply({ state, parameters, query }) {
      const found = state.pulls.find(({ number }) => String(number) === parameters['number']);
      if (found === undefined) return NOT_FOUND;
      const size = Number(query.get('per_page') ?? PER_PAGE);
      const first = (Number(query.get('page') ?? 1) - 1) * size;
      return { status: 200, body: found.comments.slice(first, first + size) };
    },
  },
  {
    method: 'POST',
    path: new RegExp(String.raw`${REPOSITORY}\/issues\/(?<number>\d+)\/comments$`),
    token: 'api',
    permission: 'pull-requests',
    reply({ state, parameters, body }) {
      const found = state.pulls.find(({ number }) => String(number) === parameters['number']);
      if (found === undefined) return NOT_FOUND;
      const comment = {
        id: 1 + state.pulls.reduce((sum, { comments }) => sum + comments.length, 0),
        body: text(members(body)?.['body']) ?? '',
        user: { login: APP_LOGIN },
      };
      if (comment.body.length > LONGEST_COMMENT) return TOO_LONG;
      found.comments.push(comment);
      return { status: 201, body: comment };
    },
  },
  {
    method: 'PATCH',
    path: new RegExp(String.raw`${REPOSITORY}\/issues\/comments\/(?<id>\d+)$`),
    token: 'api',
    permission: 'pull-requests',
    reply({ state, parameters, body }) {
      const found = state.pulls
        .flatMap(({ comments }) => comments)
        .find(({ id }) => String(id) === parameters['id']);
      if (found === undefined) return NOT_FOUND;
      found.body = text(members(body)?.['body']) ?? '';
      return { status: 200, body: found };
    },
  },
  {
    // The one thing that is asked by GraphQL; REST has GET /user, which is refused to the tokens of apps.
    method: 'POST',
    path: /^\/graphql$/,
    token: 'api',
    reply({ body }) {
      const query = text(members(body)?.['query']) ?? '';
      return /^query \{ viewer \{ login \} \}$/.test(query)
        ? { status: 200, body: { data: { viewer: { login: APP_LOGIN } } } }
        : { status: 200, body: { errors: [{ message: 'Only the viewer is simulated' }] } };
    },
  },
];
