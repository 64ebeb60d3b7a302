/** A role that the action assumes itself, with a token of GitHub's OIDC provider. */
export interface Role {
  readonly arn: string;
  readonly sessionName: string;
  readonly durationMs: number;
}
