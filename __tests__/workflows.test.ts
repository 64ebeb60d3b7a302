import { globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const workflow = (name: string) => parse(read(`.github/workflows/${name}.yml`)) as Workflow;
const WORKFLOWS = globSync('.github/workflows/*.yml');

describe('the workflows of this repository', () => {
  it('pin an action to the same commit everywhere, with its version behind it', () => {
    const uses = WORKFLOWS.flatMap((path) =>
      [...read(path).matchAll(/uses: ((?!\.\/).+)/g)].map(([, each = '']) => each),
    );
    expect(uses.length).toBeGreaterThan(10);
    expect(uses.filter((each) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(each))).toEqual(
      [],
    );
    const names = new Set(uses.map((each) => each.split('@')[0]));
    expect(new Set(uses).size).toBe(names.size);
  });

  it.each(WORKFLOWS)('%s gives each job its time and says what it may', (path) => {
    const { permissions, jobs } = parse(read(path)) as Workflow;
    expect(permissions).toBeDefined();
    for (const job of Object.values(jobs)) {
      if (job.uses === undefined) expect(job['timeout-minutes']).toBeGreaterThan(0);
    }
  });

  it('have one gate, which needs every other check, and is closed when one was skipped', () => {
    const { gate, ...others } = workflow('ci').jobs;
    expect(gate?.needs).toEqual(Object.keys(others));
    expect(gate?.if).toBe('always()');
    const wanted = Object.keys(others).map(() => 'success');
    expect(gate?.steps?.[0]?.run).toBe(`test "$RESULTS" = '${wanted.join(' ')}'`);
  });

  it('release only what passed all checks and was built anew, and only the last job may write', () => {
    const { ready, checks, build, publish } = workflow('release').jobs;
    expect(checks).toMatchObject({ needs: 'ready', uses: './.github/workflows/ci.yml' });
    expect(build?.needs).toBe('checks');
    expect(publish?.needs).toEqual(['checks', 'build']);
    expect(publish?.permissions).toEqual({ contents: 'write' });
    for (const job of [ready, checks, build]) {
      expect(job?.permissions).toMatchObject({ contents: 'read' });
    }
    // What is installed runs code of others, which must not get at a token that writes.
    expect(JSON.stringify(publish?.steps)).not.toMatch(/npm (ci|install|run)/);
  });
});

describe('the form for bugs', () => {
  it('asks for outcome, reason and report, and knows every outcome', () => {
    const { body } = parse(read('.github/ISSUE_TEMPLATE/bug.yml')) as {
      readonly body: readonly {
        readonly id?: string;
        readonly attributes: { readonly options?: readonly string[] };
        readonly validations?: { readonly required: boolean };
      }[];
    };
    const required = body.filter(({ validations }) => validations?.required === true);
    expect(required.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['outcome', 'reason', 'report']),
    );
    const options = body.find(({ id }) => id === 'outcome')?.attributes.options ?? [];
    const { outputs } = parse(read('action.yml')) as {
      readonly outputs: { readonly outcome: { readonly description: string } };
    };
    const told = [...outputs.outcome.description.matchAll(/`([a-z-]+)`/g)].map(([, each]) => each);
    expect(told.filter((each) => each !== 'revert').sort()).toEqual(
      options.filter((each) => !each.includes(' ')).sort(),
    );
  });
});
