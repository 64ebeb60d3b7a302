import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { messageOf } from '../core/problems.ts';

/** Where a file is, and the key that its content is sealed with. Whoever has both may read and write it. */
export interface SealedFile {
  readonly path: string;
  /** Hexadecimal digits. */
  readonly key: string;
}

const KEY_BYTES = 32;
const NAME_BYTES = 8;

const schema = z.object({ seal: z.string(), content: z.string() });

/** A file that does not exist yet. @param folder GitHub empties RUNNER_TEMP when a job begins and when it ends */
export function newSealedFile(folder: string): SealedFile {
  const name = randomBytes(NAME_BYTES).toString('hex');
  return {
    path: join(folder, `lambda-canary-${name}.json`),
    key: randomBytes(KEY_BYTES).toString('hex'),
  };
}

/**
 * Writes all of it or nothing: a process that is killed meanwhile leaves the content as it was before.
 * @throws when the file cannot be written
 */
export function writeSealed({ path, key }: SealedFile, content: string): void {
  const next = `${path}.next`;
  const text = JSON.stringify({ seal: sealOf(content, key), content });
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, path);
}

/** In place, where there is room for no second file. What is cut off here is refused when it is read. */
export function overwriteSealed({ path, key }: SealedFile, content: string): void {
  writeFileSync(path, JSON.stringify({ seal: sealOf(content, key), content }));
}

/** @throws when the file is missing, cannot be read, or was changed by anybody without the key */
export function readSealed({ path, key }: SealedFile): string {
  const { data } = schema.safeParse(parsed(textIn(path)));
  if (data === undefined || !sameSeal(data.seal, sealOf(data.content, key))) {
    throw new Error(`${path} was changed`);
  }
  return data.content;
}

function textIn(path: string): string {
  if (!existsSync(path)) throw new Error(`${path} is missing`);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sealOf(content: string, key: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(content).digest('hex');
}

function sameSeal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
