import { InvokeCommand } from '@aws-sdk/client-lambda';

import { notSeen, seen, type Experiment, type Seen } from '../experiment.ts';
import { invoke, makeTwoVersions } from '../functions.ts';
import { ask, type Lab } from '../lab.ts';
import {
  MINUTE_MS,
  minutesOf,
  sumOf,
  untilCounted,
  untilNextMinute,
  type Asked,
} from '../metrics.ts';
import { split, write } from './alias-writes.ts';

const SECOND_MS = 1_000;
const REQUESTS = 20;
const METRICS = {
  minutes: 6,
  uses: { invocations: REQUESTS, metrics: 60 },
  isRecording: false,
} as const;
/** After this a minute is taken as it is: core/minute.ts. */
const LATEST_SETTLED_MS = 2 * MINUTE_MS;

interface Traffic {
  readonly share?: number;
  readonly second?: Record<string, string>;
}

/** Sends requests to an alias, and asks when all of them are counted. */
const afterTraffic =
  (
    { share = 0, second = {} }: Traffic,
    judge: (
      lab: Lab,
      of: (asked?: Partial<Asked>) => ReturnType<typeof minutesOf>,
      functionName: string,
    ) => Promise<Seen>,
  ) =>
  async (lab: Lab): Promise<Seen> => {
    const { functionName } = await makeTwoVersions(lab, { second });
    if (share > 0) await write(lab, functionName, split('2', share));
    await lab.sleep(20 * SECOND_MS);
    const from = await untilNextMinute(lab);
    for (let count = 0; count < REQUESTS; count++) {
      await invoke(lab, { functionName });
      await lab.sleep(SECOND_MS);
    }
    const counted = await untilCounted(lab, { functionName, requests: REQUESTS, from });
    if (!counted) return notSeen('the requests were not counted within five minutes');
    const to = lab.now() + MINUTE_MS;
    return judge(
      lab,
      (asked) => minutesOf(lab, { functionName, from, to, ...asked }),
      functionName,
    );
  };

const ofVersion = (functionName: string, version: string) => ({
  Resource: `${functionName}:live`,
  ExecutedVersion: version,
});

