import { describe, expect, it } from '@jest/globals';

import { planOf } from '../../../src/core/rollout/plan.ts';
import { inspectSession, type Session } from '../../../src/core/preflight/session.ts';

const MINUTE = 60_000;
const planFor = (minutes: number) =>
  planOf([{ weight: 10, bakeMs: (minutes - 1) * MINUTE }], MINUTE);
const inspect = (session: Session, minutes: number, maxExtension = 1) =>
  inspectSession(session, { plan: planFor(minutes), maxExtension, now: 0 });

describe('credentials', () => {
  it('that expire before the plan could be reverted are refused, with the two ways out', () => {
    const { problems } = inspect({ type: 'temporary', expiresAt: 34 * MINUTE }, 30);
    expect(problems).toEqual([
      'The AWS credentials expire in 34 min, but the plan bakes for 30 min and takes up to 5 min more: ' +
        'nothing could be reverted after that. Let the session last longer (role-duration-seconds of ' +
        "aws-actions/configure-aws-credentials, and the role's maximum session duration), or let this " +
        'action assume the role itself and renew the session (role-to-assume).',
    ]);
  });

  it('that outlast the plan are fine', () => {
    expect(inspect({ type: 'temporary', expiresAt: 35 * MINUTE }, 30)).toEqual({
      problems: [],
      warnings: [],
    });
  });

  it('that outlast the plan but not all its extensions are a warning', () => {
    const enough = inspect({ type: 'temporary', expiresAt: 93 * MINUTE }, 30, 3);
    expect(enough).toEqual({ problems: [], warnings: [] });
    const { problems, warnings } = inspect({ type: 'temporary', expiresAt: 92 * MINUTE }, 30, 3);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('extended, to 1 h 28 min at most')]);
  });

  it.each([
    [55, 0],
    [56, 1],
  ])('of unknown end with a plan of %s min yield %s warnings', (minutes, warnings) => {
    const findings = inspect({ type: 'unknown' }, minutes);
    expect(findings.problems).toEqual([]);
    expect(findings.warnings).toHaveLength(warnings);
  });

  it.each<Session>([{ type: 'renewed' }, { type: 'endless' }])(
    'that do not end ($type) suit any plan',
    (session) => {
      expect(inspect(session, 9_999)).toEqual({ problems: [], warnings: [] });
    },
  );
});
