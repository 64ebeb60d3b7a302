import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createLogs, LOGS_PREFIX } from '../../../simulator/cloudwatch/logs.ts';

const GROUP = '/aws/lambda/checkout';

interface Line {
  readonly at: number;
  readonly ingestedAt: number;
  readonly message: string;
}

const lines: fc.Arbitrary<readonly Line[]> = fc.array(
  fc.record({
    at: fc.nat(20),
    ingestedAt: fc.nat(20),
    message: fc.constantFrom('ERROR', 'Status: timeout', 'all is well'),
  }),
);
/** What is put between one search and the next. */
const batches = fc.array(fc.tuple(lines, fc.constantFrom('', '?ERROR', '?"Status: timeout"')));

describe('a search in a log group', () => {
  it('finds what matches in order of time, whenever it came and whatever was searched before', () => {
    fc.assert(
      fc.property(batches, fc.nat(20), fc.nat(20), (batches, one, other) => {
        const logs = createLogs({ now: () => 20 });
        logs.setEmptyPages(GROUP, 0);
        const [startTime, endTime] = [Math.min(one, other), Math.max(one, other)];
        const all: Line[] = [];
        for (const [lines, filterPattern] of batches) {
          for (const line of lines) logs.put(GROUP, { ...line, stream: 'stream' });
          all.push(...lines);
          const word = filterPattern.replaceAll(/[?"]/g, '');
          const expected = all
            .toSorted((a, b) => a.at - b.at || a.ingestedAt - b.ingestedAt)
            .filter(
              ({ at, message }) => at >= startTime && at <= endTime && message.includes(word),
            );
          expect(found(logs, { filterPattern, startTime, endTime })).toEqual(expected);
        }
      }),
    );
  });
});

function found(logs: ReturnType<typeof createLogs>, search: object): readonly Line[] {
  const handled = logs.operation({
    method: 'POST',
    url: '/',
    headers: { 'x-amz-target': `${LOGS_PREFIX}FilterLogEvents` },
    body: JSON.stringify({ logGroupName: GROUP, ...search }),
  });
  const { body } = handled?.run() as {
    readonly body: {
      readonly events: readonly {
        readonly timestamp: number;
        readonly ingestionTime: number;
        readonly message: string;
      }[];
    };
  };
  return body.events.map(({ timestamp, ingestionTime, message }) => ({
    at: timestamp,
    ingestedAt: ingestionTime,
    message,
  }));
}
