import type { Versions } from './routing.ts';

/** One function and the alias whose traffic is shifted. */
export interface Target {
  /** As the user gave it: a name, or a partial or full ARN. What AWS is asked for. */
  readonly functionId: string;
  /** The bare function name: what people, metrics and console links use. */
  readonly functionName: string;
  readonly alias: string;
}

/** `checkout:live` */
export function targetName({
  functionName,
  alias,
}: Pick<Target, 'functionName' | 'alias'>): string {
  return `${functionName}:${alias}`;
}

/** No function is named twice in a rollout. */
export function sameTarget(a: Target, b: Target): boolean {
  return targetName(a) === targetName(b);
}

/**
 * What a rollout does with a target.
 * Only `shift` takes part in the steps; the others are done before the first one.
 */
export type Disposition =
  | ({ readonly type: 'shift' } & Versions)
  /** The alias serves this version already. */
  | { readonly type: 'unchanged'; readonly version: string }
  /** There was no alias: nothing to shift from. */
  | { readonly type: 'created'; readonly version: string };

/** A target as the report shows it. */
export interface TargetReport {
  readonly functionName: string;
  readonly alias: string;
  readonly functionArn: string;
  readonly aliasArn: string;
  /** What the alias served before; empty when there was no alias. */
  readonly previousVersion: string;
  /** What was or would have been rolled out; empty when it never came to that. */
  readonly version: string;
  /** `none` when it was not decided. */
  readonly disposition: Disposition['type'] | 'none';
}

/** A target as far as it is known; what is not known is empty. */
export function targetReport(
  { functionName, alias }: Target,
  found: Partial<Omit<TargetReport, 'functionName' | 'alias'>>,
): TargetReport {
  return {
    functionArn: '',
    aliasArn: '',
    previousVersion: '',
    version: '',
    disposition: 'none',
    ...found,
    functionName,
    alias,
  };
}

/** What the alias served before, and what was rolled out. */
export function versionsOf(
  disposition: Disposition,
): Pick<TargetReport, 'previousVersion' | 'version'> {
  switch (disposition.type) {
    case 'shift':
      return { previousVersion: disposition.stable, version: disposition.canary };
    case 'unchanged':
      return { previousVersion: disposition.version, version: disposition.version };
    case 'created':
      return { previousVersion: '', version: disposition.version };
  }
}
