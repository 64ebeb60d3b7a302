import { NOT_FOUND, type GitHubRoute } from './route.ts';

/** What GitHub tells of workflow runs. */
export const RUN_ROUTES: readonly GitHubRoute[] = [
  {
    method: 'GET',
    path: /^\/repos\/(?<repository>[^/]+\/[^/]+)\/actions\/runs\/(?<id>\d+)\/attempts\/(?<attempt>\d+)$/,
    token: 'api',
    permission: 'actions',
    reply({ state, parameters: { repository = '', id = '', attempt = '' } }) {
      const run = state.runs.get(`${repository}/${id}/${attempt}`);
      if (run === undefined) return NOT_FOUND;
      return {
        status: 200,
        body: {
          id: Number(id),
          run_attempt: Number(attempt),
          status: run.status,
          conclusion: run.conclusion,
          html_url: run.htmlUrl,
          name: 'Deploy',
          path: '.github/workflows/deploy.yml',
          head_branch: 'main',
        },
      };
    },
  },
];
