import { afterEach, describe, expect, it } from '@jest/globals';

import { listenForCancellation } from '../../src/system/cancellation.ts';

// Whatever asks the process to end, wherever it runs. What a signal of the system does is shown by the bundle; Windows has
// one of its own, which no other system can send.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const;

describe('the process', () => {
  afterEach(() => {
    for (const signal of [...SIGNALS, 'SIGHUP']) process.removeAllListeners(signal);
  });

  it.each(SIGNALS)('is cancelled by %s', (signal) => {
    const cancellation = listenForCancellation();
    expect(cancellation.signal.aborted).toBe(false);
    process.emit(signal);
    expect(cancellation.signal.reason).toEqual(new Error(`cancelled (${signal})`));
  });
});