export const METRICS_OF_LAMBDA: readonly Experiment[] = [
  {
    id: 'metrics-settle',
    assumes:
      'Two minutes after its end, a minute of Invocations does not change any more; it may be seen in part before.',
    otherwise:
      'Minutes are judged before they are complete: metric-delay must be longer, and with it core/checks/settling.ts.',
    ...METRICS,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab);
      const from = await untilNextMinute(lab);
      for (let count = 0; count < REQUESTS; count++) {
        await invoke(lab, { functionName });
        await lab.sleep(SECOND_MS);
      }
      const end = from + MINUTE_MS;
      const changes: { readonly afterMs: number; readonly value: number }[] = [];
      await ask(lab, { everyMs: 5 * SECOND_MS, forMs: 5 * MINUTE_MS }, async () => {
        const value = (await minutesOf(lab, { functionName, from, to: end })).get(from);
        if (value !== undefined && value !== changes.at(-1)?.value) {
          changes.push({ afterMs: lab.now() - end, value });
        }
        return undefined;
      });
      const words = changes
        .map(
          ({ afterMs, value }) =>
            `${value} of ${REQUESTS} ${Math.round(afterMs / SECOND_MS)} s after its end`,
        )
        .join(', then ');
      const last = changes.at(-1);
      const isSo = last?.value === REQUESTS && last.afterMs <= LATEST_SETTLED_MS;
      return seen(isSo, words || 'no datapoint within five minutes');
    },
  },
  {
    id: 'series-without-weights',
    assumes:
      'Metrics with Resource and ExecutedVersion are there for an alias that has no weights.',
    otherwise:
      'What a version did before the rollout is not known: rollback and repeated reverts look at it (run/versions/past.ts).',
    ...METRICS,
    run: afterTraffic({}, async (_, of, functionName) => {
      const count = sumOf(await of({ dimensions: ofVersion(functionName, '1') }));
      return seen(count === REQUESTS, `${count} of ${REQUESTS} requests`);
    }),
  },
  {
    id: 'series-with-weights',
    assumes:
      'Metrics with Resource and ExecutedVersion share out the requests of a split alias, all of them.',
    otherwise:
      'The comparison sees too little of a version, and takes what is missing for requests that hang (core/statistics/share.ts).',
    ...METRICS,
    run: afterTraffic({ share: 0.5 }, async (_, of, functionName) => {
      const [one = NaN, two = NaN] = await Promise.all(
        ['1', '2'].map(async (version) =>
          sumOf(await of({ dimensions: ofVersion(functionName, version) })),
        ),
      );
      return seen(
        one + two === REQUESTS,
        `${one} of version 1 and ${two} of version 2, of ${REQUESTS}`,
      );
    }),
  },
  {
    id: 'errors-of-zero',
    assumes: 'A minute with requests and without failures has an Errors of 0, and not none.',
    otherwise:
      'A minute without failures is waited for as one that is late (core/checks/pairing.ts).',
    ...METRICS,
    run: afterTraffic({}, async (_, of) => {
      const errors = [...(await of({ metric: 'Errors' })).values()];
      return seen(
        errors.length > 0 && errors.every((each) => each === 0),
        `Errors are ${errors.join(', ') || 'none'}`,
      );
    }),
  },
  {
    id: 'errors-of-exceptions',
    assumes: 'Each invocation whose handler throws is counted in Errors, of its version.',
    otherwise:
      'The comparison counts something else than failed requests (core/checks/comparison.ts).',
    ...METRICS,
    run: afterTraffic({ share: 0.5, second: { FAILING: '1' } }, async (_, of, functionName) => {
      const dimensions = ofVersion(functionName, '2');
      const [requests, errors] = [
        sumOf(await of({ dimensions })),
        sumOf(await of({ dimensions, metric: 'Errors' })),
      ];
      return seen(
        requests > 0 && requests === errors,
        `${errors} errors of ${requests} requests, of which all failed`,
      );
    }),
  },
  {
    id: 'durations-by-bounds',
    assumes: 'The statistic TC(0:60000) works on Lambda’s Duration, and counts the requests.',
    otherwise:
      'compare-duration sees nothing, says so, and the comparison of errors goes on (core/checks/duration-reader.ts).',
    ...METRICS,
    run: afterTraffic({}, async (_, of) => {
      const count = sumOf(await of({ metric: 'Duration', statistic: 'TC(0:60000)' }));
      return seen(count === REQUESTS, `${count} of ${REQUESTS} requests`);
    }),
  },
  {
    id: 'dated-by-its-beginning',
    assumes: 'A request is counted when it ends, in the minute in which it began.',
    otherwise:
      'A minute can change at other times than is waited for (core/checks/ledger.ts keeps 18 minutes open).',
    minutes: 8,
    uses: { invocations: 1, metrics: 60 },
    isRecording: false,
    async run(lab) {
      const { functionName } = await makeTwoVersions(lab, { settings: { Timeout: 150 } });
      const from = await untilNextMinute(lab);
      await lab.lambda.send(
        new InvokeCommand({
          FunctionName: functionName,
          Qualifier: 'live',
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify({ lastsMs: 100_000 })),
        }),
      );
      if (!(await untilCounted(lab, { functionName, requests: 1, from }))) {
        return notSeen('the request was not counted within five minutes');
      }
      const lateMs = lab.now() - from;
      const [minute = NaN] = [
        ...(await minutesOf(lab, { functionName, from, to: lab.now() })).keys(),
      ];
      const words = `counted in the minute ${(minute - from) / MINUTE_MS} after that of its beginning, seen ${Math.round(lateMs / SECOND_MS)} s after that`;
      return seen(minute === from && lateMs >= 100_000, words);
    },
  },
];
