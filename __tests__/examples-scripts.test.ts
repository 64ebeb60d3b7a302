import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import type { Workflow } from './fixtures/workflow.ts';

/** The shell script of a step. */
function scriptOf(file: string, job: string, containing: string): string {
  const text = readFileSync(new URL(`../examples/${file}`, import.meta.url), 'utf8');
  const steps = (parse(text) as Workflow).jobs[job]?.steps ?? [];
  const run = steps.map((step) => step.run ?? '').find((each) => each.includes(containing));
  if (run === undefined) throw new Error(`${file} has no such step`);
  return run;
}

describe('the probe of the examples', () => {
  const probe = async (url: string) => {
    const script = new URL('../examples/checks/probe.mjs', import.meta.url).pathname;
    const child = spawn(process.execPath, [script], { env: { PROBE_URL: url } });
    const [status] = (await once(child, 'close')) as [number];
    return status;
  };

  it('passes a page that is there, fails one that is not, and cannot tell of a server that does not answer', async () => {
    const server = createServer(({ url }, reply) => {
      reply.writeHead(url === '/health' ? 200 : 500).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect([await probe(`${at}/health`), await probe(`${at}/broken`)]).toEqual([0, 1]);
    server.close();
    server.closeAllConnections();
    expect(await probe(`${at}/health`)).toBe(3);
  });
});

describe('the scripts of the examples', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-example-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** As a runner on Linux runs it. */
  const run = (script: string, environment: Readonly<Record<string, string>>) => {
    const output = join(folder, 'output');
    writeFileSync(output, '');
    const { status, stdout } = spawnSync('bash', ['-e', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`,
        GITHUB_OUTPUT: output,
        ...environment,
      },
    });
    return { status, log: stdout, outputs: readFileSync(output, 'utf8') };
  };

  describe('of monorepo.yml', () => {
    const git = (...parameters: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const commit = () => {
      git('add', '.');
      git('commit', '-m', 'a change');
      return git('rev-parse', 'HEAD');
    };
    const write = (name: string, text: string) => {
      mkdirSync(join(folder, 'functions', name), { recursive: true });
      writeFileSync(join(folder, 'functions', name, 'index.js'), text);
    };
    const changed = (before: string) =>
      run(scriptOf('monorepo.yml', 'changed', 'git diff'), { BEFORE: before }).outputs;

    let first: string;
    beforeEach(() => {
      git('init', '-b', 'main');
      for (const name of ['cart', 'checkout', 'invoice']) write(name, 'one');
      first = commit();
    });

    it('names the functions whose folders a push changed', () => {
      write('checkout', 'two');
      write('invoice', 'two');
      writeFileSync(join(folder, 'README.md'), 'two');
      commit();
      expect(changed(first)).toBe('functions=["checkout","invoice"]\n');
    });

    it('names none where no folder of a function was changed', () => {
      writeFileSync(join(folder, 'README.md'), 'two');
      commit();
      expect(changed(first)).toBe('functions=[]\n');
    });

    it('names no function that was removed', () => {
      rmSync(join(folder, 'functions/cart'), { recursive: true });
      write('checkout', 'two');
      commit();
      expect(changed(first)).toBe('functions=["checkout"]\n');
    });

    it.each([
      ['a new branch', '0000000000000000000000000000000000000000'],
      ['a commit that is not there any more', '0123456789abcdef0123456789abcdef01234567'],
    ])('names all functions for %s', (_, before) => {
      expect(changed(before)).toBe('functions=["cart","checkout","invoice"]\n');
    });
  });

  describe('of fleet-check.yml', () => {
    /** @param answer what `gh` answers, or the exit code with which it fails */
    const look = (answer: string | number, startedBy: string) => {
      mkdirSync(join(folder, 'bin'), { recursive: true });
      const says = typeof answer === 'number' ? `exit ${answer}` : `echo ${answer}`;
      const gh = `#!/bin/sh\necho "$@" > ${folder}/asked\n${says}\n`;
      writeFileSync(join(folder, 'bin/gh'), gh, { mode: 0o755 });
      const environment = { FUNCTIONS: 'cart, invoice', WEIGHT: '10', STARTED_BY: startedBy };
      return run(scriptOf('fleet-check.yml', 'look', 'gh run view'), environment);
    };
    const RUN = 'https://github.com/acme/shop/actions/runs/42';

    it.each(['in_progress', 'queued', 'waiting'])('passes while the run is %s', (status) => {
      expect(look(status, RUN)).toMatchObject({ status: 0 });
      expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe(
        'run view 42 --repo acme/shop --json status --jq .status\n',
      );
    });

    it.each<[string, string | number, string]>([
      ['the run has ended', 'completed', RUN],
      ['GitHub does not say', 1, RUN],
      ['no run of ours began it', 1, ''],
    ])('fails when %s', (_, answer, startedBy) => {
      const { status, log } = look(answer, startedBy);
      expect(status).toBe(1);
      expect(log).toContain('::error::cart, invoice: the alias is split, and nobody watches it.');
    });
  });
});
