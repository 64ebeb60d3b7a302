import { messageOf } from '../../core/problems.ts';
import { ended, isSuccess, refused, type Ending } from '../../core/report/ending.ts';
import type { Mode } from '../../core/rollout/mode.ts';
import { totalBakeMs } from '../../core/rollout/plan.ts';
import type { WavePolicy } from '../../core/rollout/waves.ts';
import { runAction } from '../action.ts';
import { lookAhead } from '../modes/start.ts';
import type { Config } from '../../inputs/config.ts';
import { revertTheDead } from '../preflight/recovery.ts';
import { createJournal } from '../journal.ts';
import { ALONE, FOUND, type Surroundings, type Wave } from '../surroundings.ts';
import { createMeeting, type Meeting } from './meeting.ts';
import { nameOf, type Region } from './region.ts';
import { createRollout, type Rollout } from './rollout.ts';

/** Of these, a region that fails takes the others with it. The others look alone, or are in a hurry to put something back. */
const TOGETHER: readonly Mode[] = ['rollout', 'start', 'step', 'promote'];

/** How it ended in a region. */
export interface RegionEnding {
  readonly ending: Ending;
  /** Whether it is so because of another region, which says why. */
  readonly isElsewhere: boolean;
}

/**
 * Does in each region what the inputs ask for: one wave after another, the regions of a wave in step with each other. Never throws.
 * @param note tells of the waves
 * @returns how it ended in each, in the same order
 */
export async function carryOutWaves(
  regions: readonly Region[],
  policy: WavePolicy,
  note: (text: string) => void,
): Promise<readonly RegionEnding[]> {
  const isTogether = regions.every(
    ({ config }) => TOGETHER.includes(config.mode) && !config.dryRun,
  );
  return isTogether
    ? rollThroughWaves(regions, policy, note)
    : Promise.all(
        regions.map(async (region) => ownEnding(await endingOf(region, region.surroundings))),
      );
}

function ownEnding(ending: Ending): RegionEnding {
  return { ending, isElsewhere: false };
}

function elsewhere(ending: Ending): RegionEnding {
  return { ending, isElsewhere: true };
}

async function rollThroughWaves(
  regions: readonly Region[],
  policy: WavePolicy,
  note: (text: string) => void,
): Promise<readonly RegionEnding[]> {
  const waves = [...Map.groupBy(regions, ({ wave }) => wave).values()];
  const rollout = createRollout(policy.onFailure);
  const stopListening = rollout.listen(regions);
  const endings = new Map<Region, RegionEnding>();
  for (const [index, wave] of waves.entries()) {
    const isLast = index === waves.length - 1;
    const later = index === 0 ? waves.slice(1).flat() : [];
    rollout.begin(wave, isLast);
    if (waves.length > 1) note(`wave ${index + 1} of ${waves.length}: ${namesOf(wave)}`);
    const ended = await rollWave(
      isLast ? wave : wave.map((region) => baking(region, policy.bakeMs)),
      later.map((region) => ({ region, before: beginningLater(region, waves, policy) })),
      rollout,
    );
    for (const [place, region] of [...wave, ...later].entries()) {
      const ending = ended[place];
      if (ending !== undefined) endings.set(region, ending);
    }
    const mayGoOn = wave.every((region) => isSuccess(endings.get(region)?.ending ?? NOT_BEGUN));
    if (!mayGoOn || rollout.failure() !== undefined || isCancelled(wave)) break;
  }
  stopListening();
  const takenBack = await rollout.end();
  const why = rollout.failure() ?? WITH_AWS;
  return regions.map((region) => {
    const back = takenBack.get(nameOf(region));
    if (back !== undefined) return elsewhere(back);
    return endings.get(region) ?? elsewhere(ended('failed', `not begun: ${why}`));
  });
}

const NOT_BEGUN = ended('failed', '');

/** Of what AWS carries, not every end is seen here, and none that is not is a failure. */
const WITH_AWS = 'AWS goes on with the wave before it, and how that ends is not known here';

function isCancelled(wave: readonly Region[]): boolean {
  return wave.some(({ surroundings }) => surroundings.jobCancellation.aborted);
}

function namesOf(wave: readonly Region[]): string {
  return wave.map(nameOf).join(', ');
}

/** The promotion is watched for so much longer: its mark stays, and no gap comes between it and the next wave. */
function baking(region: Region, bakeMs: number): Region {
  const { plan } = region.config;
  const steps = plan.steps.map((step) =>
    step.weight < 100 ? step : { ...step, bakeMs: step.bakeMs + bakeMs },
  );
  return { ...region, config: { ...region.config, plan: { ...plan, steps } } };
}

