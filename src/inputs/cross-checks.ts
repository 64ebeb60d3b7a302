import { MINUTE_MS } from '../core/minute.ts';
import type { FunctionSearch } from '../core/function-search.ts';
import type { AlarmId } from '../core/text/arn.ts';
import { codeProblems } from './code-checks.ts';
import { INPUT_DEFAULTS, type InputName } from './defaults.ts';
import { quoted } from './fields.ts';
import type { FunctionInput } from './function-names.ts';
import type { Beside, Fields } from './schema.ts';
import { smokeTestProblems } from './smoke-tests.ts';

/** What inputs are held against besides each other. */
interface Grounds extends Pick<Beside, 'found'> {
  /** Where the rollout is; undefined when nothing says so. */
  readonly region: string | undefined;
  /** By which functions are found. */
  readonly searches: readonly FunctionSearch[];
}

/** What does not fit together, of inputs that are right each for itself. What could not be read is passed over. */
export function problemsBetween(
  fields: Partial<Fields>,
  { region, searches, found }: Grounds,
): readonly string[] {
  const isOpen = searches.length > 0 && found === undefined;
  const { 'function-name': functions, ...others } = fields;
  const { version = [], 'code-sha256': hashes = [] } = fields;
  const { 'smoke-test-payload': payloads, 'smoke-test-expect': expected } = fields;
  return [
    ...(isOpen || functions === undefined || payloads === undefined || expected === undefined
      ? []
      : smokeTestProblems(
          { payloads, expected },
          functions.map(({ name }) => name),
        )),
    ...(functions === undefined ? [] : perFunctionProblems({ version }, functions, searches)),
    ...(functions === undefined
      ? []
      : perFunctionProblems({ 'code-sha256': hashes }, functions, searches)),
    ...('region' in fields ? regionProblems(region, functions ?? [], fields.alarms ?? []) : []),
    ...comparisonProblems(fields),
    ...commandProblems(fields),
    ...dryRunProblems(fields),
    ...fastTrackProblems(fields),
    ...engineProblems(fields),
    ...retentionProblems(fields),
    ...codeProblems(isOpen ? others : fields),
    ...tokenProblems(fields),
  ];
}

