// Runs __tests__/commands: the commands of examples/checks against what they are for. Prometheus and the AWS CLI are brought into .venv on
// the first run: the one as a package of Debian's, which is unpacked and not installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const VENV = resolve('.venv');
const AWS_CLI = 'awscli==1.45.11';
const PROMETHEUS = `${VENV}/prometheus/usr/bin/prometheus`;

/** By this, CI tells a machine that does not reach the packages of Debian or Python from tests that fail. */
const NOT_TO_BE_HAD = 3;

/** Without Python or Debian's packages the tests are left out, but never unnoticed in CI. */
function giveUp(why: string): never {
  console.error(`The tests of the example commands were skipped: ${why}`);
  process.exit(process.env['CI'] === undefined ? 0 : NOT_TO_BE_HAD);
}

function run(command: string, args: readonly string[], cwd = '.'): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd });
  if (status !== 0) giveUp(`"${command} ${args.join(' ')}" failed ${error?.message ?? ''}`);
}

if (!existsSync(`${VENV}/bin/pip`)) run('python3', ['-m', 'venv', VENV]);
if (!existsSync(`${VENV}/bin/aws`)) {
  run(`${VENV}/bin/pip`, ['install', '--quiet', '--disable-pip-version-check', AWS_CLI]);
}
if (!existsSync(PROMETHEUS)) {
  const folder = `${VENV}/prometheus`;
  mkdirSync(folder, { recursive: true });
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['download', '-qq', 'prometheus'], folder);
  const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  run('dpkg', ['-x', archive, '.'], folder);
}
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--testPathIgnorePatterns=/node_modules/',
  '--testTimeout=120000',
  '__tests__/commands/',
];
const { status } = spawnSync(process.execPath, jest, {
  stdio: 'inherit',
  env: { ...process.env, PROMETHEUS, PATH: `${VENV}/bin:${process.env['PATH'] ?? ''}` },
});
process.exitCode = status === 0 ? 0 : 1;
