import { describe, expect, it } from '@jest/globals';

import { marksOf, withMark, type RolloutId } from '../../../src/core/alias/mark.ts';
import { planOf } from '../../../src/core/rollout/plan.ts';
import { routingAt } from '../../../src/core/alias/routing.ts';
import {
  begunAtOf,
  recoveryOf,
  resumeStep,
  type Found,
  type RunStatus,
  type UnfinishedPolicy,
} from '../../../src/core/alias/unfinished.ts';

const plan = planOf(
  [
    { weight: 10, bakeMs: 1 },
    { weight: 50, bakeMs: 1 },
  ],
  1,
);
const dead = {
  repository: 'acme/shop',
  runId: '41',
  attempt: '1',
  nonce: 'dead',
  plan: 'f1',
  workflow: 'c0',
};
const own = {
  repository: 'acme/shop',
  runId: '42',
  attempt: '1',
  nonce: 'beef',
  plan: 'f1',
  workflow: 'c0',
};
const versions = { stable: '7', canary: '8' };
const url = 'https://github.com/acme/shop/actions/runs/41/attempts/1';
const target = (functionName: string) => ({
  functionId: functionName,
  functionName,
  alias: 'live',
});

interface Left {
  readonly name?: string;
  readonly id?: RolloutId;
  readonly step: number;
  /** What the alias really serves, when it is not as the mark says. */
  readonly weight?: number;
  readonly targets?: number;
}

/** An alias as a rollout left it. */
function left({ name = 'f', id = dead, step, weight, targets }: Left): Found {
  const mark = marksOf(plan, id, {
    ...versions,
    begunAt: 0,
    startedBy: id.runId,
    targets,
  })[step];
  if (mark === undefined) throw new Error('no such step');
  return {
    target: target(name),
    routing: routingAt(weight ?? mark.weight, versions),
    description: withMark('mine', mark) ?? '',
  };
}

const untouched = (name: string): Found => ({
  target: target(name),
  routing: routingAt(0, versions),
  description: '',
});

const ENDED: RunStatus = { type: 'ended', url };
const RUNNING: RunStatus = { type: 'running', url };
const UNKNOWN: RunStatus = { type: 'unknown', url, problem: 'GitHub could not be asked.' };

function recover(
  found: readonly Found[],
  run: RunStatus = ENDED,
  policy: UnfinishedPolicy = { action: 'revert', given: false },
  id: RolloutId = own,
) {
  const recovery = recoveryOf({ found, statusOf: () => run, policy, own: id, region: 'eu-west-1' });
  return {
    ...recovery,
    names: recovery.unfinished.map((each) => each.target.functionName),
    said: [...recovery.problems, ...recovery.warnings].join('\n'),
  };
}

