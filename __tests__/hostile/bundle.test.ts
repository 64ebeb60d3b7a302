import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { INPUT_DEFAULTS } from '../../src/inputs/defaults.ts';
import { after, createWorld, type World } from '../fixtures/bundle-world.ts';
import type { ActionResult } from '../../simulator/runner.ts';
import { commandsIn, CONTROL } from '../fixtures/commands.ts';

/** One of everything that means something to somebody who reads what the action writes. */
const HOSTILE =
  'x\n::error::forged\r\n::set-output name=outcome::promoted\n::stop-commands::t\n##[add-mask]e' +
  '\u001b[2J\u2028::warning::y | </details><script>alert(1)</script> ![i](http://evil) ' +
  '`$(touch pwned)` ```mermaid %%{init}%% \ud800 EOF';
const ONE_LINE = HOSTILE.replace(/[\r\n\ud800]/g, ' ').trim();

/** The commands of the action's own: nothing else may be one. */
const OWN_COMMANDS = new Set(['warning', 'error', 'group', 'endgroup']);

describe('in a hostile world, the bundle', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  function expectHarmless({ log, summary, outputs }: ActionResult): void {
    expect(commandsIn(log).filter((name) => !OWN_COMMANDS.has(name))).toEqual([]);
    expect(commandsIn(log).filter((name) => name === 'error').length).toBeLessThanOrEqual(1);
    expect(log).not.toMatch(CONTROL);
    expect(log).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(summary).not.toMatch(/<script|<\/details>.*<|!\[i\]|pwned\)`/);
    expect(summary.match(/^```mermaid$/gm)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(Object.keys(outputs).sort()).toEqual(OUTPUTS);
  }

  it('refuses inputs without a stack trace and before it writes', async () => {
    const inputs = Object.fromEntries(Object.keys(INPUT_DEFAULTS).map((name) => [name, HOSTILE]));
    const result = await world.run(inputs);
    expect(result.exitCode).toBe(1);
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('alias: "x ::error::forged');
    expect(world.writes()).toEqual([]);
    expectHarmless(result);
  });

  it('refuses an input as long as an environment can hold it', async () => {
    const result = await world.run({ alarms: 'a\n'.repeat(60_000) });
    expect(result.outputs['reason']).toBe('alarms: is longer than 100000 characters');
    expect(world.writes()).toEqual([]);
    expectHarmless(result);
  });

  it('reverts for an alarm whose name and reason mean harm', async () => {
    world.simulator.alarms.putLogAlarm(ONE_LINE);
    world.setAlarm('OK', HOSTILE, ONE_LINE);
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.setAlarm('ALARM', HOSTILE, ONE_LINE);
    });
    const result = await world.run({ alarms: `${ONE_LINE}\n` });
    expect(result.outputs['outcome']).toBe('reverted');
    expect(result.outputs['reason']).toContain('went into ALARM: x ::error::forged ::set-output');
    expect(world.alias()).toBe('1');
    expectHarmless(result);
  });

  it('tells an error of AWS whose name and message mean harm', async () => {
    world.simulator.faults.add(({ operation }) =>
      operation === 'PublishVersion'
        ? { type: 'error', status: 400, name: 'x::error::y', message: HOSTILE }
        : undefined,
    );
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('failed');
    expect(result.outputs['reason']).toContain('lambda:PublishVersion');
    expectHarmless(result);
  });

  it('puts an alias back whose description means harm, and leaves that as it was', async () => {
    const description = 'kept ::error::<b>`x`</b> | $(touch pwned) \u2028 🦆';
    updateAlias(world.simulator.lambda, 'checkout', 'live', { description });
    after(world.simulator, 'UpdateAlias', 0, () => {
      world.setAlarm('ALARM');
    });
    const result = await world.run();
    expect(result.outputs['outcome']).toBe('reverted');
    expect(world.simulator.aliasHistory.at(-1)?.description).toBe(description);
    expectHarmless(result);
  });
});

const OUTPUTS = [
  'alias-arn',
  'function-arn',
  'outcome',
  'previous-version',
  'reason',
  'report',
  'started-by',
  'step',
  'steps-total',
  'version',
  'weight',
];
