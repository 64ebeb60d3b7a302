import { readdirSync, readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { INPUT_DEFAULTS, readInputs, type InputName } from '../../src/inputs/inputs.ts';
import { createWorld, type World } from '../fixtures/bundle-world.ts';

const FOLDER = new URL('../../examples/', import.meta.url);

interface Workflow {
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
}

/** The steps of a job that use this action, with the expressions of `env` filled in and others left empty. */
function stepsOf(
  file: string,
  job?: string,
): readonly (Step & { readonly inputs: Record<string, string> })[] {
  const workflow = parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Workflow;
  return Object.entries(workflow.jobs)
    .filter(([name]) => job === undefined || name === job)
    .flatMap(([, { steps }]) => steps)
    .filter(({ uses = '' }) => uses.startsWith('lambda-canary/'))
    .map((step) => ({ ...step, inputs: inputsOf(step, workflow.env ?? {}) }));
}

function inputsOf({ with: given = {} }: Step, env: Readonly<Record<string, string>>) {
  const filled = Object.entries(given).map(([name, value]) => [
    name,
    String(value)
      .replaceAll(/\$\{\{ env\.(\w+) \}\}/g, (_, key: string) => env[key] ?? '')
      .replaceAll(/\$\{\{[^}]*\}\}/g, ''),
  ]);
  return Object.fromEntries(filled) as Record<string, string>;
}

describe('the examples', () => {
  it.each(readdirSync(FOLDER))('%s has inputs that are understood', (file) => {
    const steps = stepsOf(file);
    expect(steps.length).toBeGreaterThan(0);
    for (const { inputs } of steps) {
      for (const name of Object.keys(inputs)) expect(Object.keys(INPUT_DEFAULTS)).toContain(name);
      const read = () =>
        readInputs((name: InputName) => inputs[name] ?? '', {
          description: '',
          region: 'eu-west-1',
          roleSessionName: 'x',
          readFile: () => '{}',
        });
      expect(read).not.toThrow();
    }
  });

  describe('replayed as the jobs that they are', () => {
    let world: World;
    beforeEach(async () => {
      world = await createWorld();
      world.simulator.alarms.putLogAlarm('checkout-errors');
      world.simulator.alarms.setState('checkout-errors', 'OK', 'all is well');
      world.simulator.traffic.set('checkout', 'live', 20);
    });
    afterEach(() => world.close());

    const replay = async (file: string, job: string, run = '42') => {
      const outputs: Record<string, string>[] = [];
      for (const step of stepsOf(file, job)) {
        // All conditions of the examples' steps are of this kind.
        if (step.if !== undefined && outputs.at(-1)?.['weight'] === '0') continue;
        const environment = { GITHUB_RUN_ID: run, GITHUB_WORKFLOW_REF: file };
        // Not as the tests otherwise have it: what the workflow does not say is the default.
        const inputs = {
          steps: '',
          'bake-time': '',
          'poll-interval': '60s',
          'compare-duration': 'off',
          alarms: '',
          analysis: '',
        };
        const result = await world.run({ ...inputs, ...step.inputs }, { environment });
        outputs.push(result.outputs);
      }
      return outputs;
    };

    it('approval.yml promotes what was approved', async () => {
      const [started] = await replay('approval.yml', 'start');
      expect(started).toMatchObject({ outcome: 'held', weight: '10' });
      const [promoted] = await replay('approval.yml', 'promote');
      expect(promoted).toMatchObject({ outcome: 'promoted', version: '2' });
    });

    it('approval.yml reverts what was refused', async () => {
      await replay('approval.yml', 'start');
      const [status, reverted] = await replay('approval.yml', 'revert');
      expect(status).toMatchObject({ outcome: 'status', weight: '10' });
      expect(reverted).toMatchObject({ outcome: 'reverted', weight: '0' });
      expect(world.alias()).toBe('1');
    });

    it('hourly-steps.yml takes a step an hour, promotes, and then has nothing to do', async () => {
      await replay('hourly-steps.yml', 'start', '1');
      const outcomes: (string | undefined)[] = [];
      for (let hour = 2; hour <= 7; hour++) {
        const outputs = await replay('hourly-steps.yml', 'step', String(hour));
        outcomes.push(outputs.at(-1)?.['outcome']);
      }
      expect(outcomes).toEqual(['held', 'held', 'held', 'held', 'promoted', 'status']);
      expect(world.alias()).toBe('2');
    }, 120_000);

    it('panic-button.yml stops whatever goes on', async () => {
      await replay('hourly-steps.yml', 'start', '1');
      const [reverted] = await replay('panic-button.yml', 'revert', '2');
      expect(reverted).toMatchObject({ outcome: 'reverted' });
      expect(world.alias()).toBe('1');
    });
  });
});