describe('before a rollout begins, an alias', () => {
  it('that serves one version without a mark is nothing to recover', () => {
    expect(recover([untouched('f')])).toMatchObject({ action: 'none', problems: [], warnings: [] });
  });

  it('that a dead run left split is put back, and that is said', () => {
    const recovery = recover([left({ step: 1 })]);
    expect(recovery).toMatchObject({ action: 'revert', names: ['f'], problems: [] });
    expect(recovery.warnings).toEqual([
      `f:live: the rollout of version 8 that ${url} began did not end by itself and left 50 % on it. ` +
        'Version 7 is put back before this rollout begins.',
    ]);
  });

  it('of a rollout that moved more functions than are found is put back with a warning, and never resumed', () => {
    const found = [left({ step: 1, targets: 3 }), untouched('g')];
    const lost = 'moved 3 functions, and of those that this run has, 1 carries its mark';
    const reverted = recover(found);
    expect(reverted.action).toBe('revert');
    expect(reverted.warnings.join()).toContain(lost);
    const resumed = recover(found, ENDED, { action: 'resume', given: true });
    expect(resumed.problems.join()).toContain(lost);
  });

  it('of a rollout that moved others than are found is put back with a warning, and never resumed', () => {
    const found = [left({ step: 1, targets: 3 }), untouched('g'), untouched('h')];
    const lost = 'moved 3 functions, and of those that this run has, 1 carries its mark';
    const resume = { action: 'resume', given: true } as const;
    expect(recover(found).warnings.join()).toContain(lost);
    expect(recover(found, ENDED, resume).problems.join()).toContain(lost);
    const whole = ['f', 'g', 'h'].map((name) => left({ name, step: 1, targets: 3 }));
    expect(recover([...whole, untouched('i')]).said).not.toContain('carr');
    expect(recover(whole, ENDED, resume).problems).toEqual([]);
  });

  it('of two rollouts that did not end is told for each how many are missing', () => {
    const other = { ...dead, runId: '78', nonce: '0def' };
    const found = [
      left({ name: 'f', step: 1, targets: 1 }),
      left({ name: 'g', id: other, step: 1, targets: 2 }),
    ];
    expect(recover(found).warnings.join()).toContain('moved 2 functions');
  });

  it('of a promotion that stands is gone on with, though others have lost their mark in time', () => {
    const found = [left({ step: 2, targets: 2 }), untouched('g')];
    expect(recover(found, ENDED, { action: 'resume', given: true }).problems).toEqual([]);
  });

  it('that a run still moves is left to it, with its link', () => {
    const recovery = recover([left({ step: 0 })], RUNNING, { action: 'revert', given: true });
    expect(recovery.action).toBe('none');
    expect(recovery.problems[0]).toContain(`version 8 that ${url} began is still under way`);
  });

  it('that a run still watches after its promotion is left to it', () => {
    expect(recover([left({ step: 2 })], RUNNING).problems).toHaveLength(1);
  });

  it('that carries the mark of a promotion loses it only when the run of that is known to have ended', () => {
    const promoted = left({ step: 2 });
    expect(recover([promoted], ENDED).leftover).toEqual([target('f')]);
    expect(recover([promoted], RUNNING).leftover).toEqual([]);
    expect(recover([promoted], UNKNOWN).leftover).toEqual([]);
    expect(recover([left({ step: 0 })], ENDED).leftover).toEqual([]);
  });

  it('that is split without a mark is left alone, with what is there and what to run', () => {
    const foreign = { ...untouched('f'), routing: routingAt(30, versions), description: 'by hand' };
    const [problem] = recover([foreign]).problems;
    expect(problem).toContain('f:live is already split: version 7 with 30 % to version 8');
    expect(problem).toContain('Its description is: by hand.');
    expect(problem).toContain('aws lambda update-alias --region eu-west-1 --function-name f');
  });

  it('that is split without a mark is to be put on the version with the larger part', () => {
    const foreign = { ...untouched('f'), routing: routingAt(70, versions), description: '' };
    expect(recover([foreign]).problems[0]).toContain('--function-version 8 ');
  });

  it('whose provisioned concurrency could not be moved is never put on the version that cannot start', () => {
    const stuck = { version: '8', weights: { '7': 100 } };
    const [problem] = recover([{ ...untouched('f'), routing: stuck, description: '' }]).problems;
    expect(problem).toContain('for good when version 8 cannot start');
    expect(problem).toContain('--function-version 7 ');
    expect(problem).not.toContain('--function-version 8 ');
  });

  it('that is split otherwise than its mark says was moved by somebody else', () => {
    const recovery = recover([left({ step: 1, weight: 70 })]);
    expect(recovery.action).toBe('none');
    expect(recovery.said).toContain('not as any rollout of this action left it');
  });

  it('is not touched by default when it is not known whether its run has ended', () => {
    const recovery = recover([left({ step: 0 })], UNKNOWN);
    expect(recovery.action).toBe('none');
    expect(recovery.said).toContain('not known: GitHub could not be asked.');
    expect(recovery.said).toContain('set on-unfinished');
  });

  it('is put back without knowing of its run when the input says so', () => {
    const recovery = recover([left({ step: 0 })], UNKNOWN, { action: 'revert', given: true });
    expect(recovery).toMatchObject({ action: 'revert', problems: [] });
    expect(recovery.said).toContain('GitHub could not be asked.');
  });

  it('is only reported with fail', () => {
    const recovery = recover([left({ step: 0 })], ENDED, { action: 'fail', given: true });
    expect(recovery.action).toBe('none');
    expect(recovery.problems[0]).toContain('on-unfinished is fail');
  });

  it('is resumed when the plan is the same', () => {
    const recovery = recover([left({ step: 1 })], ENDED, { action: 'resume', given: true });
    expect(recovery).toMatchObject({ action: 'resume', names: ['f'], problems: [] });
    expect(recovery.said).toContain('It is resumed at step 2.');
  });

  it('is taken over, but not resumed, with another plan', () => {
    const resume: UnfinishedPolicy = { action: 'resume', given: true };
    const recovery = recover([left({ step: 1 })], ENDED, resume, { ...own, plan: 'f2' });
    expect(recovery.action).toBe('resume');
    expect(recovery.problems[0]).toContain('had another plan, so it cannot be resumed');
  });

  it('whose last bake was cut off keeps the version it serves, and that is said', () => {
    const recovery = recover([left({ step: 2 })]);
    expect(recovery).toMatchObject({ action: 'none', problems: [] });
    expect(recovery.said).toContain('serves version 8 alone and still carries the mark');
  });

  it('whose last bake was cut off is put back when others of its rollout are split', () => {
    const recovery = recover([left({ name: 'a', step: 2 }), left({ name: 'b', step: 1 })]);
    expect(recovery).toMatchObject({ action: 'revert', names: ['a', 'b'], problems: [] });
  });

  it('whose last bake was cut off is watched again when it is resumed', () => {
    const recovery = recover([left({ step: 2 })], ENDED, { action: 'resume', given: true });
    expect(recovery).toMatchObject({ action: 'resume', names: ['f'] });
  });

  it('whose weights somebody wiped does not stand in the way', () => {
    const recovery = recover([left({ step: 1, weight: 0 })], UNKNOWN);
    expect(recovery).toMatchObject({ action: 'none', problems: [] });
    expect(recovery.warnings).toHaveLength(1);
  });
});

describe('a resumed rollout', () => {
  it.each<[string, readonly Left[], readonly string[], number]>([
    ['goes on at the step it had reached', [{ step: 1 }], ['f'], 1],
    [
      'goes on where the function is that got least far',
      [
        { name: 'a', step: 1 },
        { name: 'b', step: 0 },
      ],
      ['a', 'b'],
      0,
    ],
    ['begins with a function that was not moved yet', [{ name: 'a', step: 1 }], ['a', 'b'], 0],
  ])('%s', (_, lefts, names, step) => {
    const { unfinished } = recover(lefts.map(left), ENDED, { action: 'resume', given: true });
    expect(resumeStep(names.map(target), unfinished)).toBe(step);
  });
});

it('counts two rollouts that are taken over together from the beginning of the first', () => {
  const [mark] = marksOf(plan, dead, {
    ...versions,
    begunAt: 0,
    startedBy: '1',
    targets: undefined,
  });
  if (mark === undefined) throw new Error('no such step');
  const begun = (begunAt: number) => ({ target: target('f'), mark: { ...mark, begunAt } });
  expect(begunAtOf([begun(2_000), begun(1_000)])).toBe(1_000);
  expect(begunAtOf([])).toBeUndefined();
});
