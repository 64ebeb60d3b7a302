import { Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { readBody } from '../../src/aws/body.ts';

describe('the body of an answer', () => {
  it('is read whole, in whatever pieces it comes', async () => {
    const pieces = [
      Buffer.from('{"a":"ä'.slice(0, 6)),
      Buffer.from([0xc3]),
      Buffer.from([0xa4, 0x22, 0x7d]),
    ];
    const bytes = await readBody(Readable.from(pieces));
    expect(Buffer.from(bytes).toString()).toBe('{"a":"ä"}');
    expect(await readBody(Readable.from([]))).toHaveLength(0);
  });

  it('is none when it breaks off', async () => {
    const cutOff = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    const body = Readable.from(
      (function* () {
        yield Buffer.from('{"a":');
        throw cutOff;
      })(),
    );
    await expect(readBody(body)).rejects.toBe(cutOff);
  });
});
