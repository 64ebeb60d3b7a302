// Runs __tests__/step-functions: whole rollouts by moto's interpreter of state machines, installed into .venv on the first run.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const MOTO = 'moto[stepfunctions]==5.2.5';
const VENV = '.venv/step-functions';

/** Without Python the tests are left out, but never unnoticed in CI. */
function giveUp(why: string): never {
  console.error(`The tests of the state machine were skipped: ${why}`);
  process.exit(process.env['CI'] === undefined ? 0 : 1);
}

function install(): void {
  if (existsSync(`${VENV}/installed`)) return;
  console.log(`Installing ${MOTO} into ${VENV}`);
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ['python3', ['-m', 'venv', VENV]],
    [`${VENV}/bin/pip`, ['install', '--quiet', '--disable-pip-version-check', MOTO]],
    [`${VENV}/bin/python`, ['-c', `open("${VENV}/installed", "w")`]],
  ];
  for (const [command, args] of steps) {
    const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
    if (status !== 0) giveUp(`"${command} ${args.join(' ')}" failed ${error?.message ?? ''}`);
  }
}

install();
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--testPathIgnorePatterns=/node_modules/',
  '--testTimeout=300000',
  '__tests__/step-functions',
  ...process.argv.slice(2),
];
const { status } = spawnSync(process.execPath, jest, {
  stdio: 'inherit',
  env: { ...process.env, STEP_FUNCTIONS_PYTHON: `${VENV}/bin/python` },
});
process.exitCode = status ?? 1;
