import { describe, expect, it } from '@jest/globals';

import { executionName } from '../../../src/core/alias/execution-name.ts';
import { MARK } from '../../fixtures/mark.ts';

describe('the name of the execution that carries a rollout', () => {
  it('is that of the run and its rollout, in characters that Step Functions takes', () => {
    const mark = { ...MARK, repository: 'acme/shop.web', runId: '17042123456', nonce: '9f86d081' };
    expect(executionName(mark)).toBe('acme-shop-web-17042123456-1-9f86d081');
  });

  it('loses the beginning of a long repository, and never run, attempt and nonce', () => {
    const name = executionName({ ...MARK, repository: `${'o'.repeat(39)}/${'r'.repeat(100)}` });
    expect(name).toHaveLength(80);
    expect(name.endsWith('r-42-1-aa')).toBe(true);
  });
});
