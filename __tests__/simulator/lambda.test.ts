import { beforeEach, describe, expect, it } from '@jest/globals';

import {
  createAlias,
  deleteAlias,
  getAlias,
  getProvisioned,
  putProvisioned,
  updateAlias,
} from '../../simulator/aliases.ts';
import type { AwsError } from '../../simulator/aws-error.ts';
import {
  createFunction,
  deleteVersion,
  functionNamed,
  hashOf,
  publishVersion,
  updateFunction,
} from '../../simulator/functions.ts';
import { createSimulator } from '../../simulator/simulator.ts';
import type { LambdaState } from '../../simulator/state.ts';

let now: number;
let lambda: LambdaState;
beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  ({ lambda } = createSimulator({ clock: { now: () => now } }));
  createFunction(lambda, { functionName: 'f', code: 'one' });
});

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const { status, name, message } = error as AwsError;
    return `${status} ${name}: ${message}`;
  }
  return 'nothing was refused';
}

/** Two versions, and the alias live on the first. */
function twoVersions(): void {
  publishVersion(lambda, 'f', { description: 'first' });
  updateFunction(lambda, 'f', { code: 'two' });
  publishVersion(lambda, 'f');
  createAlias(lambda, 'f', 'live', { version: '1' });
}

describe('versions in the simulator', () => {
  it('are numbered from 1', () => {
    twoVersions();
    expect(functionNamed(lambda, 'f').versions.map(({ version }) => version)).toEqual(['1', '2']);
  });

  it('are not made anew when nothing changed: the old one is the answer, description and all', () => {
    const first = publishVersion(lambda, 'f', { description: 'first' });
    expect(publishVersion(lambda, 'f', { description: 'second' })).toBe(first);
    expect(first.description).toBe('first');
  });

  it('are made anew after an update, though the code is the same', () => {
    publishVersion(lambda, 'f');
    updateFunction(lambda, 'f', { code: 'one' });
    expect(publishVersion(lambda, 'f').version).toBe('2');
  });

  it('are refused for other code than was named', () => {
    expect(refusal(() => publishVersion(lambda, 'f', { codeSha256: 'other' }))).toBe(
      `400 InvalidParameterValueException: CodeSHA256 (other) is different from current CodeSHA256 in ` +
        `$LATEST (${hashOf('one')}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  });

  it('are refused while an update is in progress', () => {
    functionNamed(lambda, 'f').timing.updateMs = 5_000;
    updateFunction(lambda, 'f', { code: 'two' });
    expect(refusal(() => publishVersion(lambda, 'f'))).toContain(
      '409 ResourceConflictException: The operation cannot be performed at this time. An update is in progress',
    );
    now += 5_000;
    expect(publishVersion(lambda, 'f').version).toBe('1');
  });

  it('become Active after their time, or fail', () => {
    const { timing } = functionNamed(lambda, 'f');
    timing.activationMs = 60_000;
    const version = publishVersion(lambda, 'f');
    expect(version.state).toBe('Pending');
    now += 60_000;
    functionNamed(lambda, 'f');
    expect(version.state).toBe('Active');

    timing.failure = 'the init code threw';
    updateFunction(lambda, 'f', { code: 'two' });
    const failing = publishVersion(lambda, 'f');
    now += 60_000;
    functionNamed(lambda, 'f');
    expect(failing).toMatchObject({ state: 'Failed', stateReason: 'the init code threw' });
  });

  it('change the revision of $LATEST when an update begins, when it ends, and when one is published', () => {
    const { latest, timing } = functionNamed(lambda, 'f');
    timing.updateMs = 1_000;
    const revisions = [latest.revisionId];
    updateFunction(lambda, 'f', { code: 'two' });
    revisions.push(latest.revisionId);
    now += 1_000;
    functionNamed(lambda, 'f');
    revisions.push(latest.revisionId);
    publishVersion(lambda, 'f');
    revisions.push(latest.revisionId);
    expect(new Set(revisions).size).toBe(4);
  });

  it('cannot be deleted while an alias names them', () => {
    twoVersions();
    updateAlias(lambda, 'f', 'live', { weights: { '2': 0.1 } });
    expect(
      refusal(() => {
        deleteVersion(lambda, 'f', '2');
      }),
    ).toContain('Unable to delete version because the following aliases reference it: [live]');
  });
});

describe('aliases in the simulator', () => {
  beforeEach(twoVersions);

  it('get a new revision with every update, even one that changes nothing', () => {
    const { revisionId } = getAlias(lambda, 'f', 'live');
    updateAlias(lambda, 'f', 'live', {});
    expect(getAlias(lambda, 'f', 'live').revisionId).not.toBe(revisionId);
  });

  it('are not written by somebody who names another revision', () => {
    const write = () => updateAlias(lambda, 'f', 'live', { version: '2', revisionId: 'old' });
    expect(refusal(write)).toContain(
      '412 PreconditionFailedException: The Revision Id provided does not match the latest Revision Id',
    );
    expect(getAlias(lambda, 'f', 'live').version).toBe('1');
  });

  it('keep their weights when none are given, and lose them when they are empty', () => {
    updateAlias(lambda, 'f', 'live', { weights: { '2': 0.2 } });
    updateAlias(lambda, 'f', 'live', { description: 'x' });
    expect(getAlias(lambda, 'f', 'live').weights).toEqual({ '2': 0.2 });
    updateAlias(lambda, 'f', 'live', { weights: {} });
    expect(getAlias(lambda, 'f', 'live').weights).toEqual({});
  });

  it.each<[string, Parameters<typeof updateAlias>[3], string]>([
    [
      'two additional versions',
      { weights: { '2': 0.1, '3': 0.1 } },
      '400 InvalidParameterValueException: Number of items in AdditionalVersionWeights cannot be greater than 1',
    ],
    ['a weight above 1', { weights: { '2': 1.5 } }, '400 ValidationException'],
    ['a weight below 0', { weights: { '2': -0.1 } }, '400 ValidationException'],
    ['a weight that is no number', { weights: { '2': NaN } }, '400 ValidationException'],
    ['$LATEST as additional version', { weights: { $LATEST: 0.1 } }, '400 ValidationException'],
    [
      'the version itself as additional version',
      { weights: { '1': 0.1 } },
      '400 InvalidParameterValueException: Invalid function version 1. Function version 1 is already included in routing configuration.',
    ],
    [
      'weights beside $LATEST',
      { version: '$LATEST', weights: { '2': 0.1 } },
      '400 InvalidParameterValueException: $LATEST is not supported for an alias pointing to more than 1 version',
    ],
    [
      'a version that does not exist',
      { version: '9' },
      '404 ResourceNotFoundException: Function not found: arn:aws:lambda:eu-west-1:123456789012:function:f:9',
    ],
    [
      'an additional version that does not exist',
      { weights: { '9': 0.1 } },
      '404 ResourceNotFoundException: Function not found',
    ],
  ])('refuse %s', (_, change, expected) => {
    expect(refusal(() => updateAlias(lambda, 'f', 'live', change))).toContain(expected);
  });

  it('refuse a version that is left over in the weights', () => {
    updateAlias(lambda, 'f', 'live', { weights: { '2': 0.5 } });
    expect(refusal(() => updateAlias(lambda, 'f', 'live', { version: '2' }))).toContain(
      'already included in routing configuration',
    );
  });

  it.each([
    [
      'execution roles',
      { role: 'arn:aws:iam::123456789012:role/other' },
      'the same execution role',
    ],
    ['dead-letter queues', { deadLetterArn: 'arn:aws:sqs:::q' }, 'the same dead-letter queue'],
  ])('refuse to split between versions with different %s', (_, change, expected) => {
    updateFunction(lambda, 'f', change);
    publishVersion(lambda, 'f');
    const split = () => updateAlias(lambda, 'f', 'live', { weights: { '3': 0.1 } });
    expect(refusal(split)).toContain(expected);
  });

  it('refuse names that are numbers, and names that are taken', () => {
    expect(refusal(() => createAlias(lambda, 'f', '2024', { version: '1' }))).toContain(
      '400 ValidationException',
    );
    expect(refusal(() => createAlias(lambda, 'f', 'live', { version: '1' }))).toContain(
      '409 ResourceConflictException: Alias already exists',
    );
  });

  it('can be deleted twice', () => {
    deleteAlias(lambda, 'f', 'live');
    expect(
      refusal(() => {
        deleteAlias(lambda, 'f', 'live');
      }),
    ).toBe('nothing was refused');
    expect(refusal(() => getAlias(lambda, 'f', 'live'))).toContain('404');
  });

  it('with provisioned concurrency show a weight that nobody set until it has moved', () => {
    putProvisioned(lambda, 'f', 'live', 5);
    updateAlias(lambda, 'f', 'live', { version: '2' });
    expect(getAlias(lambda, 'f', 'live')).toMatchObject({ version: '2', weights: { '1': 0.99 } });
    expect(getProvisioned(lambda, 'f', 'live').status).toBe('IN_PROGRESS');
    now += lambda.provisioningMs;
    expect(getAlias(lambda, 'f', 'live')).toMatchObject({ version: '2', weights: {} });
    expect(getProvisioned(lambda, 'f', 'live').status).toBe('READY');
  });

  it('with weights refuse provisioned concurrency', () => {
    updateAlias(lambda, 'f', 'live', { weights: { '2': 0.5 } });
    expect(
      refusal(() => {
        putProvisioned(lambda, 'f', 'live', 5);
      }),
    ).toContain('Alias with weights can not be used with Provisioned Concurrency');
  });
});
