// Releases what is checked out, as the workflow "release" does at its end: a tag, a release with notes and files, and
// last the tag of the major version, which is what most users run. What is there already stays as it is, so a run that
// broke off is run again. With --check it only says what stands in the way.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

import { notesOf } from './changelog.ts';

interface Release {
  readonly version: string;
  /** `v1.2.3` */
  readonly tag: string;
  /** `v1` */
  readonly major: string;
  readonly isCandidate: boolean;
  readonly commit: string;
  readonly notes: string | undefined;
}

function git(...parameters: readonly string[]): string {
  return execFileSync('git', parameters, { encoding: 'utf8' }).trim();
}

function github(...parameters: readonly string[]): string {
  return execFileSync('gh', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function releaseAtHand(): Release {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  return {
    version,
    tag: `v${version}`,
    major: `v${version.split('.')[0] ?? ''}`,
    isCandidate: version.includes('-'),
    commit: git('rev-parse', 'HEAD'),
    notes: notesOf(readFileSync('CHANGELOG.md', 'utf8'), version),
  };
}

/** The commits that the tags of the remote name, newest version first; a candidate comes before its version. */
function tagsOf(remote: string): ReadonlyMap<string, string> {
  const lines = git(
    '-c',
    'versionsort.suffix=-',
    'ls-remote',
    '--tags',
    '--refs',
    '--sort=-v:refname',
    remote,
  );
  const tags = lines.split('\n').filter(Boolean);
  return new Map(
    tags.map((line) => {
      const [commit = '', name = ''] = line.split('\t');
      return [name.replace('refs/tags/', ''), commit] as const;
    }),
  );
}

/** The change files that no version has yet; those of the candidates stay until there are no more candidates. */
function changesWaiting(): readonly string[] {
  const state = '.changeset/pre.json';
  const { changesets } = existsSync(state)
    ? (JSON.parse(readFileSync(state, 'utf8')) as { readonly changesets: readonly string[] })
    : { changesets: [] };
  const done = new Set(['README', ...changesets]);
  return globSync('.changeset/*.md').filter((path) => !done.has(basename(path, '.md')));
}

/** Everything at once, so that nobody releases by trial. */
function problemsOf(release: Release, remote: string): readonly string[] {
  const { version, tag, commit, notes } = release;
  git('fetch', '--quiet', remote, 'main');
  const tagged = tagsOf(remote).get(tag);
  const waiting = changesWaiting();
  const problems: readonly (readonly [isSo: boolean, problem: string])[] = [
    [notes === undefined, `CHANGELOG.md says nothing of ${version}`],
    [
      waiting.length > 0,
      `changes wait for a version: ${waiting.join(', ')}. npm run release:version`,
    ],
    [git('status', '--porcelain') !== '', 'the working tree has changes that are not committed'],
    [
      git('rev-list', '--count', 'HEAD', '^FETCH_HEAD') !== '0',
      `${commit} is not on the main branch of ${remote}`,
    ],
    [
      // GitHub takes a tag of its own token only where the workflows are those of a branch.
      git('diff', '--name-only', 'HEAD', 'FETCH_HEAD', '--', '.github/workflows') !== '',
      'main has other workflows by now, and GitHub refuses the tag: release from its end',
    ],
    [
      tagged !== undefined && tagged !== commit,
      `${tag} is released already, at ${tagged ?? ''}. npm run release:version makes the next one`,
    ],
  ];
  return problems.flatMap(([isSo, problem]) => (isSo ? [problem] : []));
}

function pushTag({ tag, commit }: Release, remote: string): void {
  if (tagsOf(remote).has(tag)) return;
  git('push', '--quiet', remote, `${commit}:refs/tags/${tag}`);
}

/** Published with all its files at once, because a release that is immutable takes none later. */
function createRelease(release: Release, remote: string, files: readonly string[]): void {
  const { tag, isCandidate, notes = '' } = release;
  const releases = JSON.parse(
    github('release', 'list', '--limit', '100', '--json', 'tagName,isDraft'),
  ) as {
    readonly tagName: string;
    readonly isDraft: boolean;
  }[];
  const before = releases.find(({ tagName }) => tagName === tag);
  if (before?.isDraft === false) return;
  // Left by a run that broke off.
  if (before !== undefined) github('release', 'delete', tag, '--yes');
  const folder = mkdtempSync(join(tmpdir(), 'lambda-canary-release-'));
  const notesFile = join(folder, 'notes.md');
  writeFileSync(notesFile, `${notes}\n`);
  github(
    ...['release', 'create', tag, ...files, '--verify-tag', '--title', tag],
    ...['--notes-file', notesFile],
    ...(isCandidate ? ['--prerelease'] : [`--latest=${String(isNewest(release, remote, 'v'))}`]),
  );
  rmSync(folder, { recursive: true });
}

/** A later mend of an older version is not the newest, of all (`v`) or of its major version (`v1.`). */
function isNewest({ tag }: Release, remote: string, of: string): boolean {
  const released = [...tagsOf(remote).keys()].filter((each) => /^v\d+\.\d+\.\d+$/.test(each));
  return released.find((each) => each.startsWith(of)) === tag;
}

function moveMajor(release: Release, remote: string): void {
  const { major, commit, isCandidate } = release;
  if (isCandidate || !isNewest(release, remote, `${major}.`)) return;
  const seen = tagsOf(remote).get(major) ?? '';
  if (seen === commit) return;
  const lease = `--force-with-lease=refs/tags/${major}:${seen}`;
  git('push', '--quiet', lease, remote, `${commit}:refs/tags/${major}`);
}

const { values, positionals } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    remote: { type: 'string', default: 'origin' },
  },
  allowPositionals: true,
});
const { check, remote } = values;
const release = releaseAtHand();
const problems = problemsOf(release, remote);
if (problems.length > 0) {
  console.error(`${release.tag} cannot be released:\n- ${problems.join('\n- ')}`);
  process.exitCode = 1;
} else if (check) {
  console.log(`${release.tag} can be released: ${release.commit}`);
} else {
  pushTag(release, remote);
  createRelease(release, remote, positionals);
  moveMajor(release, remote);
  console.log(`${release.tag} is released: ${release.commit}`);
}
