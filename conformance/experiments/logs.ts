import { FilterLogEventsCommand, type FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';

import { failureIn, type LogFormat } from '../../src/core/log-lane/failure-line.ts';
import { sideOf } from '../../src/core/log-lane/streams.ts';
import { seen, type Experiment } from '../experiment.ts';
import { invoke, makeTwoVersions, type Event, type Made } from '../functions.ts';
import { ask, type Lab } from '../lab.ts';
import { refused, told } from '../refusal.ts';

const SECOND_MS = 1_000;
/** The default of log-delay. */
const HORIZON_MS = 12 * SECOND_MS;
const LOGS = { minutes: 2, uses: { invocations: 30 }, isRecording: false } as const;

async function linesOf(
  lab: Lab,
  { logGroup: logGroupName }: Made,
): Promise<readonly FilteredLogEvent[]> {
  const all: FilteredLogEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await lab.logs.send(new FilterLogEventsCommand({ logGroupName, nextToken }));
    all.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return all;
}

/** Each way to fail once, and one request that does not. */
const WAYS = ['throws', 'exits', 'hangs', ''] as const;

async function failEachWay(lab: Lab, format: LogFormat): Promise<readonly FilteredLogEvent[]> {
  const made = await makeTwoVersions(lab, { settings: { LoggingConfig: { LogFormat: format } } });
  for (const fails of WAYS) await invoke(lab, { ...made, event: { fails } satisfies Event });
  await lab.sleep(2 * HORIZON_MS);
  return linesOf(lab, made);
}

/** Failed requests in lines, by what the log lane recognises: each once, and those without an id one by one. */
function failuresIn(lines: readonly FilteredLogEvent[], format: LogFormat) {
  const found = lines.flatMap(({ message = '', eventId = '' }) => {
    const failure = failureIn(message, format);
    return failure === null ? [] : [{ ...failure, key: failure.requestId ?? eventId }];
  });
  const of = (kind: string) =>
    new Set(found.filter((each) => each.kind === kind).map(({ key }) => key)).size;
  return { platform: of('platform'), runtime: of('runtime') };
}

export const LOGS_OF_LAMBDA: readonly Experiment[] = [
  {
    id: 'failures-in-text',
    assumes:
      'In text, a timeout and a crash are told by a REPORT with a status, and an exception by the runtime of Node.',
    otherwise:
      'The log lane misses failures, or of one version more than of the other (core/log-lane/failure-line.ts).',
    ...LOGS,
    async run(lab) {
      const lines = await failEachWay(lab, 'Text');
      const { platform, runtime } = failuresIn(lines, 'Text');
      const others = lines.filter(({ message = '' }) =>
        /error|timeout|timed out/i.test(message),
      ).length;
      const words = `${platform} told by the platform and ${runtime} by the runtime, in ${others} lines with such words`;
      return seen(platform === 2 && runtime === 1, words);
    },
  },
  {
    id: 'failures-in-json',
    assumes:
      'In JSON, a timeout and a crash are told by a platform.report whose status is no success.',
    otherwise:
      'The log lane misses failures of functions that log JSON (core/log-lane/failure-line.ts).',
    ...LOGS,
    async run(lab) {
      const { platform } = failuresIn(await failEachWay(lab, 'JSON'), 'JSON');
      return seen(platform === 2, `${platform} of 2 told by the platform`);
    },
  },
  {
    id: 'log-delay',
    assumes: 'Lines are with CloudWatch at most 12 s after what they tell.',
    otherwise:
      'The log lane waits longer by itself, up to a minute, then stands aside (core/log-lane/horizon.ts); log-delay should be longer.',
    ...LOGS,
    minutes: 3,
    async run(lab) {
      const made = await makeTwoVersions(lab);
      for (let count = 0; count < 30; count++) {
        await invoke(lab, made);
        await lab.sleep(2 * SECOND_MS);
      }
      await lab.sleep(2 * 60 * SECOND_MS);
      const delays = (await linesOf(lab, made)).map(
        ({ timestamp = NaN, ingestionTime = NaN }) => ingestionTime - timestamp,
      );
      const longestMs = Math.max(...delays);
      const words = `the longest of ${delays.length} lines ${(longestMs / SECOND_MS).toFixed(1)} s`;
      return seen(delays.length > 0 && longestMs <= HORIZON_MS, words);
    },
  },
  {
    id: 'lines-found-after',
    assumes: 'A line is found by FilterLogEvents within 15 s after the request.',
    otherwise:
      'Failures come to the log lane later than its delays say, which end when CloudWatch has them (core/log-lane/sight.ts).',
    ...LOGS,
    async run(lab) {
      const made = await makeTwoVersions(lab);
      await invoke(lab, made);
      const since = lab.now();
      const found = await ask(lab, { everyMs: SECOND_MS, forMs: 60 * SECOND_MS }, async () =>
        (await linesOf(lab, made)).some(({ message = '' }) => message.startsWith('REPORT'))
          ? lab.now() - since
          : undefined,
      );
      if (found === undefined) return seen(false, 'not within a minute');
      return seen(found <= 15 * SECOND_MS, `after ${(found / SECOND_MS).toFixed(1)} s`);
    },
  },
  {
    id: 'log-streams',
    assumes:
      'The name of a stream has the version in brackets, after the date and before the environment.',
    otherwise:
      'The log lane takes no line for anybody’s, and stands aside (core/log-lane/streams.ts).',
    ...LOGS,
    async run(lab) {
      const made = await makeTwoVersions(lab);
      for (const qualifier of ['1', '2']) await invoke(lab, { ...made, qualifier });
      await lab.sleep(2 * HORIZON_MS);
      const names = [
        ...new Set((await linesOf(lab, made)).map(({ logStreamName: name = '' }) => name)),
      ];
      const versions = { stable: '1', canary: '2' };
      const sides = names.map((name) => sideOf(name, { ...made, versions }));
      const isSo =
        sides.includes('baseline') && sides.includes('canary') && !sides.includes(undefined);
      return seen(isSo, names.join(', '));
    },
  },
  {
    id: 'log-search-fraction',
    assumes: 'FilterLogEvents refuses a startTime with a fraction of a millisecond.',
    otherwise: 'Nothing breaks: the code rounds (aws/logs.ts). The simulator would be too strict.',
    ...LOGS,
    async run(lab) {
      const { logGroup: logGroupName } = await makeTwoVersions(lab);
      const startTime = Math.floor(lab.now()) - 60_000 + 0.5;
      const refusal = await refused(
        lab.logs.send(new FilterLogEventsCommand({ logGroupName, startTime })),
      );
      return seen(refusal?.status === 400, told(refusal));
    },
  },
  {
    id: 'log-search-backwards',
    assumes:
      'FilterLogEvents refuses to search from a time to an earlier one, with 400 InvalidParameterException.',
    otherwise:
      'Nothing breaks: the code asks forwards. The simulator refuses it in words of its own.',
    ...LOGS,
    async run(lab) {
      const { logGroup: logGroupName } = await makeTwoVersions(lab);
      const now = Math.floor(lab.now());
      const command = new FilterLogEventsCommand({
        logGroupName,
        startTime: now,
        endTime: now - 1_000,
      });
      const refusal = await refused(lab.logs.send(command));
      return seen(
        refusal?.status === 400 && refusal.name === 'InvalidParameterException',
        told(refusal),
      );
    },
  },
  {
    id: 'log-search-order',
    assumes: 'FilterLogEvents gives the earliest lines first, over all streams.',
    otherwise:
      'The first errors of a report are not the first, where there are many (aws/logs.ts).',
    ...LOGS,
    async run(lab) {
      const made = await makeTwoVersions(lab);
      for (let count = 0; count < 10; count++) {
        await invoke(lab, { ...made, qualifier: String(1 + (count % 2)) });
        await lab.sleep(SECOND_MS);
      }
      await lab.sleep(2 * HORIZON_MS);
      const times = (await linesOf(lab, made)).map(({ timestamp = NaN }) => timestamp);
      const sorted = times.toSorted((one, other) => one - other);
      return seen(times.length > 0 && times.join() === sorted.join(), `${times.length} lines`);
    },
  },
  {
    id: 'log-group-missing',
    assumes:
      'FilterLogEvents refuses a log group that does not exist with 400 ResourceNotFoundException.',
    otherwise:
      'A function that has never logged is taken for one whose logs cannot be read (run/checks/log-search.ts, run/preflight/logs.ts).',
    minutes: 1,
    uses: {},
    isRecording: true,
    async run(lab) {
      const command = new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${lab.name()}` });
      const refusal = await refused(lab.logs.send(command));
      const isSo = refusal?.status === 400 && refusal.name === 'ResourceNotFoundException';
      return seen(isSo, told(refusal));
    },
  },
];
