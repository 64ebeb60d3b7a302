import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { repairCommand } from '../../src/core/alias/repair.ts';
import { hostileText } from '../fixtures/hostile-text.ts';

/** Prints each argument it is called with, ended by a character that no argument can hold. */
const AWS = `#!/bin/sh\nprintf '%s\\0' "$@"\n`;

describe('the command that repairs an alias, pasted into a shell', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'lambda-canary-'));
    writeFileSync(join(directory, 'aws'), AWS, { mode: 0o755 });
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  function argumentsOf(command: string): readonly string[] {
    const environment = { PATH: `${directory}:${process.env['PATH'] ?? ''}` };
    const options = { cwd: directory, env: environment, encoding: 'utf8' } as const;
    return execFileSync('/bin/sh', ['-c', command], options).split('\0').slice(0, -1);
  }

  it('gives the AWS CLI the words it is made of, and runs nothing else', () => {
    // A shell takes neither a NUL nor half a character, and a command line is not endless.
    const word = hostileText.map((text) =>
      text.replaceAll('\0', '').toWellFormed().slice(0, 2_000).toWellFormed(),
    );
    fc.assert(
      fc.property(word, word, word, word, (functionId, alias, version, region) => {
        const target = { functionId, functionName: 'checkout', alias };
        expect(argumentsOf(repairCommand(target, version, region))).toEqual([
          ...['lambda', 'update-alias'],
          ...['--region', region],
          ...['--function-name', functionId],
          ...['--name', alias],
          ...['--function-version', version],
          ...['--routing-config', 'AdditionalVersionWeights={}'],
        ]);
        expect(readdirSync(directory)).toEqual(['aws']);
      }),
      { numRuns: 150 },
    );
  });
});
