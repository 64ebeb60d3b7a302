import type { SimulatorClock } from '../time/clock.ts';
import type { JsonObject } from './json.ts';

export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: string;
  /** One member, as GetExecutionHistory names it, or none. */
  readonly details: JsonObject;
}

/** Where in a history the next event of a branch belongs. */
export interface Place {
  previous: number;
}

export interface History {
  readonly events: readonly HistoryEvent[];
  /** @returns its id */
  add(place: Place, type: string, details?: JsonObject): number;
}

/** @param onEvent is told of each event, right after it was added */
export function createHistory(
  clock: SimulatorClock,
  onEvent: (event: HistoryEvent) => void,
): History {
  const events: HistoryEvent[] = [];
  return {
    events,
    add(place, type, details = {}) {
      const id = events.length + 1;
      const event = { id, previousEventId: place.previous, at: clock.now(), type, details };
      place.previous = id;
      events.push(event);
      onEvent(event);
      return id;
    },
  };
}
