import { describe, expect, it } from '@jest/globals';

import { CARRIED, LEFT } from '../../promises/calm.ts';
import { UNHARMED } from '../../promises/jobs.ts';
import { play } from '../../promises/play.ts';
import { violationsOf } from '../../promises/promises.ts';
import type { Dying, Scenario, JobScenario } from '../../promises/scenario.ts';
import { STARTS_AT, type Played } from '../../promises/stage.ts';
import { updateAlias } from '../../simulator/lambda/aliases.ts';
import { denied, type Fault, type FaultRule } from '../../simulator/wire/faults.ts';
import { scenarioOf } from '../../promises/draw.ts';

const outcomes = ({ told }: Played) => told.map(({ ending }) => ending?.outcome);
const ended = ({ carriers }: Played) =>
  carriers.map(({ process, ending }) => [process, ending?.outcome]);
const alias = ({ aliases }: Played) => {
  const { version, weights } = aliases.at(-1) ?? { version: '', weights: {} };
  return [version, ...Object.keys(weights)].join('+');
};
const sentBy = ({ requests }: Played, process: string) =>
  requests.filter(({ by }) => by === process).map(({ operation }) => operation);

const dies = (what: Dying['what'], afterMs = 100_000): { readonly death: Dying } => ({
  death: { afterMs, what, forMs: 0, atWrite: undefined },
});
const over = (...modes: readonly JobScenario['mode'][]): Scenario => ({
  ...CARRIED,
  jobs: modes.map((mode) => ({ mode, gap: { ms: 60_000, what: undefined }, death: UNHARMED })),
});
/** Calls of jobs alone, and not of what AWS carries. */
const onJobs =
  (operation: string, fault: Fault): FaultRule =>
  (request) =>
    request.execution === undefined && request.operation === operation ? fault : undefined;