/** For the look before the first wave: what stands against a later one is told before anything is written anywhere. */
function beginningLater(
  { wave: place, surroundings }: Region,
  waves: readonly (readonly Region[])[],
  { bakeMs }: WavePolicy,
): Surroundings {
  const before = waves.slice(0, place);
  const lasting = before.map((wave) =>
    Math.max(...wave.map(({ config }) => totalBakeMs(config.plan) + bakeMs)),
  );
  const beginsAfterMs = lasting.reduce((sum, each) => sum + each, 0);
  return {
    ...surroundings,
    // Its story begins with its wave.
    journal: createJournal(surroundings.clock, () => undefined),
    wave: { ...ALONE, beginsAfterMs },
  };
}

async function endingOf({ config, id }: Region, surroundings: Surroundings): Promise<Ending> {
  try {
    return await runAction(config, id, surroundings);
  } catch (error) {
    return refused(config.mode, messageOf(error));
  }
}

/** What dead runs left is put back at once, and not when its wave begins: nobody watches it until then. */
async function endingBefore({ region, before }: Later): Promise<Ending> {
  const { config, id, surroundings } = region;
  // What cannot be looked at is told by the look that follows.
  const found = await revertTheDead(withoutResuming(config), id, surroundings).catch(() => []);
  if ('outcome' in found) return found;
  try {
    return await lookAhead(config, id, before, found);
  } catch (error) {
    return ended('failed', messageOf(error));
  }
}

/** Whoever is to resume it comes only with its wave. */
function withoutResuming(config: Config): Config {
  const { onUnfinished } = config;
  return onUnfinished.action === 'resume'
    ? { ...config, onUnfinished: { ...onUnfinished, action: 'revert' } }
    : config;
}

/** A region of a later wave. */
interface Later {
  readonly region: Region;
  /** With these it is looked at before the first wave. */
  readonly before: Surroundings;
}

/**
 * The regions of one wave, each a rollout of its own; beside them, before anything is written, a look at those of later waves.
 * @returns how each of the wave ended, and of the later ones what stands against them
 */
async function rollWave(
  wave: readonly Region[],
  later: readonly Later[],
  rollout: Rollout,
): Promise<readonly (RegionEnding | undefined)[]> {
  const meeting = createMeeting(wave.length + later.length);
  const rolling = wave.map(async (region, member) => {
    const ended = await rollRegion(region, { meeting, member, rollout });
    // What goes on with AWS has not failed.
    const { outcome, reason } = ended.ending;
    if (isSuccess(ended.ending)) rollout.arrived(region);
    else if (outcome !== 'started') rollout.fail(region, reason);
    meeting.leave(member);
    return ended;
  });
  const looking = later.map(async (each, index) => {
    const ending = await endingBefore(each);
    const isRefused = !isSuccess(ending);
    if (isRefused) rollout.fail(each.region, ending.reason);
    meeting.leave(wave.length + index);
    return isRefused ? ownEnding(ending) : undefined;
  });
  return Promise.all([...rolling, ...looking]);
}

interface Membership {
  readonly meeting: Meeting;
  readonly member: number;
  readonly rollout: Rollout;
}

async function rollRegion(
  region: Region,
  { meeting, member, rollout }: Membership,
): Promise<RegionEnding> {
  const { surroundings } = region;
  const { jobCancellation, journal } = surroundings;
  // Until it is cleared nothing of it is written, and everything that stands against it is to be told.
  const ahead = new AbortController();
  const failed = rollout.signalFor(region);
  const cancellation = AbortSignal.any([jobCancellation, ahead.signal]);
  const goOn = () => {
    ahead.abort(failed.reason);
  };
  let isCleared = false;
  const clear = () => {
    if (isCleared) return;
    isCleared = true;
    if (failed.aborted) goOn();
    else failed.addEventListener('abort', goOn, { once: true });
  };
  const wave: Wave = {
    beginsAfterMs: 0,
    async reach(place, signal) {
      if (place > FOUND) clear();
      await meeting.reach(member, place, signal);
      if (!failed.aborted) return;
      clear();
      failed.throwIfAborted();
    },
    hasTraffic: clear,
    reverting(reason) {
      rollout.fail(region, reason);
    },
    passed: (saved, settled) => rollout.passed({ region, saved, settled }),
  };
  journal.follow((entry) => {
    if (entry.type !== 'state') return;
    clear();
    if (entry.state.phase === 'reverting') rollout.fail(region, entry.state.reason);
  });
  const ending = await endingOf(region, { ...surroundings, cancellation, wave });
  return { ending, isElsewhere: ahead.signal.aborted && !isSuccess(ending) };
}
