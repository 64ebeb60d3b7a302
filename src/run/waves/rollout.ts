import { FailedElsewhere, isRunnerGone, mayBeHeld, messageOf } from '../../core/problems.ts';
import type { Ending } from '../../core/report/ending.ts';
import type { WaveFailurePolicy } from '../../core/rollout/waves.ts';
import { forget, leave, saveIfPossible } from '../surroundings.ts';
import { nameOf, type Region } from './region.ts';
import { takeBack, type Passed } from './take-back.ts';

/** What all waves of a rollout share: the first failure, and what it takes with it. */
export interface Rollout {
  readonly failure: () => string | undefined;
  /** A wave begins. */
  begin(wave: readonly Region[], isLast: boolean): void;
  /** Only the first counts, and none after the end of the last wave. */
  fail(region: Region, why: string): void;
  /** Aborted for all regions but the one that failed. */
  signalFor(region: Region): AbortSignal;
  /** @returns whether what is saved of it is seen to: it may yet be put back with another region */
  passed(passed: Passed): boolean;
  /** It has come to its end, and has nothing that could be put back, or has passed before. */
  arrived(region: Region): void;
  /** @returns the function that ends the listening to a cancelled job */
  listen(regions: readonly Region[]): () => void;
  /** Waits for what is put back; what stays is no matter of the post step any more. */
  end(): Promise<ReadonlyMap<string, Ending>>;
}

/** Nothing of it has begun. */
export function createRollout(onFailure: WaveFailurePolicy): Rollout {
  /** Of the wave that is under way. */
  let wave: readonly Region[] = [];
  let isLast = false;
  /** Those of them that have not passed. */
  const coming = new Set<string>();
  /** Whether the last wave that begins has passed: as in one region, nothing puts it back from then on. */
  let isOver = false;
  const passed = new Map<string, Passed>();
  const kept = new Set<string>();
  const takingBack = new Map<string, Promise<Ending>>();
  const signals = new Map<string, AbortController>();
  let failure: string | undefined;
  let isCancelled = false;
  /** Whether the job was cancelled, and everything stays as it is where all regions of the wave can be held. */
  let isHeld = false;

  const signalOf = (name: string) => {
    const controller = signals.get(name) ?? new AbortController();
    signals.set(name, controller);
    return controller;
  };

  function takeAllBack(why: string): void {
    for (const [name, each] of passed) {
      if (takingBack.has(name) || (kept.has(name) && !isCancelled)) continue;
      takingBack.set(name, takeBack(each, why));
    }
  }

  /** Once all of a wave have passed, what of it stays does so at once, and not only when they have tidied up. */
  function arrive(name: string): void {
    if (!coming.delete(name) || coming.size > 0 || failure !== undefined) return;
    if (isLast || isHeld) {
      isOver = true;
      forgetAll([...passed.values()]);
    } else if (onFailure === 'keep-earlier') {
      for (const region of wave) {
        kept.add(nameOf(region));
        if (passed.has(nameOf(region))) leave(region.surroundings);
      }
    }
  }

  return {
    failure: () => failure,
    begin(those, isTheLast) {
      wave = those;
      isLast = isTheLast;
      for (const region of those) coming.add(nameOf(region));
    },
    fail(region, why) {
      if (failure !== undefined || isOver) return;
      const [first = '', ...more] = why.split('\n');
      failure = `${nameOf(region)} failed: ${first}${more.length > 0 ? ' …' : ''}`;
      takeAllBack(failure);
      for (const [name, controller] of signals) {
        if (name !== nameOf(region)) controller.abort(new FailedElsewhere(failure));
      }
    },
    signalFor: (region) => signalOf(nameOf(region)).signal,
    passed(each) {
      const name = nameOf(each.region);
      if (isOver) return false;
      passed.set(name, each);
      if (failure !== undefined) takeAllBack(failure);
      else if (!kept.has(name)) {
        saveIfPossible(each.saved, each.region.surroundings);
        arrive(name);
      }
      return true;
    },
    arrived(region) {
      arrive(nameOf(region));
    },
    listen(regions) {
      const [first] = regions;
      if (first === undefined) return () => undefined;
      const { surroundings, config } = first;
      const { jobCancellation } = surroundings;
      const onCancel = () => {
        if (isOver) return;
        const { reason } = jobCancellation as { readonly reason: unknown };
        if (config.onCancel === 'hold' && mayBeHeld(reason)) {
          isHeld = true;
          return;
        }
        // AWS goes on with the others.
        if (config.engine === 'step-functions' && isRunnerGone(reason)) return;
        isCancelled = true;
        failure ??= messageOf(reason);
        takeAllBack(messageOf(reason));
      };
      if (jobCancellation.aborted) onCancel();
      jobCancellation.addEventListener('abort', onCancel, { once: true });
      return () => {
        jobCancellation.removeEventListener('abort', onCancel);
      };
    },
    async end() {
      const takenBack = new Map<string, Ending>();
      for (const [name, taking] of takingBack) takenBack.set(name, await taking);
      const stay = [...passed].filter(([name]) => !takenBack.has(name) && !kept.has(name));
      if (!isOver) forgetAll(stay.map(([, each]) => each));
      return takenBack;
    },
  };
}

/** At once: after a kill the post step puts all of them back, or none. */
function forgetAll([first, ...others]: readonly Passed[]): void {
  if (first === undefined) return;
  forget(
    first.region.surroundings,
    others.map(({ region }) => nameOf(region)),
  );
}
