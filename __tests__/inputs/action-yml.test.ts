import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { reportOf } from '../../src/core/report/report.ts';
import { ended } from '../../src/core/report/ending.ts';
import { outputsOf } from '../../src/github/outputs.ts';
import { INPUT_DEFAULTS } from '../../src/inputs/defaults.ts';
import { readInputs } from '../../src/inputs/inputs.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

interface Action {
  readonly inputs: Record<string, { readonly required: boolean; readonly default?: string }>;
  readonly outputs: Record<string, { readonly description: string }>;
  readonly runs: Record<string, string>;
}
const action = parse(read('action.yml')) as Action;

const noFile = () => {
  throw new Error('there is none');
};

describe('action.yml', () => {
  it('has the inputs and the defaults that the program reads', () => {
    const declared = Object.entries(action.inputs).map(([name, input]) => [
      name,
      // Only GitHub can fill an expression in.
      input.default?.startsWith('${{') === true ? '' : (input.default ?? ''),
    ]);
    expect(Object.fromEntries(declared)).toEqual(INPUT_DEFAULTS);
  });

  it('requires only the function and the alias', () => {
    const required = Object.entries(action.inputs).filter(([, input]) => input.required);
    expect(required.map(([name]) => name)).toEqual(['function-name', 'alias']);
  });

  it('has the outputs that the program sets', () => {
    const ending = ended('failed', '');
    const outputs = outputsOf(reportOf([], ending, { startedAt: 0, endedAt: 0 }));
    expect(Object.keys(action.outputs)).toEqual(Object.keys(outputs));
  });

  it('names every outcome in the description of the output', () => {
    const outcomes = [
      'promoted',
      'reverted',
      'revert-failed',
      'unchanged',
      'created',
      'planned',
      'held',
      'started',
      'failed',
    ];
    for (const outcome of outcomes) {
      expect(action.outputs['outcome']?.description).toContain(`\`${outcome}\``);
    }
  });

  it('runs the one bundle for the step and for its post step, whatever happened before', () => {
    expect(action.runs).toEqual({
      using: 'node24',
      main: 'dist/index.js',
      post: 'dist/index.js',
      'post-if': 'always()',
    });
  });

  it('understands the metrics that the documents show', () => {
    const [, yaml = ''] =
      /```yaml\n(compare-metrics:[^`]*)```/.exec(read('docs/metrics-of-your-own.md')) ?? [];
    const shown = parse(yaml) as Record<string, string>;
    const inputs = { ...shown, 'function-name': 'checkout', alias: 'live', region: 'eu-west-1' };
    const config = readInputs((name) => (inputs as Record<string, string>)[name] ?? '', {
      description: '',
      region: undefined,
      roleSessionName: '',
      readFile: noFile,
    });
    expect(config.compareMetrics.map(({ name }) => name)).toEqual(['http 5xx', 'declined']);
    expect(config.metricChecks).toHaveLength(3);
    expect(config.compareDuration.mode).toBe('on');
  });
});
