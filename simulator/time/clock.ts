export interface SimulatorClock {
  /** Epoch milliseconds. */
  now(): number;
}

export const realClock: SimulatorClock = { now: () => Date.now() };

export interface FastTime {
  /** The real moment from which time runs fast. */
  readonly originMs: number;
  /** Simulated seconds in one real second. */
  readonly speed: number;
}

/** Fast time that every process with the same origin and speed shares. */
export function acceleratedClock(time: FastTime): SimulatorClock {
  return { now: () => faster(performance.timeOrigin + performance.now(), time) };
}

export function faster(realMs: number, { originMs, speed }: FastTime): number {
  return originMs + (realMs - originMs) * speed;
}
