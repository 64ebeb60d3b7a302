import { existsSync, readFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { EXPERIMENTS } from '../../conformance/experiments/all.ts';
import { nameOf, PREFIX, runId } from '../../conformance/names.ts';
import type { Policy } from '../../src/core/policy.ts';
import { conform, type Conformed } from '../fixtures/conformance.ts';

const PAGE = readFileSync('docs/conformance.md', 'utf8');

/** What IAM calls otherwise than the API. */
const ACTIONS: Readonly<Record<string, string>> = { 'lambda:Invoke': 'lambda:InvokeFunction' };
/** What is not simulated, or is no call: what stacks are made of, and tags that come with what is made. */
const NOT_SEEN = /^(events|iam):|:TagResource$/;

describe('the experiments', () => {
  let run: Conformed;
  beforeAll(async () => {
    run = await conform(EXPERIMENTS);
  }, 120_000);

  it.each(EXPERIMENTS.map(({ id }) => id))('find on the simulator what is assumed: %s', (id) => {
    const result = run.results.find(({ experiment }) => experiment.id === id);
    expect(result?.seen).toEqual({ verdict: 'as assumed', words: expect.stringMatching(/./) });
  });

  it('call what the policy of the page allows, and nothing that is not called is allowed', () => {
    const [, policy = '{}'] = /```json\n(.*?)```/s.exec(PAGE) ?? [];
    const { Statement: statements } = JSON.parse(policy) as Policy;
    const allowed = statements.flatMap(({ Action }) => Action);
    const asked = run.asked.map((each) => ACTIONS[each] ?? each);
    expect(allowed.filter((each) => !NOT_SEEN.test(each)).sort()).toEqual(asked.toSorted());
  });

  it('are as many as the page says', () => {
    expect(PAGE).toContain(`It runs ${EXPERIMENTS.length} experiments`);
  });

  it('write nothing whose name does not begin as only its own do, and leave nothing behind', () => {
    expect(run.writes.length).toBeGreaterThan(500);
    expect(run.writes.filter((each) => !each.includes(PREFIX))).toEqual([]);
    expect(run.functions).toEqual([]);
    expect(run.left).toEqual([]);
  });

  it('have names that are different, and short enough for a function', () => {
    const ids = EXPERIMENTS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(() => nameOf(runId(Date.now()), id)).not.toThrow();
  });

  it('name files that are there, where something follows in one', () => {
    const named = EXPERIMENTS.flatMap(({ otherwise }) =>
      [...otherwise.matchAll(/[a-z-]+(?:\/[a-z-]+)+\.(?:ts|md)/g)].map(([path]) => path),
    );
    expect(named.length).toBeGreaterThan(20);
    const missing = named.filter((path) => !existsSync(path) && !existsSync(`src/${path}`));
    expect(missing).toEqual([]);
  });
});
