import { formatWeight } from '../rollout/weight.ts';

/** So many digits a version's number has at the most: a release a minute, for nineteen years. */
export const LONGEST_VERSION = 7;

/** What an alias serves: one version, or a split between it and one more. */
export interface Routing {
  /** The alias's own version. It gets what the additional versions leave. */
  readonly version: string;
  /** Percent of requests by additional version; empty when the alias serves `version` alone. */
  readonly weights: Readonly<Record<string, number>>;
}

/** The two versions between which a rollout moves one alias. */
export interface Versions {
  readonly stable: string;
  readonly canary: string;
}

/** How the alias routes with `weight` percent going to the canary: 0 is stable alone, 100 the canary alone. */
export function routingAt(weight: number, { stable, canary }: Versions): Routing {
  if (weight <= 0) return { version: stable, weights: {} };
  if (weight >= 100) return { version: canary, weights: {} };
  return { version: stable, weights: { [canary]: weight } };
}

// Lambda keeps weights as doubles of a fraction; how it rounds them is not documented.
export const WEIGHT_TOLERANCE = 0.005;

/** Whether two routings serve the same, however Lambda rounds weights. */
export function sameRouting(a: Routing, b: Routing): boolean {
  const additional = Object.entries(a.weights);
  return (
    a.version === b.version &&
    additional.length === Object.keys(b.weights).length &&
    additional.every(
      // An additional version that is missing on one side differs, however small its weight is.
      ([version, weight]) => Math.abs(weight - (b.weights[version] ?? NaN)) <= WEIGHT_TOLERANCE,
    )
  );
}

/** Whether another version than the alias's own gets a part of the requests. */
export function isSplit(routing: Routing): boolean {
  return Object.keys(routing.weights).length > 0;
}

/** Percent of the requests that a version gets. */
export function shareOf(version: string, { version: own, weights }: Routing): number {
  const additional = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return version === own ? 100 - additional : (weights[version] ?? 0);
}

/** The version that gets the larger part of the requests. */
export function mostServed({ version, weights }: Routing): string {
  const [[other, weight] = ['', 0]] = Object.entries(weights).sort(([, a], [, b]) => b - a);
  return weight > 50 ? other : version;
}

/**
 * Whether the alias's own version gets nothing, as no rollout and hardly a person leaves it: Lambda shows this while
 * it moves provisioned concurrency to that version, and for good when its environments cannot start.
 */
export function looksHeldBack({ weights }: Routing): boolean {
  return Object.values(weights).some((weight) => weight >= 100 - WEIGHT_TOLERANCE);
}

/**
 * After an alias with provisioned concurrency was pointed from `from` to `to`, Lambda itself keeps
 * sending to `from` until the new environments are ready (minutes), and shows that as a weight on the
 * alias, which is 1 as a rule: hashicorp/terraform-provider-aws#48116.
 */
export function looksLikeTransition(routing: Routing, from: string, to: string): boolean {
  const additional = Object.keys(routing.weights);
  return routing.version === to && additional.length === 1 && additional[0] === from;
}

/** `version 7 with 10 % to version 8`; `version 7 alone`. */
export function describeRouting({ version, weights }: Routing): string {
  const additional = Object.entries(weights).map(
    ([other, weight]) => `${formatWeight(weight)} to version ${other}`,
  );
  return additional.length === 0
    ? `version ${version} alone`
    : `version ${version} with ${additional.join(' and ')}`;
}