/** Some inputs say one thing for each function: as many values as functions, in the same order. */
function perFunctionProblems(
  given: Readonly<Partial<Record<InputName, readonly string[]>>>,
  functions: readonly FunctionInput[],
  [search]: readonly FunctionSearch[],
): readonly string[] {
  return Object.entries(given).flatMap(([input, values]) => {
    if (values.length === 0) return [];
    if (search !== undefined) {
      return [
        `${input}: goes by the order of function-name, and what ${search.written} finds has none; name the functions, or leave ${input} out`,
      ];
    }
    return values.length === functions.length
      ? []
      : [
          `${input}: ${values.length} given for ${functions.length} function(s); give one for each, in the order of function-name`,
        ];
  });
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

function comparisonProblems(fields: Partial<Fields>): readonly string[] {
  const { analysis, 'analysis-logs': logs, 'compare-metrics': compared = [] } = fields;
  if (analysis === undefined) return [];
  if (analysis.mode !== 'off') {
    return logs?.mode === 'off' && fields['log-errors'] !== undefined
      ? ['log-errors: no logs are read with analysis-logs: off; leave one of the two out']
      : [];
  }
  const idle = [
    ...(compared.length > 0 ? ['compare-metrics'] : []),
    ...(fields['compare-duration']?.mode === 'on' ? ['compare-duration'] : []),
    ...(fields['after-promotion'] === 'revert' ? ['after-promotion'] : []),
    ...(logs?.given === true && logs.mode !== 'off' ? ['analysis-logs'] : []),
    ...(fields['log-errors'] === undefined ? [] : ['log-errors']),
  ];
  return idle.map(
    (input) => `${input}: nothing is compared with analysis: off; leave one of the two out`,
  );
}

/** What would never run watches nothing. Whoever goes back in a hurry is not refused for it. */
function commandProblems(fields: Partial<Fields>): readonly string[] {
  const { 'check-commands': commands = [], engine, mode, steps, 'bake-time': bakeMs } = fields;
  if (commands.length > 0 && engine === 'step-functions') {
    return [
      'check-commands: commands run on a runner, and with engine: step-functions there is none; leave one of the two out',
    ];
  }
  if (mode === undefined || steps === undefined || bakeMs !== 0) return [];
  if (mode === 'rollback' || mode === 'revert' || mode === 'status') return [];
  return commands
    .filter(({ afterPromotion }) => afterPromotion || steps.length === 0)
    .map(
      ({ name }) =>
        `check-commands: ${quoted(name)} would never run, for nothing is watched after the promotion with bake-time: 0s; ` +
        'give a bake-time, or leave the check out',
    );
}

function dryRunProblems({ 'dry-run': dryRun, mode }: Partial<Fields>): readonly string[] {
  return !dryRun || mode === undefined || ['rollout', 'start', 'rollback'].includes(mode)
    ? []
    : [
        `dry-run: shows what mode rollout, start or rollback would do; for mode ${mode} use mode: status`,
      ];
}

/** The other modes take a part of the steps each, or none. */
function fastTrackProblems(fields: Partial<Fields>): readonly string[] {
  const { mode } = fields;
  return fields['fast-track'] !== true || mode === undefined || mode === 'rollout'
    ? []
    : [`fast-track: skips the steps of mode: rollout; leave it out with mode: ${mode}`];
}

/** Who would watch? A rollout that has begun may be with AWS: the job that goes on with it need not say so. */
/** What the default says; so it is given when it is another. */
const STANDARD_HOLD_MS = 24 * 60 * MINUTE_MS;

/** What only AWS's engine does would be dropped without a word where a rollout begins on a runner. */
function engineProblems(fields: Partial<Fields>): readonly string[] {
  const { wait, engine, mode } = fields;
  const begins = mode === 'rollout' || mode === 'start' || mode === 'rollback';
  if (engine !== 'runner' || !begins) return [];
  const { 'state-machine': machine, 'hold-for': holdForMs } = fields;
  const given: readonly (readonly [input: InputName, isGiven: boolean])[] = [
    ['state-machine', machine !== undefined && machine !== INPUT_DEFAULTS['state-machine']],
    ['hold-for', holdForMs !== undefined && holdForMs !== STANDARD_HOLD_MS],
  ];
  return [
    ...(wait === false
      ? [
          'wait: false leaves the rollout to AWS; set engine: step-functions, or leave it out: a runner that does not ' +
            'wait watches nothing',
        ]
      : []),
    ...given.flatMap(([input, isGiven]) =>
      isGiven
        ? [
            `${input}: is for rollouts that AWS carries; set engine: step-functions, or leave it out`,
          ]
        : [],
    ),
  ];
}

/** Deleted is after a promotion; a rollback happens when something is wrong, and what is wrong is to be looked at. */
function retentionProblems(fields: Partial<Fields>): readonly string[] {
  const { mode } = fields;
  return fields['keep-versions'] === undefined ||
    mode === undefined ||
    ['rollout', 'step', 'promote'].includes(mode)
    ? []
    : [
        `keep-versions: old versions are deleted after a promotion by mode rollout, step or promote; leave it out with mode: ${mode}`,
      ];
}

/** A secret that is not set arrives as an empty string. */
function tokenProblems(fields: Partial<Fields>): readonly string[] {
  if (fields['github-token'] !== '') return [];
  const needing = [
    ...((fields.environment ?? '') === '' ? [] : ['environment']),
    ...((fields.comment ?? 'never') === 'never' ? [] : ['comment']),
  ];
  return needing.map(
    (input) =>
      `github-token: is empty, and ${input} needs one; leave github-token out for the token of the job, or see that ` +
      'the secret that it is filled from is set',
  );
}
