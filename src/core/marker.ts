import type { Plan } from './plan.ts';
import type { Versions } from './routing.ts';

/** Which rollout something belongs to. */
export interface RolloutId {
  /** `owner/name` of the repository whose workflow it runs in. */
  readonly repository: string;
  readonly runId: string;
  readonly attempt: string;
  /** Random hexadecimal digits: tells apart the rollouts of one run. */
  readonly nonce: string;
  /** Fingerprint of the plan in hexadecimal digits: the same for the same steps. */
  readonly plan: string;
}

/**
 * What an alias says of the rollout that moves it. It stands in the alias's description and is written
 * in the same call as the weights, so the two never disagree unless somebody else wrote one of them.
 */
export interface Marker extends RolloutId, Versions {
  /** Counted from 1. */
  readonly step: number;
  /** Percent that the step sends to the canary. */
  readonly weight: number;
}

/** Lambda takes descriptions up to this length. */
const LONGEST_DESCRIPTION = 256;

const MARKER =
  / ?lambda-canary\{run=(?<repository>[\w.-]+\/[\w.-]+)\/(?<runId>\d+)\/(?<attempt>\d+) id=(?<nonce>[0-9a-f]+) stable=(?<stable>\d+) canary=(?<canary>\d+) step=(?<step>\d+) weight=(?<weight>\d+(?:\.\d+)?) plan=(?<plan>[0-9a-f]+)\}/;

/** The markers of a plan's steps, in order. */
export function markersOf(plan: Plan, id: RolloutId, versions: Versions): readonly Marker[] {
  return plan.steps.map(({ weight }, index) => ({ ...id, ...versions, step: index + 1, weight }));
}

/** A description with the marker behind it; nothing when there is no room for it. */
export function withMarker(description: string, marker: Marker): string | undefined {
  const { repository, runId, attempt, nonce, stable, canary, step, weight, plan } = marker;
  const text =
    `lambda-canary{run=${repository}/${runId}/${attempt} id=${nonce} stable=${stable} ` +
    `canary=${canary} step=${step} weight=${weight} plan=${plan}}`;
  const marked = description === '' ? text : `${description} ${text}`;
  return marked.length <= LONGEST_DESCRIPTION ? marked : undefined;
}

/** A description without the marker, and the marker if there is one. */
export function readMarker(description: string): {
  readonly description: string;
  readonly marker?: Marker;
} {
  const match = MARKER.exec(description);
  if (match?.groups === undefined) return { description };
  const { step, weight, ...texts } = match.groups as Record<keyof Marker, string>;
  return {
    description: description.replace(match[0], ''),
    marker: { ...texts, step: Number(step), weight: Number(weight) },
  };
}

export function sameRollout(a: RolloutId, b: RolloutId): boolean {
  return a.nonce === b.nonce && a.runId === b.runId && a.attempt === b.attempt;
}
