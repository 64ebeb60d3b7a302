import { beforeAll, describe, expect, it } from '@jest/globals';

import { stale, unaccepted, type Accepted } from '../fixtures/accepted.ts';
import { requestFor, type Members } from '../fixtures/recorded-requests.ts';
import { play, RECORDINGS, type Compared, type Recording } from '../fixtures/recordings.ts';
import { archive, createRole, endpoint, region, ROLE } from './server.ts';

/** What moto cannot do at all, by the beginnings of the recordings' ids. */
const NOT_APPLICABLE = [
  'provisioned/', // it has no provisioned concurrency
  'revision/', // it neither checks nor changes RevisionIds
  'update/concurrent', // its updates take no time
  'invoke/', // it runs code in Docker, or not at all
  'alarm/composite', // it does not find alarms by their ARNs
  'alarm/crosses', // it evaluates no alarms
];
const APPLICABLE = RECORDINGS.filter(
  ({ id }) => !NOT_APPLICABLE.some((each) => id.startsWith(each)),
);

/** Where moto is not as AWS. */
const ACCEPTED: readonly Accepted[] = [
  {
    difference: /^tells .*\b(VpcConfig|SigningProfileVersionArn|SigningJobArn|Layers|KMSKeyArn)$/,
    reason: 'it tells members that nobody set',
  },
  {
    difference: /^lacks .*\b(RevisionId|LoggingConfig|RuntimeVersionConfig|Environment)$/,
    reason: 'it does not keep them',
  },
  {
    difference: /^lacks .*(State|LastUpdateStatus)Reason(Code)?$|^(.*\.)?(State|LastUpdateStatus) /,
    reason: 'everything is done at once',
  },
  {
    difference:
      /^tells (LastUpdateStatus|Configuration\.LastUpdateStatus|Versions\.(State|LastUpdateStatus))$/,
    reason: 'states are told everywhere',
  },
  {
    operations: ['CreateAlias', 'ListAliases'],
    difference: /^tells (Aliases\.)?RoutingConfig$/,
    reason: 'no weights are an empty map',
  },
  {
    operations: ['GetAlias', 'UpdateAlias', 'DeleteAlias'],
    difference: /^status 201, not /,
    reason: 'all of them answer as if something had been made',
  },
  {
    operations: ['CreateAlias'],
    difference:
      /^(status|error) .*, not (400|404|ValidationException|InvalidParameterValueException|ResourceNotFoundException|ResourceConflictException)$/,
    reason: 'weights and versions are not looked at, and a name that is taken is another error',
  },
  {
    operations: ['UpdateAlias'],
    difference: /^(status 500|error unnamed), not /,
    reason: 'it fails over an alias that is missing, and over an update without a RoutingConfig',
  },
  {
    operations: ['ListAliases'],
    difference: /^Aliases\.RevisionId |^4 of Aliases, not 3$/,
    reason: 'writes do not change the revision, and the version that was asked for is ignored',
  },
  {
    operations: ['GetFunction', 'GetFunctionConfiguration', 'Invoke'],
    difference:
      /^(status|error) .*, not (\d+|ValidationException|InvalidParameterValueException|ResourceNotFoundException)$/,
    reason: 'names are not checked, and regions and qualifiers are not compared',
  },
  {
    operations: ['GetFunction'],
    difference: /^Configuration\.FunctionArn /,
    reason: 'an alias is told as the version that it points to',
  },
  {
    difference: /^(lacks [Mm]essage|Type undefined, not User)$|^says /,
    reason: 'refusals are told in other words and members',
  },
  {
    operations: ['PublishVersion'],
    difference: /^(status 201, not 400|error none, not InvalidParameterValueException)$/,
    reason: 'CodeSha256 is not looked at',
  },
  {
    operations: ['UpdateFunctionConfiguration'],
    difference: /^SnapStart\.ApplyOn /,
    reason: 'SnapStart is not kept',
  },
  {
    operations: ['CreateAlias'],
    difference: /^(status 409, not 201|error ConflictException, not none)$/,
    reason: 'an alias that AWS refused to make is there',
  },
  {
    operations: ['DescribeAlarms'],
    difference:
      /^tells MetricAlarms\.(StateReasonData|Metrics)$|^lacks MetricAlarms\.StateTransitionedTimestamp$|^MetricAlarms\.StateValue /,
    reason: 'an alarm begins as OK, and has not changed its state',
  },
  {
    operations: ['SetAlarmState'],
    difference: /^(status 404, not 400|error ResourceNotFound, not ValidationError|__type .*#)/,
    reason: 'the state is not looked at',
  },
  {
    operations: ['GetMetricData'],
    difference: /^lacks Messages$|^MetricDataResults\.Label /,
    reason: 'labels name the statistic, and there are no messages',
  },
  {
    operations: ['FilterLogEvents'],
    difference: /^(status 200, not 400|error none, not InvalidParameterException)$/,
    reason: 'the limit is not looked at',
  },
];

const compared: Compared[] = [];
beforeAll(async () => {
  await createRole();
  for (const recording of APPLICABLE) compared.push(...(await playAgainstMoto(recording)));
});

describe('moto, asked what AWS was asked when it was recorded', () => {
  it.each(APPLICABLE.map(({ id }) => id))('differs from AWS as it is known to: %s', (id) => {
    expect(
      unaccepted(
        compared.filter(({ recording }) => recording === id),
        ACCEPTED,
      ),
    ).toEqual([]);
  });

  it('agrees with AWS in a part of its answers only', () => {
    const agreed = compared.filter(({ differences }) => differences.length === 0);
    expect(`${agreed.length} of ${compared.length}`).toBe('5 of 132');
  });

  it('differs wherever a difference is accepted', () => {
    expect(stale(compared, ACCEPTED)).toEqual([]);
  });
});

function playAgainstMoto(recording: Recording) {
  return play(recording, {
    url: endpoint,
    region,
    account: '123456789012',
    now: () => Date.now(),
    // It has no states that take time, so there is nothing to wait for.
    pass: () => undefined,
    complete,
    putMetric: async (name, value) => {
      const datum = { MetricName: name, Value: value, Timestamp: Date.now() / 1000 - 180 };
      await send('PutMetricData', { Namespace: 'shop', MetricData: [datum] });
    },
    putLog: async (logGroupName, message) => {
      await send('CreateLogGroup', { logGroupName });
      await send('CreateLogStream', { logGroupName, logStreamName: 'stream' });
      const logEvents = [{ timestamp: Date.now(), message }];
      await send('PutLogEvents', { logGroupName, logStreamName: 'stream', logEvents });
    },
    putErrors: () => undefined,
  });
}

function complete(operation: string, input: Members): Members {
  const zip = (comment: unknown) => Buffer.from(archive(String(comment))).toString('base64');
  if (operation === 'CreateFunction') {
    return {
      Role: ROLE,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: zip('one') },
      ...input,
    };
  }
  return operation === 'UpdateFunctionCode' ? { ...input, ZipFile: zip(input['ZipFile']) } : input;
}

async function send(operation: string, input: Members): Promise<void> {
  const { path, ...request } = requestFor(operation, input, region);
  await (await fetch(`${endpoint}${path}`, request)).text();
}
