import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { outputsOf } from '../../src/github/outputs.ts';
import { INPUT_DEFAULTS, type InputName } from '../../src/inputs/defaults.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { messageOf, Refusal } from '../../src/core/problems.ts';
import { reportOf } from '../../src/core/report/report.ts';
import { ended } from '../../src/core/report/ending.ts';
import { CONTROL } from '../fixtures/commands.ts';
import { enormous, hostileText } from '../fixtures/hostile-text.ts';

type Inputs = Readonly<Partial<Record<InputName, string>>>;

const noFile = () => {
  throw new Error('there is none');
};

const NAMES = Object.keys(INPUT_DEFAULTS) as InputName[];
const minimal: Inputs = { 'function-name': 'checkout', alias: 'live' };
const DEFAULTS = {
  description: '',
  region: 'eu-west-1',
  roleSessionName: 'canary',
  readFile: noFile,
};

/** Nothing when the inputs are accepted. */
function refusalOf(inputs: Inputs): Refusal | undefined {
  try {
    readInputs((name) => ({ ...minimal, ...inputs })[name] ?? '', DEFAULTS);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Nearly right: made of what the inputs are made of. */
const nearlyRight = fc
  .array(
    fc.constantFrom(
      ...[
        '10%',
        '5m',
        ' ',
        ',',
        '\n',
        '0',
        '1',
        '99.99',
        '%',
        's',
        'h',
        'd',
        '.',
        '-',
        'e9',
        'true',
      ],
      ...['arn:aws:', 'lambda:', 'iam::', 'cloudwatch:', 'eu-west-1:', '123456789012:', 'alarm:'],
      ...['role/', 'Canary', 'Linear', 'Percent', 'Every', 'Minutes', 'AllAtOnce', '$LATEST', 'a'],
    ),
  )
  .map((parts) => parts.join(''));

/** They say which inputs, and why, in one line that can be shown. */
function expectWellTold(refusal: Refusal | undefined): void {
  const isWellTold = (problem: string) =>
    /^[a-z][a-z0-9-]*(?:, [a-z][a-z0-9-]*)*: /.test(problem) &&
    problem.length < 600 &&
    !CONTROL.test(problem) &&
    !/[\n\u2028\u2029]/.test(problem) &&
    problem.isWellFormed();
  expect(refusal?.problems.filter((problem) => !isWellTold(problem)) ?? []).toEqual([]);
}

const written = fc.oneof(hostileText, nearlyRight);

describe('whatever is written into an input', () => {
  it.each(NAMES)('%s is accepted, or refused with lines that say why', (name) => {
    fc.assert(
      fc.property(written, (value) => {
        expectWellTold(refusalOf({ [name]: value }));
      }),
      { numRuns: 50 },
    );
  });

  // All are read each time, whichever was written: so as much is tried in less time, but seldom what an accepted one comes to.
  it('and into all others at once is accepted, or refused with lines that say why', () => {
    const all = fc.record(Object.fromEntries(NAMES.map((name) => [name, written])));
    fc.assert(
      fc.property(all, (inputs) => {
        expectWellTold(refusalOf(inputs));
      }),
      { numRuns: 250 },
    );
  });

  it('together they are refused together', () => {
    const inputs = Object.fromEntries(NAMES.map((name) => [name, '\u001b[31m::error::<b>']));
    const refused = new Set(refusalOf(inputs)?.problems.map((problem) => problem.split(':')[0]));
    // Of the code, any text is a path: whether there is a file is asked of the disk.
    const free: InputName[] = ['alarms', 'code', 'description', 'environment', 'github-token'];
    expect(refused).toEqual(new Set(NAMES.filter((name) => !free.includes(name))));
  });

  const tooLong = (name: string) => `${name}: is longer than 100000 characters`;

  it.each(NAMES)('ten megabytes of %s are refused at once', (name) => {
    expect(refusalOf({ [name]: enormous('x') })?.problems).toEqual([tooLong(name)]);
  });

  it.each(['a,', '1\n', '10% 1m,', '🦆', '\ud800', '1s'])(
    'ten megabytes of %j are refused in each input',
    (piece) => {
      const text = enormous(piece);
      const refusal = refusalOf(Object.fromEntries(NAMES.map((name) => [name, text])));
      expect(new Set(refusal?.problems)).toEqual(new Set(NAMES.map(tooLong)));
    },
  );

  it('is as long as it may be in characters, whatever each of them takes', () => {
    const ducks = '🦆'.repeat(100_000);
    expect(refusalOf({ 'github-token': ducks })).toBeUndefined();
    expect(refusalOf({ 'github-token': `${ducks}x` })?.problems).toEqual([
      'github-token: is longer than 100000 characters',
    ]);
  });

  it.each<[InputName, string, string]>([
    ['function-name', 'f', '10000 functions are given; at most 500 can be'],
    ['alarms', 'a', '10000 alarms are given; at most 500 can be'],
    ['steps', '1% 1s', '10000 steps are given; at most 100 can be'],
    ['version', '7', '10000 given for 1 function(s)'],
    ['code-sha256', 'ab', '10000 given for 1 function(s)'],
  ])('ten thousand lines of %s are refused', (name, line, problem) => {
    const lines = Array.from({ length: 10_000 }, () => line).join('\n');
    expect(refusalOf({ [name]: lines })?.message).toContain(problem);
  });

  it('ten thousand mistakes are not all told', () => {
    const refusal = refusalOf({ 'function-name': '?\n'.repeat(10_000) });
    expect(refusal?.problems.length).toBeGreaterThan(10_000);
    const lines = messageOf(refusal).split('\n');
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toMatch(/^… and \d+ more$/);
    const times = { startedAt: 0, endedAt: 1 };
    const report = reportOf([], ended('failed', messageOf(refusal)), times);
    expect(Buffer.byteLength(Object.values(outputsOf(report)).join(''))).toBeLessThan(100_000);
  });

  it.each<[InputName, string, string]>([
    ['bake-time', 'very many days', '99999999999d'],
    ['poll-interval', 'a month', '30d'],
    ['monitoring-grace', 'more seconds than numbers can tell', `${'9'.repeat(400)}s`],
    ['steps', 'six days', '10% 6d'],
    ['steps', 'very many minutes', 'Canary10Percent99999999Minutes'],
    ['steps', 'more hours than numbers can tell', `10% ${'9'.repeat(400)}h`],
  ])('%s does not take %s, as no job lasts so long', (name, _, value) => {
    expect(refusalOf({ [name]: value })?.message).toContain('no job lasts longer than 5 days');
  });
});
