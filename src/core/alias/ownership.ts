import { readMarker, type Marker } from './marker.ts';
import { isSplit, routingAt, sameRouting, type Routing } from './routing.ts';
import type { Found } from './unfinished.ts';

/** What an alias shows of rollouts. */
export type Standing =
  /** It serves one version, and no rollout says otherwise. */
  | { readonly type: 'alone'; readonly version: string }
  /** It is as the mark of a rollout says. */
  | { readonly type: 'moved'; readonly marker: Marker }
  /** It is split, and not as any mark says. */
  | { readonly type: 'foreign'; readonly routing: Routing; readonly marker?: Marker };

export function standingOf({
  routing,
  description,
}: Pick<Found, 'routing' | 'description'>): Standing {
  const { marker } = readMarker(description);
  if (marker !== undefined && sameRouting(routing, routingAt(marker.weight, marker))) {
    return { type: 'moved', marker };
  }
  return isSplit(routing)
    ? { type: 'foreign', routing, ...(marker === undefined ? {} : { marker }) }
    : { type: 'alone', version: routing.version };
}
