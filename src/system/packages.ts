import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { messageOf } from '../core/problems.ts';
import { count, formatBytes, grouped } from '../core/text/numbers.ts';
import { LARGEST_UNZIPPED, type Package } from '../core/versions/code.ts';
import type { Packages } from '../ports.ts';

let last: Promise<unknown> = Promise.resolve();

export const packages: Packages = {
  read(path, signal) {
    // One after another: each may take 250 MB.
    const reading = last.then(() => readPackage(path, signal));
    last = reading.catch(() => undefined);
    return reading;
  },
};

async function readPackage(path: string, signal: AbortSignal): Promise<Package> {
  signal.throwIfAborted();
  const isDirectory = lookAt(path).isDirectory();
  if (isDirectory) return zipped(path, signal);
  const bytes = readFileSync(path);
  if (!isZip(bytes)) {
    throw new Error(`${path} is no zip file; name one, or the directory that is to be zipped`);
  }
  return { bytes, codeSha256: hashOf(bytes) };
}

function lookAt(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    throw new Error(
      `${path} is no code that can be opened: ${messageOf(error)}. Is the path right, from the top of the repository, and is the code built before this step?`,
      { cause: error },
    );
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** Every zip file ends with a directory of what is in it, and that with a comment of at most 64 KB. */
function isZip(bytes: Buffer): boolean {
  const end = bytes.subarray(Math.max(0, bytes.length - (22 + 65_535)));
  return end.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1')) !== -1;
}

/** A file of a directory, or a link in it. */
interface Entry {
  /** With slashes, from the directory on. */
  readonly name: string;
  readonly path: string;
  readonly isLink: boolean;
}

/** `external attributes` of a file that all may read and execute, and of a link: what Lambda needs, whatever the machine's own are. */
const FILE = (0o100755 << 16) >>> 0;
const LINK = (0o120777 << 16) >>> 0;
/** Attributes are those of Unix. */
const UNIX = 3;
/** Zip files have local times, and none before 1980: this one is the same on every machine. */
const ALWAYS = new Date(1980, 0, 1, 12);
/** A zip file has two bytes for their number, and all ones mean something else; above it, `fflate` writes another number without a word. */
const MOST_FILES = 65_534;
/** In between, others have their turn: what watches a rollout must not wait for this. */
const CHUNK = 1024 ** 2;

/** The same bytes for the same names, links and contents: in order, of one time and one mode. */
async function zipped(folder: string, signal: AbortSignal): Promise<Package> {
  const entries = entriesOf(folder);
  refuseUnfit(folder, entries);
  // Few runs need it, and it is not small.
  const { Zip, ZipDeflate } = await import(/* webpackMode: "eager" */ 'fflate');
  const chunks: Uint8Array[] = [];
  let failure: Error | undefined;
  const zip = new Zip((error, chunk) => {
    if (error === null) chunks.push(chunk);
    else failure = error;
  });
  for (const { name, path, isLink } of entries) {
    const content = isLink ? Buffer.from(linkIn(folder, path)) : readFileSync(path);
    const file = new ZipDeflate(name, { level: 6 });
    file.mtime = ALWAYS;
    file.os = UNIX;
    file.attrs = isLink ? LINK : FILE;
    zip.add(file);
    for (let from = 0; from === 0 || from < content.length; from += CHUNK) {
      await setImmediate();
      signal.throwIfAborted();
      file.push(content.subarray(from, from + CHUNK), from + CHUNK >= content.length);
    }
  }
  zip.end();
  if (failure !== undefined) throw failure;
  const bytes = Buffer.concat(chunks);
  return { bytes, codeSha256: hashOf(bytes) };
}

/** Before any of it is read: it may be far too much. @throws when it should not, or cannot, be a function's code */
function refuseUnfit(folder: string, entries: readonly Entry[]): void {
  if (entries.length === 0) {
    throw new Error(`${folder} is an empty directory: there is no code in it`);
  }
  if (existsSync(join(folder, '.git'))) {
    throw new Error(
      `${folder} is a whole repository, with its history and perhaps the job's token in .git: name the directory that the code is built into`,
    );
  }
  if (entries.length > MOST_FILES) {
    throw new Error(
      `${folder} has ${count(entries.length, 'file')}, and a zip file that is made here counts ${grouped(MOST_FILES)}: leave out what the function does not need, bundle it, or make it a container image`,
    );
  }
  const bytes = entries.reduce((sum, { path }) => sum + lstatSync(path).size, 0);
  if (bytes > LARGEST_UNZIPPED) {
    throw new Error(
      `${folder} has ${formatBytes(bytes)}, and Lambda takes at most 250 MB unzipped: leave out what the function does not need, or make it a container image`,
    );
  }
}

/** In the order of their names, whatever the file system's is. What links lead to is no part of it. */
function entriesOf(folder: string): readonly Entry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() || each.isSymbolicLink())
    .map((each): Entry => {
      const path = join(each.parentPath, each.name);
      const name = relative(folder, path).split(sep).join('/');
      return { name, path, isLink: each.isSymbolicLink() };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** @throws when it leads out of what is zipped: on Lambda there would be nothing */
function linkIn(folder: string, path: string): string {
  const to = readlinkSync(path);
  const inside = relative(resolve(folder), resolve(dirname(path), to));
  if (inside === '..' || inside.startsWith(`..${sep}`) || resolve(to) === to) {
    throw new Error(
      `${path} is a link to ${to}, which is not in ${folder}: put what it links to into the directory, as with npm install --install-links`,
    );
  }
  return to.split(sep).join('/');
}
