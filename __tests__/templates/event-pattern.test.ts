import { execFileSync } from 'node:child_process';

import { describe, expect, it } from '@jest/globals';

import { repairPattern } from '../../conformance/repair-pattern.ts';
import { ENDS, MACHINE } from '../fixtures/ends.ts';
import { tellingPattern } from '../fixtures/telling-rule.ts';

/** Where scripts/templates.ts has put AWS's own library for patterns. */
const RULER = process.env['RULER'] ?? '';
function matches(pattern: object): readonly boolean[] {
  const answer = execFileSync('java', ['-cp', `${RULER}/*`, '__tests__/templates/Matches.java'], {
    input: JSON.stringify({ pattern, events: ENDS.map(([, each]) => each) }),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return JSON.parse(answer) as readonly boolean[];
}
const named = (all: readonly boolean[]) => ENDS.map(([name], index) => [name, all[index]]);

describe('the rules of the template, by what EventBridge matches with', () => {
  it('repair what no state has seen to, and nothing else', () => {
    expect(named(matches(repairPattern(MACHINE)))).toEqual(ENDS.map(([name, , is]) => [name, is]));
  });

  it('tell of every end but promotions and take-overs', () => {
    expect(named(matches(tellingPattern(MACHINE)))).toEqual(
      ENDS.map(([name, , , is]) => [name, is]),
    );
  });
});
