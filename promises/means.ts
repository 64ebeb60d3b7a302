import type { Told } from './stage.ts';

/** The steps before the action take some of it. */
const MOST_BEFORE_MS = 10 * 60_000;

/** How much is left of it when the action begins. */
export function leftAtBeginning(lastsMs: number): number {
  return lastsMs - Math.min(MOST_BEFORE_MS, lastsMs / 4);
}

/** What lasts so long that so much is left. */
export function lasting(leftMs: number): number {
  return Math.ceil(Math.min(leftMs / 0.75, leftMs + MOST_BEFORE_MS));
}

/** When the first of a process's means ends. Epoch milliseconds. */
export function meansEndAt({ startedAt, config }: Told): number {
  const { jobLastsMs, credentialsLastMs = Infinity } = config;
  return startedAt + Math.min(leftAtBeginning(jobLastsMs), leftAtBeginning(credentialsLastMs));
}
