import { describe, expect, it } from '@jest/globals';

import { CALM } from '../../promises/calm.ts';
import { play } from '../../promises/play.ts';
import { violationsOf } from '../../promises/promises.ts';
import type { Scenario, RegionsScenario } from '../../promises/scenario.ts';
import type { Attempt, Played, PlayedWaves, TrueAlias } from '../../promises/stage.ts';
import { scenarioOf } from '../../promises/draw.ts';

const WAVES: RegionsScenario = {
  waves: [0, 1, 1],
  onFailure: 'revert-all',
  bakeSeconds: 0,
  happensIn: [],
  diesIn: 0,
  rivalIn: 0,
};
const THROUGH: Scenario & { readonly regions: RegionsScenario } = { ...CALM, regions: WAVES };
/** In the second wave, when the canary gets half of the requests. */
const RED_IN_THE_THIRD = {
  ...THROUGH,
  happenings: [{ afterMs: 290_000, what: 'alarm', forMs: 0 }],
  regions: { ...WAVES, happensIn: [2] },
} as const;

function wavesOf({ waves }: Played): PlayedWaves {
  if (waves === undefined) throw new Error('It goes through one region');
  return waves;
}

const regionsOf = (played: Played) => [played, ...wavesOf(played).others];
const said = (played: Played) =>
  wavesOf(played).said.map(({ process, report }) => `${process}: ${report?.outcome ?? 'killed'}`);
const served = (played: Played) =>
  regionsOf(played).map(({ aliases }) => {
    const { version, weights } = aliases.at(-1) ?? { version: '', weights: {} };
    return Object.keys(weights).length === 0 ? version : 'split';
  });
const violations = (played: Played) => violationsOf(played).map(({ what }) => what);

/** One region as it was not: that of this place. */
function doctored(played: Played, place: number, change: (region: Played) => Played): Played {
  const [first = played, ...others] = regionsOf(played).map((region, index) =>
    index === place ? change(region) : region,
  );
  return { ...first, waves: { ...wavesOf(played), others } };
}

function atLast(record: Partial<TrueAlias>): (region: Played) => Played {
  return (region) => ({
    ...region,
    aliases: region.aliases.map((each, index, all) =>
      index === all.length - 1 ? { ...each, ...record } : each,
    ),
  });
}

function writes(change: (write: Attempt) => Attempt): (region: Played) => Played {
  return (region) => ({
    ...region,
    attempts: region.attempts.map((each) =>
      each.operation === 'UpdateAlias' ? change(each) : each,
    ),
  });
}

