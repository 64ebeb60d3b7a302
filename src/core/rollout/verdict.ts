/**
 * What a reading of the checks means.
 * `extend`: there is too little to judge by yet, so the step goes on until the check says otherwise.
 * `inconclusive`: the check itself does not know. `error`: the check could not be read. `hold`: the check will
 * not know, and a person is to decide.
 */
export type VerdictKind = 'pass' | 'extend' | 'inconclusive' | 'error' | 'hold' | 'fail';

export interface Verdict {
  readonly kind: VerdictKind;
  /** One sentence for a person; empty for `pass`. */
  readonly reason: string;
}

export const PASS: Verdict = { kind: 'pass', reason: '' };

/** What is not known outranks what a person may decide: a rollout is not left to somebody while nobody can see. */
export const SEVERITY: readonly VerdictKind[] = [
  'pass',
  'extend',
  'hold',
  'inconclusive',
  'error',
  'fail',
];

/** The gravest verdict; of equals the first. `pass` when there is nothing to judge. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce(
    (gravest, verdict) =>
      SEVERITY.indexOf(verdict.kind) > SEVERITY.indexOf(gravest.kind) ? verdict : gravest,
    PASS,
  );
}
