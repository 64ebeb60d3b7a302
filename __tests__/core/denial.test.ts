import { describe, expect, it } from '@jest/globals';

import { remedyOfDenial } from '../../src/core/denial.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:checkout';
const intent = {
  action: 'lambda:UpdateAlias',
  resource: 'arn:aws:lambda:eu-west-1:*:function:checkout',
};
const said = (why: string, on = FUNCTION) =>
  'User: arn:aws:sts::123456789012:assumed-role/deploy/run is not authorized to perform: ' +
  `lambda:UpdateAlias on resource: ${on}${why}`;
const remedy = (why: string, on?: string) => remedyOfDenial(intent, said(why, on));
const because = (kind: string) => ` because no ${kind} allows the lambda:UpdateAlias action`;
const deny = (kind: string) => ` with an explicit deny in ${kind}`;

describe('what is to be done about a denied call', () => {
  it('is to allow it, where only that is missing or AWS does not say what is', () => {
    const allow = `Add the action "lambda:UpdateAlias" on the resource "${FUNCTION}" to the IAM policy`;
    expect(remedy(because('identity-based policy'))).toContain(allow);
    expect(remedy('')).toContain(allow);
    expect(remedyOfDenial(intent, 'no')).toContain(`on the resource "${intent.resource}"`);
  });

  it('is advised for all versions, because the next release has another', () => {
    expect(remedy('', `${FUNCTION}:2`)).toContain(`"${FUNCTION}:*"`);
  });

  it.each([
    [deny('an identity-based policy'), 'take it out of that Deny'],
    [
      because('permissions boundary'),
      'permissions boundary of the role that this job runs as does not allow',
    ],
    [
      deny('a permissions boundary'),
      'permissions boundary of the role that this job runs as denies',
    ],
    [because('session policy'), 'session policy that the role was assumed with does not allow'],
    [deny('a service control policy'), 'only who administers the organization can change that'],
    [
      `${deny('a service control policy')}: arn:aws:organizations::1:policy/o/p`,
      'service control policy of the organization denies',
    ],
    [
      because('service control policy'),
      'service control policy of the organization does not allow',
    ],
    [deny('a resource control policy'), 'no policy of the role helps'],
    [because('VPC endpoint policy'), 'policy of the VPC endpoint'],
    [deny('a resource-based policy'), 'A resource-based policy denies'],
  ])('never is an Allow that would not help: %s', (why, expected) => {
    expect(remedy(why)).toContain(expected);
    expect(remedy(why)).not.toContain('Add the action');
  });

  it('is another account, where the function is not in that of the job', () => {
    const elsewhere = 'arn:aws:lambda:eu-west-1:999999999999:function:checkout';
    const advice = remedy(because('resource-based policy'), elsewhere);
    expect(advice).toContain(
      'in the account 999999999999, and this job runs in the account 123456789012',
    );
    expect(advice).not.toContain('Add the action');
  });
});
