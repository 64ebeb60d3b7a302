import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { parseCheckCommands } from '../../src/inputs/check-commands.ts';
import { hostileText } from '../fixtures/hostile-text.ts';

const parse = (text: string) => {
  const problems: string[] = [];
  return { checks: parseCheckCommands(text, problems), problems };
};
const STANDARD = { everyMs: 60_000, afterPromotion: false, timeoutMs: 60_000 };

describe('commands as checks', () => {
  it('have a name, and what is said of them before the colon', () => {
    const text = `
      slo: ./slo.sh --window 5m
      error rate, every 30s, timeout 10s: node ci/prometheus.mjs
      smoke, at end of step, timeout 2m: ./smoke.sh
      synthetic/eu, after promotion: ./synthetic.sh
    `;
    expect(parse(text)).toEqual({
      problems: [],
      checks: [
        { name: 'slo', command: './slo.sh --window 5m', ...STANDARD },
        {
          name: 'error rate',
          command: 'node ci/prometheus.mjs',
          everyMs: 30_000,
          afterPromotion: false,
          timeoutMs: 10_000,
        },
        {
          name: 'smoke',
          command: './smoke.sh',
          everyMs: undefined,
          afterPromotion: false,
          timeoutMs: 120_000,
        },
        { name: 'synthetic/eu', command: './synthetic.sh', ...STANDARD, afterPromotion: true },
      ],
    });
  });

  it.each([
    'curl --fail https://a.example.com:8443/x?a=b | jq -e ".a: 1"',
    'echo "name: value" && test -n "$A"',
    'grep -c every, timeout 5',
    'a; b || exit 1',
    'echo "after promotion"',
    'timeout 30s ./x.sh',
  ])('may be any line of the shell, as %s', (command) => {
    expect(parse(`probe: ${command}`)).toMatchObject({ problems: [], checks: [{ command }] });
  });

  it.each([
    ['curl https://a.example.com', 'line 1: "curl https://a.example.com" is no name of a check'],
    ["curl -H 'A: b' https://a.example.com", 'is no name of a check'],
    ['- slo: ./slo.sh', '"- slo" is no name of a check'],
    ['slo:', 'there is no command after "slo:"'],
    ['slo, every 5: x', '"every 5" has no duration; write it with a unit, as in "every 30s"'],
    ['slo, every: x', 'has no duration'],
    ['slo, timeout 10ms: x', 'has no duration'],
    ['slo, timeout 0s: x', '"timeout 0s" is too short; it must be 1s or longer'],
    ['slo, every 6d: x', '"every 6d" is too long; no job lasts longer than 5 days'],
    ['slo, hourly: x', '"hourly" is not one of "every 30s", "at end of step"'],
    ['slo, after promotion 5m: x', '"after promotion 5m" is not one of'],
    ['slo, every 5s, every 6s: x', '"every" is given twice'],
    ['slo, every 5s, at end of step: x', 'exclude each other'],
    ['slo: ./slo.sh every 30s', 'write it before the colon, as in "slo, every 30s: …"'],
    ['slo: ./slo.sh at end of step', 'write it before the colon'],
    ['slo: ./slo.sh, after promotion', 'write it before the colon'],
    ['slo: ./slo.sh timeout 10m', 'write it before the colon'],
    ['slo: echo \u0007', 'characters that cannot be printed'],
    [`slo: ${'x'.repeat(2_000)}`, 'put the command into a script'],
    ['slo: a\n\nslo: b', 'line 3: "slo" is the name of line 1'],
  ])('are refused as %j', (text, problem) => {
    const { checks, problems } = parse(text);
    expect(problems.join('\n')).toContain(problem);
    expect(checks.length).toBe(text.includes('\n') ? 1 : 0);
  });

  it('have everything wrong told at once, with its line', () => {
    const { problems } = parse('a, hourly, every x: b\nc:\nd: e every 5m');
    expect(problems.map((problem) => problem.slice(0, 7))).toEqual([
      'line 1:',
      'line 1:',
      'line 2:',
      'line 3:',
    ]);
  });

  it('are at most 20', () => {
    const lines = Array.from({ length: 21 }, (_, index) => `n${index}: x`).join('\n');
    expect(parse(lines).problems).toEqual(['21 commands are given; at most 20 can be']);
  });

  it('are read or refused in one line each, whatever is written', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { checks, problems } = parse(`slo, ${text}: ${text}`);
        for (const problem of problems) expect(problem).not.toMatch(/[\n\r]/);
        for (const { command } of checks) expect(command).not.toMatch(/[\n\r]/);
      }),
    );
  });
});
