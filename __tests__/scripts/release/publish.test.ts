import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { PRETENDED_GH } from '../../../scripts/release/pretended-hub.ts';

const PUBLISH = fileURLToPath(new URL('../../../scripts/release/publish.ts', import.meta.url));

describe('the release of what is checked out', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-publish-'));
    for (const name of ['hub', 'bin', 'clone/.changeset', 'clone/.github/workflows']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    writeFileSync(join(folder, 'hub/releases'), '');
    writeFileSync(join(folder, 'hub/asked'), '');
    writeFileSync(join(folder, 'bin/gh'), PRETENDED_GH, { mode: 0o755 });
    git('init', '--quiet', '--bare', '-b', 'main', join(folder, 'remote.git'));
    git('init', '--quiet', '-b', 'main');
    git('remote', 'add', 'origin', join(folder, 'remote.git'));
    change('.github/workflows/ci.yml', 'on: push\n');
    change('.changeset/README.md', 'What changed.\n');
    changeVersion('1.0.0-rc.1', '- The first.');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function git(...parameters: readonly string[]): string {
    const author = ['-c', 'user.name=a', '-c', 'user.email=a@b.example'];
    const cwd = join(folder, 'clone');
    return execFileSync('git', [...author, ...parameters], { cwd, encoding: 'utf8' }).trim();
  }

  /** Commits and pushes it. */
  function change(path: string, content: string): void {
    writeFileSync(join(folder, 'clone', path), content);
    git('add', '.');
    git('commit', '--quiet', '-m', `${path} is otherwise`);
    git('push', '--quiet', 'origin', 'HEAD');
  }

  function changeVersion(version: string, notes: string): void {
    const changelog = join(folder, 'clone/CHANGELOG.md');
    const before =
      version === '1.0.0-rc.1'
        ? ''
        : readFileSync(changelog, 'utf8')
            .split('\n## ')
            .slice(1)
            .map((each) => `\n## ${each}`)
            .join('');
    writeFileSync(
      changelog,
      `# lambda-canary\n\n## ${version}\n\n### Changes\n\n${notes}\n${before}`,
    );
    change('package.json', JSON.stringify({ version }));
  }

  function publish(...parameters: readonly string[]) {
    const { stdout, stderr, status } = spawnSync(process.execPath, [PUBLISH, ...parameters], {
      cwd: join(folder, 'clone'),
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        HUB: join(folder, 'hub'),
      },
      encoding: 'utf8',
    });
    return { said: `${stdout}${stderr}`, status };
  }

  const tags = () =>
    Object.fromEntries(
      git('ls-remote', '--tags', 'origin')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('\t').reverse())
        .map(([name = '', commit]) => [name.replace('refs/tags/', ''), commit]),
    );
  const head = () => git('rev-parse', 'HEAD');
  const hub = (name: string) => readFileSync(join(folder, 'hub', name), 'utf8');
  const created = () =>
    hub('asked')
      .split('\n')
      .filter((each) => each.startsWith('release create'));

  it('has a tag, the notes of the changelog and all files at once; a candidate moves no major version', () => {
    expect(publish('sbom.cdx.json', 'action.tar.gz')).toEqual({
      said: `v1.0.0-rc.1 is released: ${head()}\n`,
      status: 0,
    });
    expect(tags()).toEqual({ 'v1.0.0-rc.1': head() });
    expect(hub('notes-v1.0.0-rc.1')).toBe('### Changes\n\n- The first.\n');
    expect(created()).toEqual([
      'release create v1.0.0-rc.1 sbom.cdx.json action.tar.gz --verify-tag --title v1.0.0-rc.1 ' +
        '--notes-file FILE --prerelease',
    ]);
  });

  it('moves the tag of the major version along, whose notes are those of that version alone', () => {
    publish();
    changeVersion('1.0.0', '- Done.');
    publish();
    const first = head();
    expect(tags()).toMatchObject({ 'v1.0.0': first, v1: first });
    changeVersion('1.0.1', '- Mended.');
    expect(publish().status).toBe(0);
    expect(tags()).toMatchObject({ 'v1.0.0': first, 'v1.0.1': head(), v1: head() });
    expect(hub('notes-v1.0.1')).toBe('### Changes\n\n- Mended.\n');
    expect(created().at(-1)).toMatch(/ --latest=true$/);
  });

  it('changes nothing when it is run again', () => {
    changeVersion('1.0.0', '- Done.');
    publish();
    const before = tags();
    expect(publish().status).toBe(0);
    expect(tags()).toEqual(before);
    expect(created()).toHaveLength(1);
  });

  it('goes on where a run broke off, and moves the major version only when the release is there', () => {
    changeVersion('1.0.0', '- Done.');
    writeFileSync(join(folder, 'hub/broken'), '');
    expect(publish().status).not.toBe(0);
    expect(tags()).toEqual({ 'v1.0.0': head() });
    rmSync(join(folder, 'hub/broken'));
    expect(publish().status).toBe(0);
    expect(tags()).toEqual({ 'v1.0.0': head(), v1: head() });
  });

  it('of a mend to an older version leaves the major version and "latest" where they are', () => {
    changeVersion('1.10.0', '- New.');
    publish();
    const newest = head();
    changeVersion('1.9.1', '- Mended.');
    publish();
    expect(tags()).toMatchObject({ 'v1.9.1': head(), v1: newest });
    expect(created().at(-1)).toMatch(/ --latest=false$/);
  });

  it('is refused with everything that stands in the way, and nothing is written', () => {
    publish();
    change('.changeset/green-dogs-run.md', 'patch: mended\n');
    writeFileSync(join(folder, 'clone/CHANGELOG.md'), '# lambda-canary\n');
    const { said, status } = publish();
    expect(status).toBe(1);
    expect(said.split('\n').map((line) => line.replaceAll(/[0-9a-f]{40}/g, 'COMMIT'))).toEqual([
      'v1.0.0-rc.1 cannot be released:',
      '- CHANGELOG.md says nothing of 1.0.0-rc.1',
      '- changes wait for a version: .changeset/green-dogs-run.md. npm run release:version',
      '- the working tree has changes that are not committed',
      '- v1.0.0-rc.1 is released already, at COMMIT. npm run release:version makes the next one',
      '',
    ]);
    expect(Object.keys(tags())).toEqual(['v1.0.0-rc.1']);
  });

  it('is refused off main, and where main has other workflows, whose tags GitHub would refuse', () => {
    const released = head();
    change('.github/workflows/ci.yml', 'on: pull_request\n');
    git('checkout', '--quiet', released);
    expect(publish().said).toMatch(/main has other workflows by now/);
    git('checkout', '--quiet', '-b', 'aside');
    git('commit', '--quiet', '--allow-empty', '-m', 'aside');
    expect(publish().said).toMatch(/ is not on the main branch of origin/);
    expect(tags()).toEqual({});
  });

  it('is only asked about with --check', () => {
    expect(publish('--check')).toEqual({
      said: `v1.0.0-rc.1 can be released: ${head()}\n`,
      status: 0,
    });
    expect(tags()).toEqual({});
    expect(created()).toEqual([]);
  });
});
