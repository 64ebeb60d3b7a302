/**
 * What a reading of the checks means.
 * `inconclusive`: the check itself does not know yet. `error`: the check could not be read.
 */
export type VerdictKind = 'pass' | 'inconclusive' | 'error' | 'fail';

export interface Verdict {
  readonly kind: VerdictKind;
  /** One sentence for a person; empty for `pass`. */
  readonly reason: string;
}

export const PASS: Verdict = { kind: 'pass', reason: '' };

const SEVERITY: readonly VerdictKind[] = ['pass', 'inconclusive', 'error', 'fail'];

/** The gravest verdict; of equals the first. `pass` when there is nothing to judge. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce(
    (gravest, verdict) =>
      SEVERITY.indexOf(verdict.kind) > SEVERITY.indexOf(gravest.kind) ? verdict : gravest,
    PASS,
  );
}
