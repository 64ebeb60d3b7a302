// Runs __tests__/moto against a moto server of its own, installed into .venv on the first run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const MOTO = 'moto[server,awslambda,cloudwatch]==5.2.5';
const VENV = '.venv';
const START_PATIENCE_MS = 60_000;

/** Without Python the tests are left out, but never unnoticed in CI. */
function giveUp(why: string): never {
  console.error(`The moto tests were skipped: ${why}`);
  process.exit(process.env['CI'] === undefined ? 0 : 1);
}

function install(): void {
  if (existsSync(`${VENV}/bin/moto_server`)) return;
  console.log(`Installing ${MOTO} into ${VENV}`);
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ['python3', ['-m', 'venv', VENV]],
    [`${VENV}/bin/pip`, ['install', '--quiet', '--disable-pip-version-check', MOTO]],
  ];
  for (const [command, args] of steps) {
    const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
    if (status !== 0) giveUp(`"${command} ${args.join(' ')}" failed ${error?.message ?? ''}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string): Promise<boolean> {
  const deadline = Date.now() + START_PATIENCE_MS;
  while (Date.now() < deadline) {
    const reply = await fetch(`${url}/moto-api/data.json`).catch(() => undefined);
    if (reply?.ok === true) return true;
    await setTimeout(200);
  }
  return false;
}

install();
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const server = spawn(`${VENV}/bin/moto_server`, ['-H', '127.0.0.1', '-p', String(port)], {
  stdio: 'ignore',
});
try {
  if (!(await answers(url))) throw new Error(`moto did not answer on ${url}`);
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--testPathIgnorePatterns=/node_modules/',
    '--testTimeout=60000',
    '__tests__/moto',
  ];
  const { status } = spawnSync(process.execPath, jest, {
    stdio: 'inherit',
    env: { ...process.env, MOTO_URL: url },
  });
  process.exitCode = status ?? 1;
} finally {
  server.kill();
}
