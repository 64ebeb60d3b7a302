import type { AlarmId } from '../core/text/arn.ts';
import type { InputName } from './defaults.ts';
import type { Fields, FunctionInput } from './schema.ts';
import { smokeTestProblems } from './smoke-tests.ts';

/**
 * What does not fit together, of inputs that are right each for itself.
 * @param region where the rollout is; undefined when nothing says so
 */
export function problemsBetween(fields: Fields, region: string | undefined): readonly string[] {
  const functions = fields['function-name'];
  return [
    ...smokeTestProblems(
      { payloads: fields['smoke-test-payload'], expected: fields['smoke-test-expect'] },
      functions.map(({ name }) => name),
    ),
    ...perFunctionProblems('version', fields.version, functions),
    ...perFunctionProblems('code-sha256', fields['code-sha256'], functions),
    ...regionProblems(region, functions, fields.alarms),
    ...comparisonProblems(fields),
    ...dryRunProblems(fields),
    ...tokenProblems(fields),
  ];
}

/** Some inputs say one thing for each function: as many values as functions, in the same order. */
function perFunctionProblems(
  input: InputName,
  values: readonly string[],
  functions: readonly FunctionInput[],
): readonly string[] {
  return values.length === 0 || values.length === functions.length
    ? []
    : [
        `${input}: ${values.length} given for ${functions.length} function(s); give one for each, in the order of function-name`,
      ];
}

function regionProblems(
  region: string | undefined,
  functions: readonly FunctionInput[],
  alarms: readonly AlarmId[],
): readonly string[] {
  if (region === undefined) {
    return [
      'region: none given, and neither AWS_REGION nor AWS_DEFAULT_REGION is set; set this input, or run ' +
        'aws-actions/configure-aws-credentials in an earlier step',
    ];
  }
  const elsewhere = (what: string, other: string) =>
    `${what} is in ${other}, but this rollout is in ${region}; all must be in one region`;
  return [
    ...functions
      .filter((each) => each.region !== undefined && each.region !== region)
      .map((each) => `function-name: ${elsewhere(each.name, each.region ?? '')}`),
    ...alarms
      .filter((each) => each.region !== undefined && each.region !== region)
      .map((each) => `alarms: ${elsewhere(each.name, each.region ?? '')}`),
  ];
}

function comparisonProblems(fields: Fields): readonly string[] {
  const logs = fields['analysis-logs'];
  if (fields.analysis.mode !== 'off') {
    return logs.mode === 'off' && fields['log-errors'] !== undefined
      ? ['log-errors: no logs are read with analysis-logs: off; leave one of the two out']
      : [];
  }
  const idle = [
    ...(fields['compare-metrics'].length > 0 ? ['compare-metrics'] : []),
    ...(fields['compare-duration'] === 'on' ? ['compare-duration'] : []),
    ...(fields['after-promotion'] === 'revert' ? ['after-promotion'] : []),
    ...(logs.given && logs.mode !== 'off' ? ['analysis-logs'] : []),
    ...(fields['log-errors'] === undefined ? [] : ['log-errors']),
  ];
  return idle.map(
    (input) => `${input}: nothing is compared with analysis: off; leave one of the two out`,
  );
}

function dryRunProblems({ 'dry-run': dryRun, mode }: Fields): readonly string[] {
  return !dryRun || ['rollout', 'start', 'rollback'].includes(mode)
    ? []
    : [
        `dry-run: shows what mode rollout, start or rollback would do; for mode ${mode} use mode: status`,
      ];
}

/** A secret that is not set arrives as an empty string. */
function tokenProblems(fields: Fields): readonly string[] {
  if (fields['github-token'] !== '') return [];
  const needing = [
    ...(fields.environment === '' ? [] : ['environment']),
    ...(fields.comment === 'never' ? [] : ['comment']),
  ];
  return needing.map(
    (input) =>
      `github-token: is empty, and ${input} needs one; leave github-token out for the token of the job, or see that ` +
      'the secret that it is filled from is set',
  );
}
