// Rehearses a release: the workflow "release" as it is, in a runner of workflows on this machine, with a repository and a hub
// that are folders. Its checks and its build are pretended, for they run elsewhere; who may tag what, and when, is not.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { repository } from '../samples.ts';
import { notesOf } from './changelog.ts';
import { PRETENDED_GH } from './pretended-hub.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const CHECKS = `on: workflow_call
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - run: 'true'
`;

/** Builds what is committed, or, where the file \`odd\` is there, one byte more. */
const NPM = `#!/bin/sh
case "$1 $2" in
'run build') cp -r "$RUNNER_TEMP/committed" dist; [ ! -f "$HUB/odd" ] || echo >> dist/index.js ;;
'run --silent') echo '{}' ;;
esac
`;

const composite = (inputs: readonly string[], run: string) =>
  JSON.stringify({
    name: 'pretended',
    inputs: Object.fromEntries(inputs.map((input) => [input, {}])),
    runs: {
      using: 'composite',
      steps: [
        {
          run,
          shell: 'sh',
          env: Object.fromEntries(
            inputs.map((input) => [
              input.toUpperCase().replace('-', '_'),
              `\${{ inputs.${input} }}`,
            ]),
          ),
        },
      ],
    },
  });

/** What stands in for the actions of others. */
const ACTIONS: Readonly<Record<string, string>> = {
  'actions/setup-node': composite([], 'true'),
  'actions/attest': composite(
    ['subject-path', 'sbom-path'],
    'echo $SUBJECT_PATH "$(basename "$SBOM_PATH")" >> "$HUB/attested"',
  ),
  'actions/upload-artifact': composite(['path'], 'cp -r "$PATH_" "$HUB/artifact"').replace(
    '"PATH"',
    '"PATH_"',
  ),
  'actions/download-artifact': composite(['path'], 'cp -r "$HUB/artifact" "$PATH_"').replace(
    '"PATH"',
    '"PATH_"',
  ),
};

/** @param act the command of the runner of workflows @throws when a release did not come out as it has to */
export function rehearseRelease(act: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'lambda-canary-release-'));
  const [clone, hub] = [join(folder, 'clone'), join(folder, 'hub')];
  const git = (...parameters: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...parameters], {
      cwd: clone,
      encoding: 'utf8',
    }).trim();
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode });
  };
  const push = (what: string) => {
    git('add', '.');
    git('commit', '--quiet', '-m', what);
    git('push', '--quiet', 'origin', 'main');
  };
  const tags = () =>
    Object.fromEntries(
      git('ls-remote', '--tags', 'origin')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replace('refs/tags/', '').split('\t').reverse() as [string, string]),
    );
  const version = () =>
    (JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as { version: string }).version;
  const release = (ends: 'green' | 'red') => {
    console.log(`\nrelease of ${version()}, to end ${ends}`);
    rmSync(join(hub, 'artifact'), { recursive: true, force: true });
    const { status } = spawnSync(act, actArguments(folder), { cwd: clone, stdio: 'inherit' });
    if ((status === 0) !== (ends === 'green')) throw new Error(`act ended with ${status ?? '?'}`);
  };
  const expectTags = (wanted: readonly string[]) => {
    const found = Object.entries(tags()).filter(
      ([, commit]) => commit === git('rev-parse', 'HEAD'),
    );
    const names = found.map(([name]) => name).sort();
    if (names.join() !== [...wanted].sort().join()) throw new Error(`tagged: ${names.join()}`);
  };
  const expectNotes = () => {
    const notes = notesOf(readFileSync(join(clone, 'CHANGELOG.md'), 'utf8'), version()) ?? '?';
    const published = join(hub, `notes-v${version()}`);
    if (!existsSync(published) || readFileSync(published, 'utf8') !== `${notes}\n`) {
      throw new Error('the notes are not those of the changelog');
    }
  };

  try {
    for (const name of ['bin/gh', 'bin/npm']) {
      write(name, name === 'bin/gh' ? PRETENDED_GH : NPM, 0o755);
    }
    for (const [name, text] of Object.entries(ACTIONS)) write(`${name}/action.yml`, text);
    for (const name of ['hub/releases', 'hub/asked', 'hub/attested', 'hub/odd']) write(name, '');
    mkdirSync(clone);
    const sources = execFileSync('git', ['archive', 'HEAD'], { cwd: PROJECT, maxBuffer: 2 ** 30 });
    execFileSync('tar', ['-x'], { cwd: clone, input: sources });
    write('clone/.github/workflows/ci.yml', CHECKS);
    git('init', '--quiet', '-b', 'main');
    // The changelog is written by tools of the project.
    symlinkSync(join(PROJECT, 'node_modules'), join(clone, 'node_modules'));
    writeFileSync(join(clone, '.git/info/exclude'), 'node_modules\n');
    git('init', '--quiet', '--bare', '-b', 'main', join(folder, 'remote.git'));
    const url = `https://github.com/${repository()}.git`;
    git('remote', 'add', 'origin', url);
    git('config', `url.file://${join(folder, 'remote.git')}.insteadOf`, url);
    makeVersion(clone);
    push('the sources');

    release('red');
    expectTags([]);
    rmSync(join(hub, 'odd'));

    release('green');
    const isCandidate = version().includes('-');
    expectTags([`v${version()}`, ...(isCandidate ? [] : ['v1'])]);
    expectNotes();
    release('green');

    if (existsSync(join(clone, '.changeset/pre.json'))) changeset(clone, 'pre', 'exit');
    write('clone/.changeset/rehearsed.md', "---\n'lambda-canary': patch\n---\n\nRehearsed.\n");
    makeVersion(clone);
    push('the next version');
    release('green');
    expectTags([`v${version()}`, 'v1']);
    expectNotes();
    console.log('\nTags, notes and the major version are as they have to be:', tags());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of the change files that wait. */
function makeVersion(cwd: string): void {
  const script = join(PROJECT, 'scripts/release/version.ts');
  execFileSync(process.execPath, [script], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function changeset(cwd: string, ...parameters: readonly string[]): void {
  const bin = join(PROJECT, 'node_modules/@changesets/cli/bin.js');
  execFileSync(process.execPath, [bin, ...parameters], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function actArguments(folder: string): readonly string[] {
  const workflow = readFileSync(join(PROJECT, '.github/workflows/release.yml'), 'utf8');
  const used = new Set(
    [...workflow.matchAll(/uses: (actions\/[\w-]+@\w+)/g)].map(([, uses = '']) => uses),
  );
  const inPlace = [...used].flatMap((uses) => {
    const name = uses.split('@')[0] ?? '';
    return name in ACTIONS ? ['--local-repository', `${uses}=${join(folder, name)}`] : [];
  });
  const path = [join(folder, 'bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(
    ':',
  );
  return [
    ...['workflow_dispatch', '-W', '.github/workflows/release.yml'],
    ...['-P', 'ubuntu-latest=-self-hosted', '--action-offline-mode', ...inPlace],
    ...['--env', `HUB=${join(folder, 'hub')}`, '--env', `PATH=${path}`],
  ];
}

if (import.meta.main) rehearseRelease(process.env['ACT'] ?? 'act');
