// Makes the next version of the change files that wait in .changeset: package.json, the lock file and CHANGELOG.md.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Lock {
  version: string;
  readonly packages: { readonly '': { version: string } };
}

const CHANGESET = fileURLToPath(
  new URL('../../node_modules/@changesets/cli/bin.js', import.meta.url),
);

execFileSync(process.execPath, [CHANGESET, 'version'], { stdio: 'inherit' });
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
// npm would do it as well, but it asks the registry.
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
lock.version = version;
lock.packages[''].version = version;
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`The next release is ${version}. Commit this; the workflow "release" does the rest.`);
