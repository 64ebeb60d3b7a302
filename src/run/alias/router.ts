import { MOVE_PATIENCE_MS } from '../../core/alias/patience.ts';
import { repairCommand } from '../../core/alias/repair.ts';
import { routingAt } from '../../core/alias/routing.ts';
import { AwsCallError } from '../../aws/call.ts';
import type { Router, Seen } from '../../ports.ts';
import type { Surroundings } from '../surroundings.ts';
import { confirm } from './confirm.ts';
import { revert, type RevertPatience } from './revert.ts';
import {
  foreignReason,
  heldBackReason,
  isForeign,
  isHeldBackUnawares,
  isStale,
  missingReason,
  routeOf,
  type Route,
  type RouteOptions,
} from './route.ts';
import { settle } from './settle.ts';
import { shift } from './shift.ts';

/** In the step itself. */
const REVERT_PATIENCE: RevertPatience = { tryingMs: 2 * 60_000, totalMs: MOVE_PATIENCE_MS };

/** Moves one alias, and never over somebody else's write: every write names the revision it is based on. */
export function createRouter(options: RouteOptions, patience = REVERT_PATIENCE): Router {
  const route = routeOf(options);
  const { target, versions, region } = options;
  return {
    target,
    versions,
    repair: repairCommand(target, versions.stable, region),
    shift: (to, signal) => shift(route, to, signal),
    settle: (signal) => settle(route, signal),
    confirm: (signal) => confirm(route, signal),
    revert: () => revert(route, patience),
    intruder: (signal) => intruder(route, signal),
    settled: () => settled(route),
    left: () => left(route),
  };
}

/**
 * The router of a target, in this process and in those that clean up after it.
 * @param patience that of a revert; left out: what suits the step itself
 */
export function routerOf(
  to: Pick<
    RouteOptions,
    | 'target'
    | 'versions'
    | 'nonces'
    | 'begun'
    | 'alias'
    | 'marks'
    | 'settledAs'
    | 'account'
    | 'isProvisioned'
  >,
  { aws, clock, journal }: Pick<Surroundings, 'aws' | 'clock' | 'journal'>,
  patience?: RevertPatience,
): Router {
  const options = { ...to, region: aws.region, aliases: aws.aliases, clock, note: journal.note };
  return createRouter(options, patience);
}

function settled(route: Route): Seen | undefined {
  const alias = left(route);
  return alias?.revisionId === route.known.settledAs ? alias : undefined;
}

/** While a write is unanswered, a new revision may be ours. */
function left({ known: { unanswered, alias } }: Route): Seen | undefined {
  return unanswered ? undefined : alias;
}

/** Who moved or deleted the alias meanwhile. One that cannot be read is no sign of that. */
async function intruder(route: Route, signal: AbortSignal): Promise<string | undefined> {
  const { aliases, target, known, versions } = route;
  try {
    const present = await aliases.find(target, { signal });
    if (present === undefined) return missingReason(route);
    if (isStale(route, present)) return undefined;
    if (isHeldBackUnawares(route, present)) return heldBackReason(route);
    if (!isForeign(route, present)) return undefined;
    return foreignReason(route, present, known.alias?.routing ?? routingAt(0, versions));
  } catch (error) {
    if (error instanceof AwsCallError) return undefined;
    throw error;
  }
}
