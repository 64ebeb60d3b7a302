// Runs __tests__/step-functions twice: by moto's interpreter of state machines, installed into .venv on the first run, and by the
// simulated Step Functions. Then each execution of the one is compared with the same one of the other. With --localstack it is
// LocalStack's interpreter in place of moto's: that needs a Python 3.13 (PYTHON, or python3.13), and half a gigabyte.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { differencesOf, readRecord } from './executions.ts';

const IS_LOCALSTACK = process.argv.includes('--localstack');
/** Which of the tests; all of them when none is named. */
const NAMED = process.argv.slice(2).filter((each) => each !== '--localstack');
const TESTS = NAMED.length === 0 ? ['__tests__/step-functions'] : NAMED;
/** Its own pins of the others do not fit together. */
const LOCALSTACK = [
  'localstack-core[runtime]==2026.3.0',
  ...['cbor2<5.8', 'pyopenssl==25.1.0', 'cryptography>=45.0.1,<46', 'service_identity'],
];
const PACKAGES = IS_LOCALSTACK ? LOCALSTACK : ['moto[stepfunctions]==5.2.5'];
const PYTHON = process.env['PYTHON'] ?? (IS_LOCALSTACK ? 'python3.13' : 'python3');
const VENV = IS_LOCALSTACK ? '.venv/localstack' : '.venv/step-functions';

/** Without Python the tests are left out, but never unnoticed in CI. */
function giveUp(why: string): never {
  console.error(`The tests of the state machine were skipped: ${why}`);
  process.exit(process.env['CI'] === undefined ? 0 : 1);
}

function install(): void {
  if (existsSync(`${VENV}/installed`)) return;
  console.log(`Installing ${PACKAGES[0] ?? ''} into ${VENV}`);
  const steps: readonly (readonly [string, readonly string[]])[] = [
    [PYTHON, ['-m', 'venv', VENV]],
    [`${VENV}/bin/pip`, ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES]],
    [`${VENV}/bin/python`, ['-c', `open("${VENV}/installed", "w")`]],
  ];
  for (const [command, args] of steps) {
    const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
    if (status !== 0) giveUp(`"${command} ${args.join(' ')}" failed ${error?.message ?? ''}`);
  }
}

/** @returns whether all tests passed */
function run(environment: Readonly<Record<string, string>>): boolean {
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--testTimeout=300000',
    ...TESTS,
  ];
  const { status } = spawnSync(process.execPath, jest, {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return status === 0;
}

install();
const records = mkdtempSync(join(tmpdir(), 'lambda-canary-executions-'));
const [moto, simulated] = [join(records, 'moto'), join(records, 'simulated')];
const passed = [
  run({ STEP_FUNCTIONS_PYTHON: `${VENV}/bin/python`, STEP_FUNCTIONS_RECORD: moto }),
  run({ STEP_FUNCTIONS_RECORD: simulated }),
].every(Boolean);
const differences = differencesOf(readRecord(simulated), readRecord(moto));
for (const each of differences) console.error(each);
console.log(
  differences.length === 0
    ? 'Each execution took the same course on both interpreters.'
    : `${differences.length} differences between the interpreters.`,
);
rmSync(records, { recursive: true });
process.exitCode = passed && differences.length === 0 ? 0 : 1;
