import { describe, expect, it } from '@jest/globals';

import { insightsUrl } from '../../../src/core/text/console.ts';
import {
  distinctMessages,
  ERROR_PATTERN,
  errorQuery,
  streamPrefix,
} from '../../../src/core/checks/error-logs.ts';

const ID = '5f3b1b9e-1111-4222-8333-444444444444';
const OTHER = '6f3b1b9e-1111-4222-8333-444444444444';

describe('what a version logged of its errors', () => {
  it('is told once for each kind, the first of it, with how many there were', () => {
    const events = [
      { at: 3, message: `2026-11-24T01:00:03.000Z\t${OTHER}\tERROR\tno table orders_17` },
      { at: 1, message: `2026-11-24T01:00:01.000Z\t${ID}\tERROR\tno table orders_4` },
      { at: 2, message: `2026-11-24T01:00:02.000Z ${ID} Task timed out after 3.00 seconds` },
    ];
    expect(distinctMessages(events)).toEqual([
      { text: 'ERROR no table orders_4', count: 2 },
      { text: 'Task timed out after 3.00 seconds', count: 1 },
    ]);
  });

  it('is five kinds at most, each cut, on one line', () => {
    const events = Array.from({ length: 9 }, (_, index) => ({
      at: index,
      message: `Error ${'abcdefghi'[index] ?? ''}\n${'x'.repeat(2_000)}`,
    }));
    const messages = distinctMessages(events);
    expect(messages).toHaveLength(5);
    for (const { text = '' } of messages) {
      expect(text.length).toBeLessThanOrEqual(400);
      expect(text).not.toContain('\n');
    }
  });

  it('stands in the streams of that version, with its name where functions share a log group', () => {
    const version = { functionName: 'checkout', version: '8', logGroup: '/aws/lambda/checkout' };
    expect(streamPrefix(version, '2026/11/23')).toBe('2026/11/23/[8]');
    expect(errorQuery(version)).toContain('strcontains(@logStream, "/[8]")');
    const shared = { ...version, logGroup: 'shop' };
    expect(streamPrefix(shared, '2026/11/23')).toBe('2026/11/23/checkout[8]');
    expect(errorQuery(shared)).toContain('strcontains(@logStream, "/checkout[8]")');
  });

  it('is looked for in the words of a timeout of old and of today', () => {
    const version = { functionName: 'checkout', version: '8', logGroup: '/aws/lambda/checkout' };
    for (const words of ['Task timed out', 'Status: timeout']) {
      expect(ERROR_PATTERN).toContain(`?"${words}"`);
      expect(errorQuery(version)).toContain(`|${words}|`);
    }
  });

  it('can be looked up by a link that nothing escapes from', () => {
    const url = insightsUrl('eu-west-1', {
      logGroup: '/aws/lambda/checkout',
      query: 'fields @message\n| limit 1',
      from: '2026-11-24T00:00:00.000Z',
      to: '2026-11-24T01:00:00.000Z',
    });
    expect(url).toBe(
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights' +
        '$3FqueryDetail$3D$257E$2528end$257E$25272026-11-24T01*3A00*3A00$252E000Z$257Estart$257E$25272026-11-24T00' +
        '*3A00*3A00$252E000Z$257EtimeType$257E$2527ABSOLUTE$257Etz$257E$2527UTC$257EeditorString$257E$2527' +
        'fields*20*40message*0A*7C*20limit*201$257Esource$257E$2528$257E$2527*2Faws*2Flambda*2Fcheckout$2529$2529',
    );
  });
});
