import { describe, expect, it } from '@jest/globals';

import { endingOfRegions } from '../../../src/core/report/regions.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { sampleReport } from '../../fixtures/sample-report.ts';

const REVERTED = sampleReport({ functions: 1, alarms: 1, nameLength: 0, outcome: 'reverted' });

describe('where one region had the version before', () => {
  const reasonWhere = (failed: Partial<Report>) => {
    const reports = [
      { ...REVERTED, region: 'eu-west-1', outcome: 'unchanged' as const, reason: '' },
      { ...REVERTED, region: 'us-west-2', reason: 'alarm errors', ...failed },
    ];
    return endingOfRegions(reports.map((report) => ({ wave: 1, isElsewhere: false, report })))
      .reason;
  };

  it('the reason says how to go back there, should a dead job have promoted it', () => {
    expect(reasonWhere({})).toMatch(
      /eu-west-1 served the new version before this job began.*mode: rollback with regions: eu-west-1/,
    );
  });

  it('nobody is told to go back further where all go back', () => {
    const targets = REVERTED.targets.map((each) => ({ ...each, version: '6' }));
    expect(reasonWhere({ targets })).toMatch(/eu-west-1 served the version that was asked for/);
    expect(reasonWhere({ targets })).not.toContain('rollback');
  });
});
