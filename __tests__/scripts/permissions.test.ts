import { describe, expect, it } from '@jest/globals';

import { machinePolicyOf, policyOf } from '../../scripts/permissions.ts';

const CHECKOUT = ['--function', 'checkout', '--alias', 'live', '--region', 'eu-west-1'];

const actionsIn = (args: readonly string[]) =>
  policyOf(args).policy.Statement.flatMap(({ Action: actions }) => actions);

describe('the policy on the command line', () => {
  it('is that of the inputs, each given as an option of its name', () => {
    expect(actionsIn(CHECKOUT)).not.toContain('lambda:InvokeFunction');
    expect(actionsIn([...CHECKOUT, '--smoke-test-payload', '{}'])).toContain(
      'lambda:InvokeFunction',
    );
    expect(actionsIn([...CHECKOUT, '--version', '7'])).not.toContain('lambda:PublishVersion');
    expect(actionsIn([...CHECKOUT, '--mode', 'status'])).not.toContain('lambda:UpdateAlias');
  });

  it('is that of the run itself where the inputs say dry-run', () => {
    expect(actionsIn([...CHECKOUT, '--dry-run', 'true'])).toEqual(actionsIn(CHECKOUT));
  });

  it('is on what is named, and says which star could be a name', () => {
    const account = ['--account', '123456789012'];
    const named = policyOf([...CHECKOUT, ...account, '--log-group', 'shared']);
    expect(named.notes).toEqual([]);
    expect(named.policy.Statement.map(({ Resource: resource }) => resource)).toEqual([
      'arn:aws:lambda:eu-west-1:123456789012:function:checkout',
      'arn:aws:lambda:eu-west-1:123456789012:function:checkout:*',
      '*',
      'arn:aws:logs:eu-west-1:123456789012:log-group:shared:*',
    ]);
    const anywhere = policyOf(['--function', 'checkout', '--alias', 'live']);
    expect(anywhere.policy.Statement[0]?.Resource).toBe('arn:aws:lambda:*:*:function:checkout');
    expect(anywhere.notes.join()).toMatch(/--region.*--account/);
  });

  it('says that the object of the old version is not in it, where that is to be restored', () => {
    const restoring = policyOf([...CHECKOUT, '--on-revert-latest', 'restore']);
    expect(restoring.notes.join()).toContain('needs s3:GetObjectVersion on that object as well');
    expect(policyOf(CHECKOUT).notes.join()).not.toContain('GetObjectVersion');
  });

  it('is of no option that there is not, and of no input that cannot be used', () => {
    expect(() => policyOf([...CHECKOUT, '--alarm', 'errors'])).toThrow(/--alarm/);
    expect(() => policyOf(['--function', 'checkout'])).toThrow(/alias: is required/);
  });
});

describe('the policy for the role of the state machine', () => {
  const machine = (...args: readonly string[]) => machinePolicyOf(['--machine', ...args]);
  const region = ['--region', 'eu-west-1'];

  it('is on the functions that are named, and on alarms and metrics', () => {
    const named = ['--function', 'checkout, cart', ...region, '--account', '123456789012'];
    const { policy, notes } = machine(...named);
    expect(notes).toEqual([]);
    expect(policy.Statement.map(({ Resource: resource }) => resource)).toEqual([
      [
        'arn:aws:lambda:eu-west-1:123456789012:function:checkout',
        'arn:aws:lambda:eu-west-1:123456789012:function:cart',
      ],
      [
        'arn:aws:lambda:eu-west-1:123456789012:function:checkout:*',
        'arn:aws:lambda:eu-west-1:123456789012:function:cart:*',
      ],
      '*',
    ]);
  });

  it('says which star could be a name, and wants functions', () => {
    expect(machine('--function', 'checkout').notes.join()).toMatch(/--region.*--account/);
    expect(() => machine(...region)).toThrow('--function');
    expect(() => machine('--alarms', 'errors')).toThrow('--alarms');
  });
});