describe('a simulated rollout that AWS carries', () => {
  it.each([
    ['followed', CARRIED, 'promoted'],
    ['left', LEFT, 'started'],
  ])('is promoted when nothing goes wrong: %s', async (_, scenario, said) => {
    const played = await play(scenario);
    expect(outcomes(played)).toEqual([said]);
    expect(ended(played)).toEqual([['AWS for main', 'promoted']]);
    expect(violationsOf(played)).toEqual([]);
  });

  it('is the same again for the same seed', async () => {
    await play(CARRIED);
    const scenario = { ...LEFT, faultRate: 0.3, faults: scenarioOf(11).faults };
    const [one, other] = [await play(scenario), await play(scenario)];
    expect(other.trace).toEqual(one.trace);
  });

  it('goes on when its runner dies, and the next run finds it at it', async () => {
    const played = await play({ ...CARRIED, ...dies('runner died') });
    expect(outcomes(played)).toEqual([undefined, 'failed']);
    expect(played.told.at(-1)?.ending?.reason).toContain('is being moved by AWS');
    expect(ended(played)).toEqual([['AWS for main', 'promoted']]);
    expect(violationsOf(played)).toEqual([]);
  });

  it('is no dead one to a next run that may not ask', async () => {
    const played = await play({ ...CARRIED, ...dies('runner died') }, ({ simulator }) => {
      simulator.faults.add(onJobs('DescribeExecution', denied('states:DescribeExecution', '*')));
    });
    expect(outcomes(played)).toEqual([undefined, 'failed']);
    expect(ended(played)).toEqual([['AWS for main', 'promoted']]);
  });

  it('goes on when its process is killed, and the post step says so', async () => {
    const played = await play({ ...CARRIED, ...dies('killed') });
    expect(outcomes(played)).toEqual([undefined, 'started']);
    expect(alias(played)).toBe('3');
  });

  it('is put back by whoever follows it when somebody stops it and no rule does', async () => {
    const carried = { ...CARRIED.carried, stoppedAfter: 60, repairs: 0 } as const;
    const played = await play({ ...CARRIED, carried });
    expect(outcomes(played)).toEqual(['reverted']);
    expect(alias(played)).toBe('1');
    expect(violationsOf(played)).toEqual([]);
  });

  it('is put back by the rule when somebody stops it and nobody follows it', async () => {
    const carried = { ...LEFT.carried, stoppedAfter: 60, repairs: 2 } as const;
    const played = await play({ ...LEFT, carried });
    expect(ended(played).map(([process]) => process)).toEqual([
      'AWS for main',
      'repair for main',
      'another repair for main',
    ]);
    expect(alias(played)).toBe('1');
    expect(violationsOf(played)).toEqual([]);
  });

  it('is put back by the next run when somebody stopped it, and begun anew', async () => {
    const carried = { ...LEFT.carried, stoppedAfter: 60, repairs: 0 } as const;
    const played = await play({ ...LEFT, carried, rivalAfterMs: 90_000 });
    const rival = played.told.find(({ process }) => process === 'rival');
    expect(rival?.ending?.outcome).toBe('started');
    expect(played.trace.join('\n')).toContain('version 1 is live again');
  });

  it('is reverted by the alias first and the execution second when its job is cancelled', async () => {
    const played = await play({ ...CARRIED, ...dies('cancelled') });
    expect(outcomes(played)).toEqual(['reverted']);
    const acts = sentBy(played, 'main').filter((each) => /UpdateAlias|StopExecution/.test(each));
    expect(acts).toEqual(['UpdateAlias', 'StopExecution']);
    // Ended for a reason of ours, there is nothing to repair.
    expect(ended(played)).toEqual([['AWS for main', undefined]]);
    expect(violationsOf(played)).toEqual([]);
  });

  it('goes on when its job may not write the way back', async () => {
    const played = await play({ ...CARRIED, ...dies('cancelled') }, ({ simulator }) => {
      simulator.faults.add(onJobs('UpdateAlias', denied('lambda:UpdateAlias', '*')));
    });
    expect(outcomes(played)[0]).toBe('revert-failed');
    expect(sentBy(played, 'main')).not.toContain('StopExecution');
    expect(ended(played)).toEqual([['AWS for main', 'promoted']]);
  });

  it('is said to have moved nothing when it is cancelled before its first weight', async () => {
    const played = await play({ ...CARRIED, ...dies('cancelled', 4_300) });
    expect(outcomes(played)).toEqual(['failed']);
    expect(played.told[0]?.ending?.reason).toContain('No traffic had been moved');
    expect(violationsOf(played)).toEqual([]);
  });

  it('is not left to AWS by on-cancel: hold before AWS is known to have begun', async () => {
    const played = await play(
      { ...CARRIED, ...dies('cancelled', 6_000), onCancel: 'hold' },
      ({ simulator }) => {
        simulator.faults.add(onJobs('StartExecution', { type: 'lost-reply' }));
      },
    );
    expect(outcomes(played)).toEqual(['reverted']);
    expect(alias(played)).toBe('1');
  });

  it('is put back when nobody answers its start', async () => {
    const played = await play(CARRIED, ({ simulator }) => {
      simulator.faults.add(onJobs('StartExecution', { type: 'lost-reply' }));
    });
    expect(outcomes(played)).not.toContain('promoted');
    expect(alias(played)).toBe('1');
    expect(violationsOf(played)).toEqual([]);
  });

  it('is kept out when its start is so late that its job has been cancelled', async () => {
    const played = await play(
      { ...CARRIED, ...dies('cancelled', 4_200) },
      ({ simulator, time }) => {
        let isFirst = true;
        simulator.faults.add(({ operation, input }) => {
          if (operation !== 'StartExecution' || !isFirst) return undefined;
          isFirst = false;
          const { stateMachineArn, ...late } = input as Readonly<
            Record<'stateMachineArn' | 'name' | 'input', string>
          >;
          time.at(STARTS_AT + 60_000, () => {
            expect(() => simulator.executions.start(stateMachineArn, late)).toThrow(
              'Execution Already Exists',
            );
          });
          return { type: 'hang' };
        });
      },
    );
    expect(outcomes(played)).toEqual(['failed']);
    expect(alias(played)).toBe('1');
    expect(violationsOf(played)).toEqual([]);
  });

  it('is not said to be promoted when somebody has moved its alias before that was read', async () => {
    const played = await play(CARRIED, ({ simulator, time }) => {
      simulator.executions.onEnd(() => {
        time.at(time.clock.now() + 1, () => {
          updateAlias(simulator.lambda, 'f1', 'live', { version: '2', weights: {} });
        });
      });
    });
    expect(ended(played)).toEqual([['AWS for main', 'promoted']]);
    expect(outcomes(played)).toEqual(['failed']);
  });

  it('is not said to be reverted when somebody has moved its alias before that was read', async () => {
    const alarm = { afterMs: 60_000, what: 'alarm', forMs: 0 } as const;
    const played = await play({ ...CARRIED, happenings: [alarm] }, ({ simulator, time }) => {
      simulator.executions.onEnd(() => {
        time.at(time.clock.now() + 1, () => {
          updateAlias(simulator.lambda, 'f1', 'live', { version: '2', weights: {} });
        });
      });
    });
    expect(ended(played)).toEqual([['AWS for main', 'reverted']]);
    expect(outcomes(played)).toEqual(['failed']);
  });

  it('goes on in another job, and is reverted by a third', async () => {
    const played = await play(over('start', 'step', 'revert'));
    expect(outcomes(played)).toEqual(['held', 'held', 'reverted']);
    expect(violationsOf(played)).toEqual([]);
  });

  it('is watched by the part before until the next one has begun', async () => {
    const played = await play(over('start', 'step'));
    const acts = sentBy(played, 'job 2').filter((each) => /(?:Start|Stop)Execution/.test(each));
    expect(acts).toEqual(['StartExecution', 'StopExecution']);
  });

  it('goes on with what the part before knew', async () => {
    const played = await play(over('start', 'step'));
    const [first, second] = [...played.simulator.executions.all.values()];
    const { changes } = JSON.parse(second?.input ?? '{}') as {
      readonly changes: readonly { readonly weight: number; readonly at: number }[];
    };
    expect(changes.map(({ weight }) => weight)).toEqual([10]);
    expect(changes[0]?.at).toBeGreaterThan(first?.startedAt ?? Infinity);
    expect(changes[0]?.at).toBeLessThan((first?.startedAt ?? 0) + 10_000);
  });

  it('is reverted when nobody decides for as long as hold-for says', async () => {
    const played = await play(over('start'));
    const [carrier] = played.carriers;
    expect(carrier?.ending?.outcome).toBe('reverted');
    const minutes = ((carrier?.endedAt ?? 0) - (carrier?.startedAt ?? 0)) / 60_000;
    expect(minutes).toBeGreaterThan(10);
    expect(minutes).toBeLessThan(13);
  });
});
