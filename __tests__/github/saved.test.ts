import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { keepInState, loadRollouts, type SavedRollout } from '../../src/github/saved.ts';

const REGION = 'ap-southeast-2';
const RUN = { repository: 'acme/shop', runId: '42', attempt: '1' };
/** What Linux takes of one environment variable, `STATE_rollout=` and all. */
const LONGEST_VARIABLE = 128 * 1024;

function rolloutOf(count: number): SavedRollout {
  return {
    region: REGION,
    account: '123456789012',
    targets: Array.from({ length: count }, (_, index) => {
      const functionName = `${'f'.repeat(60)}-${index}`;
      const functionId = `arn:aws:lambda:ap-southeast-2:123456789012:function:${functionName}`;
      return {
        target: { functionId, functionName, alias: 'a'.repeat(128) },
        versions: { stable: '12345', canary: '12346' },
        nonces: ['0badcafe', '0badf00d'],
        begun: [1, 5, 10, 25, 50, 100],
      };
    }),
  };
}

describe('what is saved for the post step', () => {
  let folder = '';
  let states = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-canary-'));
    states = join(folder, 'state');
    writeFileSync(states, '');
    process.env['GITHUB_STATE'] = states;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    delete process.env['GITHUB_STATE'];
    delete process.env['STATE_rollout'];
  });

  /** Hands the last state over, as GitHub does. */
  function handOver(): string {
    const values = readFileSync(states, 'utf8').matchAll(/^rollout<<(\S+)\n(.*)\n\1$/gm);
    const last = [...values].at(-1)?.[2] ?? '';
    process.env['STATE_rollout'] = last;
    return last;
  }

  it('is forgotten also where the disk is too full to say so in the state', () => {
    const saved = rolloutOf(2);
    const keep = keepInState(RUN, { temp: folder, largest: [saved] })(REGION);
    keep.save(saved);
    handOver();
    rmSync(states);
    keep.forget();
    expect(loadRollouts(RUN)).toEqual([]);
  });

  it('comes back as it was, of 500 functions with long names, through an environment variable', () => {
    const saved = rolloutOf(500);
    const keep = keepInState(RUN, { temp: folder, largest: [saved] })(REGION);
    for (let step = 0; step < 20; step++) keep.save(saved);
    const state = handOver();
    expect(Buffer.byteLength(JSON.stringify(saved))).toBeGreaterThan(LONGEST_VARIABLE);
    expect(Buffer.byteLength(`STATE_rollout=${state}`)).toBeLessThan(LONGEST_VARIABLE / 10);
    expect(readFileSync(states, 'utf8').length).toBeLessThan(LONGEST_VARIABLE / 10);
    expect(loadRollouts(RUN)).toEqual([saved]);
  });

  it('is what was saved last', () => {
    const keep = keepInState(RUN, { temp: folder, largest: [rolloutOf(2)] })(REGION);
    keep.save(rolloutOf(1));
    keep.save(rolloutOf(2));
    handOver();
    expect(loadRollouts(RUN)[0]?.targets).toHaveLength(2);
  });

  it('comes back when it was saved after another rollout had ended', () => {
    const keep = keepInState(RUN, { temp: folder, largest: [rolloutOf(2)] })(REGION);
    keep.save(rolloutOf(1));
    keep.forget();
    keep.save(rolloutOf(2));
    handOver();
    expect(loadRollouts(RUN)[0]?.targets).toHaveLength(2);
  });

  it.each(['a folder', undefined])(
    'is told of beside what is to be put back where it stays, and never alone (in %s)',
    (given) => {
      const temp = given === undefined ? undefined : folder;
      const other = { ...rolloutOf(1), region: 'eu-west-1' };
      const keepOf = keepInState(RUN, { temp, largest: [rolloutOf(1), other] });
      keepOf(REGION).save(rolloutOf(1));
      keepOf(REGION).leave();
      expect(handOver()).toBe('');
      keepOf('eu-west-1').save(other);
      handOver();
      expect(loadRollouts(RUN)).toEqual([{ ...rolloutOf(1), stays: true }, other]);
      keepOf('eu-west-1').forget();
      expect(handOver()).toBe('');
    },
  );

  it('is forgotten of several regions in one write', () => {
    const others = ['eu-west-1', 'us-east-1'].map((region) => ({ ...rolloutOf(1), region }));
    const keepOf = keepInState(RUN, { temp: undefined, largest: [rolloutOf(1), ...others] });
    for (const each of [rolloutOf(1), ...others]) keepOf(each.region).save(each);
    const before = readFileSync(states, 'utf8').match(/^rollout<</gm)?.length ?? 0;
    keepOf(REGION).forget(['eu-west-1']);
    expect(readFileSync(states, 'utf8').match(/^rollout<</gm)).toHaveLength(before + 1);
    handOver();
    expect(loadRollouts(RUN)).toEqual(others.slice(1));
  });

  it('names no repairing command for what stays when the file is gone', () => {
    const other = { ...rolloutOf(1), region: 'eu-west-1' };
    const keepOf = keepInState(RUN, { temp: folder, largest: [rolloutOf(1), other] });
    keepOf(REGION).save(rolloutOf(1));
    keepOf(REGION).leave();
    keepOf('eu-west-1').save(other);
    handOver();
    rmSync(folder, { recursive: true, force: true });
    expect(() => loadRollouts(RUN)).toThrow(/^(?![^]*ap-southeast-2 --)[^]*--region eu-west-1/);
  });

  it.each([undefined, '/nonexistent'])(
    'comes back without a folder, if it is small (%s)',
    (temp) => {
      const saved = rolloutOf(50);
      keepInState(RUN, { temp, largest: [saved] })(REGION).save(saved);
      handOver();
      expect(loadRollouts(RUN)).toEqual([saved]);
    },
  );

  it('is refused without a folder when no environment variable would hold it', () => {
    expect(() => keepInState(RUN, { temp: undefined, largest: [rolloutOf(500)] })).toThrow(
      /500 functions back cannot be saved: RUNNER_TEMP is not set/,
    );
  });

  it('is not taken from a file that somebody changed', () => {
    const keep = keepInState(RUN, { temp: folder, largest: [rolloutOf(1)] })(REGION);
    keep.save(rolloutOf(1));
    const path = /"path":"([^"]+)"/.exec(handOver())?.[1] ?? '';
    writeFileSync(path, readFileSync(path, 'utf8').replace('12345', '12344'));
    expect(() => loadRollouts(RUN)).toThrow(`${path} was changed`);
  });

  it('names ten of 500 repairing commands when the file is gone', () => {
    const keep = keepInState(RUN, { temp: folder, largest: [rolloutOf(500)] })(REGION);
    keep.save(rolloutOf(500));
    handOver();
    rmSync(folder, { recursive: true, force: true });
    let message = '';
    try {
      loadRollouts(RUN);
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message).toContain('is missing');
    expect(message).toContain('the 500 functions in ap-southeast-2');
    expect(message.match(/aws lambda update-alias/g)).toHaveLength(10);
    expect(message).toContain('… and 490 more');
  });

  it.each([{ runId: '43' }, { attempt: '2' }, { repository: 'acme/other' }])(
    'is of no use to another run: %j',
    (other) => {
      const keep = keepInState(RUN, { temp: folder, largest: [rolloutOf(1)] })(REGION);
      keep.save(rolloutOf(1));
      handOver();
      expect(() => loadRollouts({ ...RUN, ...other })).toThrow('belongs to another run');
    },
  );

  it('is nothing once it is forgotten', () => {
    const keep = keepInState(RUN, { temp: folder, largest: [rolloutOf(1)] })(REGION);
    keep.save(rolloutOf(1));
    keep.forget();
    expect(handOver()).toBe('');
    expect(loadRollouts(RUN)).toEqual([]);
  });

  it('is of each region by itself: what ends in one is still to be put back in another', () => {
    const elsewhere = { ...rolloutOf(1), region: 'us-east-1' };
    for (const temp of [folder, undefined]) {
      const keepOf = keepInState(RUN, { temp, largest: [rolloutOf(1), elsewhere] });
      keepOf(REGION).save(rolloutOf(1));
      keepOf('us-east-1').save(elsewhere);
      handOver();
      expect(loadRollouts(RUN)).toEqual([rolloutOf(1), elsewhere]);
      keepOf(REGION).forget();
      handOver();
      expect(loadRollouts(RUN)).toEqual([elsewhere]);
      keepOf('us-east-1').forget();
      handOver();
      expect(loadRollouts(RUN)).toEqual([]);
    }
  });

  it('tells the commands of every region when its file is gone', () => {
    const keepOf = keepInState(RUN, { temp: folder, largest: [rolloutOf(1)] });
    keepOf(REGION).save(rolloutOf(1));
    keepOf('us-east-1').save({ ...rolloutOf(1), region: 'us-east-1' });
    const { file } = JSON.parse(handOver()) as { file: { path: string } };
    rmSync(file.path);
    expect(() => loadRollouts(RUN)).toThrow(/--region ap-southeast-2[^]*--region us-east-1/);
  });
});