describe('a simulated rollout through several regions', () => {
  it('is promoted in all of them when nothing goes wrong', async () => {
    const played = await play(THROUGH);
    expect(said(played)).toEqual(['main: promoted']);
    expect(served(played)).toEqual(['3', '3', '3']);
    expect(violations(played)).toEqual([]);
  });

  it('is put back in all of them when a person reverts it in one', async () => {
    const played = await play({
      ...THROUGH,
      rivalAfterMs: 290_000,
      rivalMode: 'revert',
      regions: { ...WAVES, rivalIn: 2 },
    });
    const [, , contested] = regionsOf(played);
    const tellers = contested?.told.map(
      ({ process, ending }) => `${process}: ${ending?.outcome ?? ''}`,
    );
    expect(tellers).toContain('rival: reverted');
    expect(said(played)).toEqual(['main: reverted']);
    expect(served(played)).toEqual(['1', '1', '1']);
    expect(violations(played)).toEqual([]);
  });

  it('is put back in all of them when one is reverted, or only where its wave is, if that is asked for', async () => {
    const played = await play(RED_IN_THE_THIRD);
    expect([said(played), served(played)]).toEqual([['main: reverted'], ['1', '1', '1']]);
    const regions = { ...RED_IN_THE_THIRD.regions, onFailure: 'keep-earlier' } as const;
    const kept = await play({ ...RED_IN_THE_THIRD, regions });
    expect([said(kept), served(kept)]).toEqual([['main: failed'], ['3', '1', '1']]);
    expect([...violations(played), ...violations(kept)]).toEqual([]);
  });

  it('is put back in all of them by the post step when the process is killed', async () => {
    const death = { afterMs: 290_000, what: 'killed', forMs: 0, atWrite: undefined } as const;
    const played = await play({ ...THROUGH, death });
    expect(said(played)).toEqual(['main: killed', 'post: reverted']);
    expect(served(played)).toEqual(['1', '1', '1']);
    expect(violations(played)).toEqual([]);
  });

  it('is put back in all of them when the job is cancelled, also what a failure would keep', async () => {
    const death = { afterMs: 290_000, what: 'cancelled', forMs: 0, atWrite: undefined } as const;
    const regions = { ...WAVES, onFailure: 'keep-earlier' } as const;
    const played = await play({ ...THROUGH, regions, death });
    expect([said(played), served(played)]).toEqual([['main: reverted'], ['1', '1', '1']]);
    expect(violations(played)).toEqual([]);
  });

  it('takes a promotion back at once, though its alias cannot be read meanwhile', async () => {
    const played = await play({
      ...RED_IN_THE_THIRD,
      happenings: [
        { afterMs: 285_000, what: 'alias unreadable', forMs: 240_000 },
        { afterMs: 290_000, what: 'alarm', forMs: 0 },
      ],
      regions: { ...WAVES, happensIn: [0, 2] },
    });
    expect([said(played), served(played)]).toEqual([['main: reverted'], ['1', '1', '1']]);
    expect(violations(played)).toEqual([]);
  });

  it('is held nowhere when one region fails', async () => {
    const played = await play({ ...RED_IN_THE_THIRD, onCancel: 'hold' });
    expect([said(played), served(played)]).toEqual([['main: reverted'], ['1', '1', '1']]);
    expect(violations(played)).toEqual([]);
  });

  it('begins nowhere when something stands against its last wave', async () => {
    const happenings = [{ afterMs: 0, what: 'alarm', forMs: 0 }] as const;
    const played = await play({ ...RED_IN_THE_THIRD, happenings });
    expect([said(played), served(played)]).toEqual([['main: failed'], ['1', '1', '1']]);
    const all = regionsOf(played).flatMap(({ attempts }) => attempts);
    expect(all.some(({ operation }) => operation === 'UpdateAlias')).toBe(false);
  });

  it('is drawn by some seeds, and leaves those that do not what they were', () => {
    const scenarios = Array.from({ length: 300 }, (_, index) => scenarioOf(index + 1));
    const through = scenarios.filter(({ regions }) => regions !== undefined);
    expect(through.length).toBeGreaterThan(15);
    expect(through.length).toBeLessThan(45);
    expect(through.every(({ carried, jobs }) => carried === undefined && jobs.length === 0)).toBe(
      true,
    );
  });
});

describe('the check that no region is left split', () => {
  it('notices that reverted is said while a region serves the new version', async () => {
    const played = await play(RED_IN_THE_THIRD);
    const lie = doctored(played, 0, atLast({ version: '3' }));
    expect(violations(lie)).toEqual(
      expect.arrayContaining([
        'says reverted of all, but eu-west-1 serves version 3',
        expect.stringMatching(/^eu-west-1 serve the new version, us-east-1, us-west-2 do not/),
      ]),
    );
  });

  it('notices that promoted is said while a region serves the old version', async () => {
    const lie = doctored(await play(THROUGH), 2, atLast({ version: '1' }));
    expect(violations(lie)).toContain('says promoted of all, but us-west-2 serves version 1');
  });

  it('notices a region that is ahead of those beside it, or of an earlier wave', async () => {
    const played = await play(THROUGH);
    const early = (ms: number) => writes((write) => ({ ...write, at: write.at - ms }));
    const states = (ms: number) => (region: Played) => ({
      ...region,
      told: region.told.map((told) => ({
        ...told,
        entries: told.entries.map((entry) => ({ ...entry, at: entry.at - ms })),
      })),
    });
    const both = (ms: number) => (region: Played) => states(ms)(early(ms)(region));
    expect(violations(doctored(played, 2, both(5_000)))).toContain(
      'us-west-2 wrote step 2 before us-east-1',
    );
    expect(violations(doctored(played, 2, both(30_000)))).toContain(
      'us-west-2 wrote step 1 before eu-west-1',
    );
  });

  it('notices a region that is not written back when another one reverts', async () => {
    const played = await play(RED_IN_THE_THIRD);
    const late = writes((write) => ({
      ...write,
      at:
        write.version === '1' && Object.keys(write.routing ?? {}).length === 0
          ? write.at + 1_100
          : write.at,
    }));
    for (const [place, region] of ['eu-west-1', 'us-east-1'].entries()) {
      expect(violations(doctored(played, place, late))).toContain(
        `${region} is not written back when another region reverts`,
      );
    }
  });
});
