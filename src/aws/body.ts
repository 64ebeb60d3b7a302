import type { Readable } from 'node:stream';

/**
 * The body of an answer, as the SDK is to read it. Its own way is a Writable into which the answer is piped; on Node 24 of
 * those each is kept by the one before, with its request and answer, until the whole heap is collected. For thousands of
 * calls that is twice the memory.
 * @throws what broke the stream off
 */
export async function readBody(stream: Readable): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}
