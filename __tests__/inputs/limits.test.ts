import { globSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { firstPart, stepsIn, wholePart, type Part } from '../../src/core/alias/continuation.ts';
import { deadlineOf, inspectDeadline } from '../../src/core/rollout/deadline.ts';
import { INPUT_DEFAULTS } from '../../src/inputs/defaults.ts';
import type { Config } from '../../src/inputs/config.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { boundsOf } from '../../src/run/rollout/bounds.ts';
import { filled, type Workflow } from '../fixtures/workflow.ts';

const ROOT = new URL('../../', import.meta.url);

/** The workflows to copy, and the one that the README begins with. */
const WORKFLOWS: readonly (readonly [name: string, text: string])[] = [
  ...globSync('*.yml', { cwd: new URL('examples/', ROOT) }).map(
    (file) => [file, readFileSync(new URL(`examples/${file}`, ROOT), 'utf8')] as const,
  ),
  [
    'README.md',
    /```yaml\n(name: [\s\S]*?)```/.exec(readFileSync(new URL('README.md', ROOT), 'utf8'))?.[1] ??
      '',
  ],
];

/** Every rollout of a workflow, with what its job allows it. */
function rolloutsOf(text: string) {
  const workflow = parse(text) as Workflow;
  return Object.values(workflow.jobs).flatMap(({ steps = [], ...job }) =>
    steps
      .filter(({ uses = '' }) => uses.startsWith('lambda-canary/'))
      .map(({ with: given = {} }) => {
        const config = readInputs(
          (name) => filled(given[name] ?? INPUT_DEFAULTS[name], workflow, job),
          {
            description: '',
            region: 'eu-west-1',
            roleSessionName: 'session',
            readFile: () => '{}',
          },
        );
        const login = steps.find(({ uses = '' }) => uses.includes('configure-aws-credentials'));
        return {
          config,
          minutes: job['timeout-minutes'] ?? 360,
          sessionMs: 1000 * Number(login?.with?.['role-duration-seconds'] ?? 3600),
        };
      })
      .filter(({ config: { mode } }) => mode !== 'status' && mode !== 'revert')
      // What AWS carries ends with no job.
      .filter(({ config: { engine } }) => engine === 'runner'),
  );
}

/** The longest that a job of this mode may have to do. */
function partsOf({ mode, plan }: Config): readonly Part[] {
  const last = plan.steps.length - 1;
  switch (mode) {
    case 'start':
      return [firstPart(plan, 0, undefined)];
    case 'step':
      return plan.steps.map((_, step) => firstPart(plan, step, undefined));
    case 'promote':
      return [wholePart(plan, last, undefined)];
    default:
      return [wholePart(plan, 0, undefined)];
  }
}

describe('the limits of a workflow to copy', () => {
  it.each(WORKFLOWS)('hold its rollout with all extensions: %s', (_, text) => {
    for (const { config, minutes, sessionMs } of rolloutsOf(text)) {
      const { role, credentialsLastMs, jobLastsMs, analysis } = config;
      expect(jobLastsMs).toBe(minutes * 60_000);
      if (role === undefined) expect(credentialsLastMs ?? 3_600_000).toBe(sessionMs);
      const deadline = deadlineOf({
        session: role === undefined ? { type: 'unknown', since: 0 } : { type: 'renews' },
        credentialsLastMs,
        startedAt: 0,
        jobLastsMs,
      });
      for (const part of partsOf(config)) {
        expect(
          inspectDeadline(deadline, {
            ...boundsOf(analysis, true),
            steps: stepsIn(part),
            takesOver: config.mode === 'step' || config.mode === 'promote',
            now: 0,
          }),
        ).toEqual({ problems: [], warnings: [] });
      }
    }
  });

  it('are looked at in all of them', () => {
    expect(WORKFLOWS.flatMap(([, text]) => rolloutsOf(text)).length).toBeGreaterThanOrEqual(13);
  });
});
