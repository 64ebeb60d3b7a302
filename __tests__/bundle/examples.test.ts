import { readdirSync, readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { INPUT_DEFAULTS, type InputName } from '../../src/inputs/defaults.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { readWaves } from '../../src/inputs/waves.ts';
import { updateFunction } from '../../simulator/lambda/functions.ts';
import { addFunction, createWorld, type World } from '../fixtures/bundle-world.ts';
import { leave, leftBy, type Left } from '../fixtures/left-behind.ts';
import { filled, type Step, type Workflow } from '../fixtures/workflow.ts';

const FOLDER = new URL('../../examples/', import.meta.url);

const workflowIn = (file: string) => parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Workflow;

/** The steps of a job that use this action, with the expressions filled in that the workflow itself answers. */
function stepsOf(
  file: string,
  only?: string,
): readonly (Step & { readonly inputs: Record<string, string> })[] {
  const workflow = workflowIn(file);
  return Object.entries(workflow.jobs)
    .filter(([name]) => only === undefined || name === only)
    .flatMap(([, job]) =>
      (job.steps ?? []).filter(isOurs).map((step) => {
        const given = Object.entries(step.with ?? {});
        const inputs = given.map(([name, value]) => [name, filled(value, workflow, job)] as const);
        return { ...step, inputs: Object.fromEntries(inputs) };
      }),
    );
}

/** Whether a step is taken: all conditions of the examples' steps are of these two kinds. */
function isTaken({ if: condition }: Step, outputs: Readonly<Record<string, string>>, run: string) {
  const url = `https://github.com/acme/shop/actions/runs/${run}`;
  return (condition ?? '')
    .split(' && ')
    .filter((part) => part !== '')
    .every((part) => {
      if (part === "steps.status.outputs.weight != '0'") return outputs['weight'] !== '0';
      if (part === 'steps.status.outputs.started-by == env.RUN')
        return outputs['started-by'] === url;
      throw new Error(`Not a condition that is replayed: ${part}`);
    });
}

const isOurs = ({ uses = '' }: Step) => uses.startsWith('lambda-canary/');

/** Whether it has more to do than to look, or to put back what another began. Of what AWS carries, no run need be asked. */
function begins(file: string): boolean {
  return stepsOf(file).some(
    ({ inputs }) =>
      !['status', 'revert'].includes(inputs['mode'] ?? '') && inputs['engine'] !== 'step-functions',
  );
}

/** What calls another workflow has nothing of its own. */
const ROLLING = readdirSync(FOLDER).filter(
  (file) => file.endsWith('.yml') && file !== 'calling-workflow.yml',
);

describe('the examples', () => {
  it.each(ROLLING)('%s has inputs that are understood', (file) => {
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
      expect(readWaves((name) => inputs[name] ?? '')?.problems ?? []).toEqual([]);
    }
  });

  it.each([...ROLLING.filter(begins), 'calling-workflow.yml'])(
    '%s, which begins a rollout, may ask whether the run of an unfinished one has ended',
    (file) => {
      const { permissions, jobs } = workflowIn(file);
      for (const job of Object.values(jobs).filter(({ steps = [] }) => steps.some(isOurs))) {
        expect(job.permissions ?? permissions).toMatchObject({ actions: 'read' });
      }
      if (file === 'calling-workflow.yml') expect(permissions).toMatchObject({ actions: 'read' });
    },
  );

  describe('replayed as the jobs that they are', () => {
    let world: World;
    const create = async () => {
      const created = await createWorld();
      created.simulator.alarms.putLogAlarm('checkout-errors');
      created.simulator.alarms.setState('checkout-errors', 'OK', 'all is well');
      created.simulator.traffic.set('checkout', 'live', 20);
      return created;
    };
    beforeEach(async () => {
      world = await create();
    });
    afterEach(() => world.close());

    const replay = async (file: string, job: string, run = '42', within = world) => {
      const outputs: Record<string, string>[] = [];
      for (const step of stepsOf(file, job)) {
        if (!isTaken(step, outputs.at(-1) ?? {}, run)) continue;
        const environment = { GITHUB_RUN_ID: run, GITHUB_WORKFLOW_REF: file };
        // Not as the tests otherwise have it: what the workflow does not say is the default.
        const inputs = {
          steps: '',
          'bake-time': '',
          'poll-interval': '60s',
          'compare-duration': 'off',
          'analysis-logs': 'off',
          alarms: '',
          analysis: '',
        };
        const result = await within.run({ ...inputs, ...step.inputs }, { environment });
        outputs.push(result.outputs);
      }
      return outputs;
    };

    const started = new Map<string, Promise<Left>>();
    /** What run 1 leaves, the job start of the file being all that it did so far. */
    const isStarted = async (file: string) => {
      const left =
        started.get(file) ?? leftBy((other) => replay(file, 'start', '1', other), create);
      started.set(file, left);
      await leave(world, await left);
    };

    it('approval.yml promotes what was approved', async () => {
      const [started] = await replay('approval.yml', 'start');
      expect(started).toMatchObject({ outcome: 'held', weight: '10' });
      const [promoted] = await replay('approval.yml', 'promote');
      expect(promoted).toMatchObject({ outcome: 'promoted', version: '2' });
    });

    it('approval.yml reverts what was refused', async () => {
      await isStarted('approval.yml');
      const [status, reverted] = await replay('approval.yml', 'revert', '1');
      expect(status).toMatchObject({ outcome: 'status', weight: '10' });
      expect(reverted).toMatchObject({ outcome: 'reverted', weight: '0' });
      expect(world.alias()).toBe('1');
    });

    it('hotfix.yml takes the place of what waits for approval, and stays when that is refused', async () => {
      await isStarted('approval.yml');
      updateFunction(world.simulator.lambda, 'checkout', { code: 'the repair' });
      const [status, reverted, promoted] = await replay('hotfix.yml', 'hotfix', '2');
      expect(status).toMatchObject({ weight: '10' });
      expect(reverted).toMatchObject({ outcome: 'reverted' });
      expect(promoted).toMatchObject({ outcome: 'promoted', version: '3' });
      expect((await replay('approval.yml', 'promote', '1'))[0]).toMatchObject({
        outcome: 'failed',
      });
      await replay('approval.yml', 'revert', '1');
      expect(world.alias()).toBe('3');
    }, 60_000);

    it('approval.yml does not revert a hotfix that goes on', async () => {
      await isStarted('approval.yml');
      await replay('panic-button.yml', 'revert', '2');
      updateFunction(world.simulator.lambda, 'checkout', { code: 'the repair' });
      await replay('approval.yml', 'start', '3');
      expect(await replay('approval.yml', 'revert', '1')).toHaveLength(1);
      expect(world.alias()).toBe('1+3@0.1');
    }, 60_000);

    it('hourly-steps.yml takes a step an hour, promotes, and then has nothing to do', async () => {
      await isStarted('hourly-steps.yml');
      const outcomes: (string | undefined)[] = [];
      for (let hour = 2; hour <= 7; hour++) {
        const outputs = await replay('hourly-steps.yml', 'step', String(hour));
        outcomes.push(outputs.at(-1)?.['outcome']);
      }
      expect(outcomes).toEqual(['held', 'held', 'held', 'held', 'promoted', 'status']);
      expect(world.alias()).toBe('2');
    }, 120_000);

    it('fleet-check.yml finds an alias that is split, and none that is not', async () => {
      addFunction(world.simulator, 'cart');
      addFunction(world.simulator, 'invoice');
      expect((await replay('fleet-check.yml', 'look'))[0]).toMatchObject({ weight: '0' });
      await replay('hourly-steps.yml', 'start', '1');
      expect((await replay('fleet-check.yml', 'look', '2'))[0]).toMatchObject({
        outcome: 'status',
        weight: '1',
        'started-by': 'https://github.com/acme/shop/actions/runs/1',
      });
    });

    it.each(['monorepo.yml', 'reusable-workflow.yml', 'container-image.yml', 'slack.yml'])(
      '%s promotes a good version',
      async (file) => {
        expect(await replay(file, 'deploy')).toEqual([
          expect.objectContaining({ outcome: 'promoted', version: '2' }),
        ]);
      },
    );

    it('panic-button.yml stops whatever goes on', async () => {
      await isStarted('hourly-steps.yml');
      const [reverted] = await replay('panic-button.yml', 'revert', '2');
      expect(reverted).toMatchObject({ outcome: 'reverted' });
      expect(world.alias()).toBe('1');
    });
  });
});
