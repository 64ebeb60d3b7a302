import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetAliasCommand } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';

import { EXPIRED } from '../../src/aws/failures.ts';
import type { Clients } from '../clients.ts';
import { notSeen, seen, type Experiment } from '../experiment.ts';
import { ask, type Lab } from '../lab.ts';
import { refusalOf, told } from '../refusal.ts';

/** The shortest that STS gives. */
const SESSION_S = 900;
const PATIENCE = { everyMs: 15_000, forMs: 5 * 60_000 };

/** A call of each service that the action talks to in a rollout. Nothing of it is there. */
function callsOf(lab: Lab, { lambda, cloudwatch, logs, sfn }: Clients) {
  const name = lab.name();
  const execution = `arn:aws:states:${lab.region}:${lab.account}:execution:${name}:none`;
  return {
    Lambda: () => lambda.send(new GetAliasCommand({ FunctionName: name, Name: 'live' })),
    CloudWatch: () => cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] })),
    Logs: () => logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` })),
    'Step Functions': () => sfn.send(new DescribeExecutionCommand({ executionArn: execution })),
  };
}

const refusalBy = async (call: () => Promise<unknown>) => {
  try {
    await call();
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
};

/** How sessions of a role end. */
export const SESSIONS: readonly Experiment[] = [
  {
    id: 'session-ended',
    assumes:
      'Each service refuses a session that is over as ExpiredToken or ExpiredTokenException, within five minutes of the time that STS told.',
    otherwise:
      'A session that is over is taken for a permission that is missing, and is not renewed (aws/failures.ts, aws/credentials.ts).',
    minutes: 22,
    uses: {},
    isRecording: false,
    async run(lab) {
      const { Credentials: given } = await lab.sts.send(
        new AssumeRoleCommand({
          RoleArn: lab.roles.sessions,
          RoleSessionName: lab.name(),
          DurationSeconds: SESSION_S,
        }),
      );
      const credentials = {
        accessKeyId: given?.AccessKeyId ?? '',
        secretAccessKey: given?.SecretAccessKey ?? '',
        sessionToken: given?.SessionToken ?? '',
      };
      const calls = Object.entries(callsOf(lab, lab.as(credentials)));
      for (const [service, call] of calls) {
        const refusal = await refusalBy(call);
        if (EXPIRED.has(refusal?.name ?? '')) {
          return notSeen(`${service} refused the session from the first call on`);
        }
      }
      const endsAt = given?.Expiration?.getTime() ?? NaN;
      await lab.sleep(endsAt - lab.now() + 1_000);
      const answers: string[] = [];
      let areExpired = true;
      for (const [service, call] of calls) {
        let last = 'accepted';
        const refused = await ask(lab, PATIENCE, async () => {
          const refusal = await refusalBy(call);
          last = told(refusal);
          return EXPIRED.has(refusal?.name ?? '') ? true : undefined;
        });
        areExpired &&= refused === true;
        const afterS = Math.round((lab.now() - endsAt) / 1_000);
        answers.push(`${service}, ${afterS} s after its end: ${last}`);
      }
      return seen(areExpired, answers.join('; '));
    },
  },
];
