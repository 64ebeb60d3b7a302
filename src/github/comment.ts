import { apiWith, bounded, explainRefusal, type GitHubApi, type Repository } from './api.ts';

export interface CommentOptions extends Repository {
  readonly token: string;
  readonly sha: string;
  /** Marks the comment that is updated rather than joined by another. */
  readonly mark: string;
  readonly body: string;
  readonly warn: (text: string) => void;
}

const PER_PAGE = 100;
const MOST_PAGES = 10;

/** One comment on the pull request that brought the commit, updated in place. What goes wrong is a warning. */
export async function comment(options: CommentOptions): Promise<void> {
  const { owner, repo, token, sha, mark, body, warn } = options;
  try {
    const octokit = await apiWith(token);
    const { rest } = octokit;
    let own: string | undefined;
    const { data: pulls } = await bounded((request) =>
      rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: sha, request }),
    );
    const [pull] = pulls;
    if (pull === undefined) return;
    const issue_number = pull.number;
    for (let page = 1; page <= MOST_PAGES; page++) {
      const { data: comments } = await bounded((request) =>
        rest.issues.listComments({ owner, repo, issue_number, per_page: PER_PAGE, page, request }),
      );
      const marked = comments.filter(({ body: text = '' }) => text.startsWith(mark));
      if (marked.length > 0) own ??= await loginOf(octokit);
      const ours = marked.find(({ user }) => isOwn(user?.login, own));
      if (ours !== undefined) {
        const comment_id = ours.id;
        await bounded((request) =>
          rest.issues.updateComment({ owner, repo, comment_id, body, request }),
        );
        return;
      }
      if (comments.length < PER_PAGE) break;
    }
    await bounded((request) =>
      rest.issues.createComment({ owner, repo, issue_number, body, request }),
    );
  } catch (error) {
    const reason = explainRefusal(error, 'pull-requests: write');
    warn(`The pull request was not commented on: ${reason}`);
  }
}

/**
 * Who the token speaks as: `github-actions[bot]` with GITHUB_TOKEN. Asked by GraphQL, because GET /user refuses the
 * tokens of apps, and that is one.
 */
async function loginOf({ graphql }: GitHubApi): Promise<string> {
  const { viewer } = await bounded((request) =>
    graphql<{ readonly viewer: { readonly login: string } }>('query { viewer { login } }', {
      request,
    }),
  );
  return viewer.login;
}

/** Anybody can begin a comment with the mark. GraphQL may leave out the brackets that no person's login can have. */
function isOwn(author: string | undefined, own: string | undefined): boolean {
  return author !== undefined && (author === own || author === `${own ?? ''}[bot]`);
}
