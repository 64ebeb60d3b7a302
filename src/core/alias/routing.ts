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
const WEIGHT_TOLERANCE = 0.005;

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

export function isSplit(routing: Routing): boolean {
  return Object.keys(routing.weights).length > 0;
}

/**
 * After an alias with provisioned concurrency was pointed from `from` to `to`, Lambda itself keeps
 * sending a shrinking part to `from` until the new environments are ready (minutes), and shows that
 * as a weight on the alias: hashicorp/terraform-provider-aws#48116.
 */
export function looksLikeTransition(routing: Routing, from: string, to: string): boolean {
  const additional = Object.keys(routing.weights);
  return routing.version === to && additional.length === 1 && additional[0] === from;
}

export function describeRouting({ version, weights }: Routing): string {
  const additional = Object.entries(weights).map(
    ([other, weight]) => `${formatWeight(weight)} to version ${other}`,
  );
  return additional.length === 0
    ? `version ${version} alone`
    : `version ${version} with ${additional.join(' and ')}`;
}

/** `12.5 %`; no more than two decimals. */
export function formatWeight(weight: number): string {
  return `${Number(weight.toFixed(2))} %`;
}
