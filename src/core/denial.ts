import { accountIn, withAnyQualifier } from './text/arn.ts';
import type { Intent } from './permissions.ts';

// "… with an explicit deny in a service control policy", "… because no permissions boundary allows the … action":
// docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html. Not every service tells which.
const EXPLICIT = /with an explicit deny in an? ([\w -]*?(?:policy|permissions boundary))/;
const IMPLICIT = /because no ([\w -]*?(?:policy|permissions boundary)) allows/;

/**
 * What is to be done about a call that was denied: AWS evaluates several kinds of policies, and says of which kind
 * the one is that stands in the way. An Allow elsewhere does not help against that.
 * @param message as AWS words the refusal
 */
export function remedyOfDenial({ action, resource }: Intent, message: string): string {
  // AWS knows the account where a function is given by its name alone.
  const named = withAnyQualifier(/on resource: (arn:[^\s"]+)/.exec(message)?.[1] ?? resource);
  const denying = EXPLICIT.exec(message)?.[1];
  const lacking = IMPLICIT.exec(message)?.[1];
  const kind = denying ?? lacking ?? 'identity-based policy';
  const own = accountIn(/User: (arn:[^\s"]+)/.exec(message)?.[1] ?? '');
  const other = accountIn(named);
  if (denying === undefined && own !== undefined && other !== undefined && own !== other) {
    return (
      `"${named}" is in the account ${other}, and this job runs in the account ${own}: let it assume a role of ` +
      `${other} (role-to-assume), or correct the account in the ARN.`
    );
  }
  const what = `"${action}" on "${named}"`;
  switch (kind) {
    case 'identity-based policy':
      return denying === undefined
        ? `Add the action "${action}" on the resource "${named}" to the IAM policy of the role this job runs as.`
        : `A policy of the role that this job runs as denies ${what}: take it out of that Deny, which outweighs every Allow.`;
    case 'permissions boundary':
      return `The permissions boundary of the role that this job runs as ${verb(denying)} ${what}: change the boundary; the role's policies cannot go beyond it.`;
    case 'session policy':
      return `The session policy that the role was assumed with ${verb(denying)} ${what}: change it where the role is assumed (inline-session-policy and managed-session-policies of aws-actions/configure-aws-credentials).`;
    case 'service control policy':
    case 'resource control policy':
      return `A ${kind} of the organization ${verb(denying)} ${what}: only who administers the organization can change that, and no policy of the role helps.`;
    case 'VPC endpoint policy':
      return `The policy of the VPC endpoint that the runner reaches AWS through ${verb(denying)} ${what}: change that policy, or use another way to AWS.`;
    default:
      return `A ${kind} ${verb(denying)} ${what}: change that one; an Allow elsewhere does not help.`;
  }
}

function verb(denying: string | undefined): string {
  return denying === undefined ? 'does not allow' : 'denies';
}
