import { z } from 'zod';

import { parseAlarmId, parseFunctionId, type AlarmId } from '../core/text/arn.ts';
import type { AnalysisPolicy, ComparedMetrics } from '../core/checks/comparison.ts';
import { STANDARD_RULE } from '../core/statistics/evidence.ts';
import type { CommentPolicy } from '../core/report/comment.ts';
import type { MetricCheck } from '../core/checks/thresholds.ts';
import { MODES, type Mode } from '../core/rollout/mode.ts';
import { planOf, type Plan } from '../core/rollout/plan.ts';
import type { Target } from '../core/alias/target.ts';
import type { UnfinishedPolicy } from '../core/alias/unfinished.ts';
import { parseCompareMetrics } from './compare-metrics.ts';
import { durationMs } from './duration.ts';
import {
  duration,
  flag,
  inputText,
  limitCount,
  number,
  linesOf,
  listOf,
  oneOf,
  parsedBy,
  quoted,
  share,
  wholeNumber,
} from './fields.ts';
import { parseMetricChecks } from './metric-checks.ts';
import { Refusal } from '../core/problems.ts';
import type { Role } from '../core/role.ts';
import { givenJson, smokeTestsOf, type ReadFile, type SmokeTests } from './smoke-tests.ts';
import { parseSteps } from './steps.ts';

/** Everything the user decided, checked. */
export interface Config {
  readonly mode: Mode;
  readonly requests: readonly TargetRequest[];
  readonly plan: Plan;
  readonly alarms: readonly AlarmId[];
  readonly description: string;
  readonly pollIntervalMs: number;
  readonly monitoringGraceMs: number;
  readonly onAlarmAtStart: 'fail' | 'ignore-until-ok';
  readonly onInsufficientData: 'continue' | 'wait' | 'revert';
  readonly onCancel: 'revert' | 'hold';
  readonly onUnfinished: UnfinishedPolicy;
  readonly analysis: AnalysisConfig;
  readonly compareMetrics: readonly ComparedMetrics[];
  readonly compareDuration: AnalysisConfig['mode'];
  readonly metricChecks: readonly MetricCheck[];
  readonly smokeTests: SmokeTests;
  readonly dryRun: boolean;
  readonly region: string;
  /** Absent when the credentials of the environment are used. */
  readonly role?: Role;
  /** Empty when there is none. */
  readonly githubToken: string;
  /** Of GitHub; empty when no deployment is to be made. */
  readonly environment: string;
  readonly comment: CommentPolicy;
}

/** Whether and how the canary is compared with the baseline. */
export interface AnalysisConfig {
  readonly mode: AnalysisPolicy['mode'] | 'off';
  /** Whether the user asked for it, rather than that it is so by default. */
  readonly given: boolean;
  readonly policy: Omit<AnalysisPolicy, 'mode'>;
}

/** What is asked for one target. */
export interface TargetRequest {
  readonly target: Target;
  /** Roll out this published version instead of publishing `$LATEST`. */
  readonly version?: string;
  readonly codeSha256?: string;
}

/** What the environment says where an input is silent. */
export interface Defaults {
  readonly description: string;
  readonly region: string | undefined;
  readonly roleSessionName: string;
  readonly readFile: ReadFile;
}

/**
 * The inputs and their defaults, as action.yml states them. They stand here too because an input that a
 * workflow fills from an empty expression arrives as an empty string, not as its default.
 */
export const INPUT_DEFAULTS = {
  'function-name': '',
  alias: '',
  mode: 'rollout',
  version: '',
  description: '',
  'code-sha256': '',
  steps: '10% 5m',
  'bake-time': '5m',
  alarms: '',
  analysis: '',
  'analysis-alpha': '0.01',
  'tolerated-ratio': '1',
  'tolerated-margin': '0%',
  'analysis-floor': '0.1%',
  'min-invocations': '50',
  'max-extension': '3',
  'on-inconclusive': 'promote',
  'metric-delay': '90s',
  'compare-metrics': '',
  'compare-duration': 'observe',
  'metric-checks': '',
  'smoke-test-payload': '',
  'smoke-test-expect': '',
  'smoke-test-max-duration': '30s',
  'poll-interval': '15s',
  'on-alarm-at-start': 'fail',
  'on-insufficient-data': 'continue',
  'monitoring-grace': '2m',
  'on-cancel': 'revert',
  'on-unfinished': '',
  'dry-run': 'false',
  region: '',
  'role-to-assume': '',
  'role-session-name': '',
  'role-duration': '1h',
  'github-token': '',
  environment: '',
  comment: 'never',
} as const;
export type InputName = keyof typeof INPUT_DEFAULTS;

/**
 * Turns the strings of a workflow into a configuration.
 * @param get the value of an input as it was written, untrimmed; empty when it was not given
 * @throws {Refusal} naming every input that cannot be used, what was given, and what is accepted
 */
export function readInputs(get: (name: InputName) => string, defaults: Defaults): Config {
  const raw = Object.fromEntries(
    Object.entries(INPUT_DEFAULTS).map(([name, standard]) => {
      const given = get(name as InputName);
      return [name, given.trim() === '' ? standard : given];
    }),
  );
  const json = parsedBy(givenJson(defaults.readFile));
  const parsed = schema
    .extend({ 'smoke-test-payload': json, 'smoke-test-expect': json })
    .safeParse(raw);
  if (!parsed.success) {
    throw new Refusal(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    );
  }
  const inputs = parsed.data;
  const region = inputs.region ?? defaults.region ?? inputs['function-name'][0]?.region;
  const smokeProblems: string[] = [];
  const smokeTests = smokeTestsOf(
    {
      payloads: inputs['smoke-test-payload'],
      expected: inputs['smoke-test-expect'],
      maxDurationMs: inputs['smoke-test-max-duration'],
    },
    inputs['function-name'].map(({ name }) => name),
    smokeProblems,
  );
  const problems = [
    ...smokeProblems,
    ...perFunctionProblems('version', inputs.version, inputs['function-name']),
    ...perFunctionProblems('code-sha256', inputs['code-sha256'], inputs['function-name']),
    ...regionProblems(region, inputs['function-name'], inputs.alarms),
    ...(inputs.analysis.mode === 'off' && inputs['compare-metrics'].length > 0
      ? ['compare-metrics: nothing is compared with analysis: off; leave one of the two out']
      : []),
    ...(inputs['dry-run'] && !['rollout', 'start'].includes(inputs.mode)
      ? [
          `dry-run: shows what mode rollout or start would do; for mode ${inputs.mode} use mode: status`,
        ]
      : []),
    ...(inputs.analysis.mode === 'off' && inputs['compare-duration'] === 'on'
      ? ['compare-duration: nothing is compared with analysis: off; leave one of the two out']
      : []),
  ];
  if (problems.length > 0 || region === undefined) throw new Refusal(problems);

  return {
    mode: inputs.mode,
    requests: inputs['function-name'].map(({ id, name }, index) => ({
      target: { functionId: id, functionName: name, alias: inputs.alias },
      ...optional('version', inputs.version[index]),
      ...optional('codeSha256', inputs['code-sha256'][index]),
    })),
    plan: planOf(inputs.steps, inputs['bake-time']),
    alarms: inputs.alarms,
    description: inputs.description || defaults.description,
    pollIntervalMs: inputs['poll-interval'],
    monitoringGraceMs: inputs['monitoring-grace'],
    onAlarmAtStart: inputs['on-alarm-at-start'],
    onInsufficientData: inputs['on-insufficient-data'],
    onCancel: inputs['on-cancel'],
    onUnfinished: inputs['on-unfinished'],
    analysis: {
      mode: inputs.analysis.mode,
      given: inputs.analysis.given,
      policy: {
        rule: {
          ...STANDARD_RULE,
          alpha: inputs['analysis-alpha'],
          ratio: inputs['tolerated-ratio'],
          margin: inputs['tolerated-margin'],
          floor: inputs['analysis-floor'],
        },
        minInvocations: inputs['min-invocations'],
        maxExtension: inputs['max-extension'],
        onInconclusive: inputs['on-inconclusive'],
        metricDelayMs: inputs['metric-delay'],
      },
    },
    compareMetrics: inputs['compare-metrics'],
    compareDuration: inputs['compare-duration'],
    metricChecks: inputs['metric-checks'],
    smokeTests,
    dryRun: inputs['dry-run'],
    region,
    ...(inputs['role-to-assume'] === ''
      ? {}
      : {
          role: {
            arn: inputs['role-to-assume'],
            sessionName: inputs['role-session-name'] || defaults.roleSessionName,
            durationMs: inputs['role-duration'],
          },
        }),
    githubToken: inputs['github-token'],
    environment: inputs.environment,
    comment: inputs.comment,
  };
}

interface FunctionInput {
  /** As it was given. */
  readonly id: string;
  readonly name: string;
  readonly region?: string;
}

const schema = z.object({
  'function-name': parsedBy((text, problems): readonly FunctionInput[] => {
    const ids = listOf(text);
    if (ids.length === 0) problems.push('is required: the name or ARN of one function or more');
    const functions = ids.map((id): FunctionInput => {
      const parsed = parseFunctionId(id);
      if (parsed === undefined) {
        problems.push(`${quoted(id)} is not a function name, partial ARN or ARN`);
      } else if (parsed.qualifier !== undefined) {
        problems.push(
          `${quoted(id)} has a qualifier; name the function alone and the alias in the input alias`,
        );
      }
      return { id, name: parsed?.name ?? id, ...optional('region', parsed?.region) };
    });
    for (const name of duplicates(functions.map((each) => each.name))) {
      problems.push(`${quoted(name)} is named more than once`);
    }
    limitCount('functions', functions, MOST_FUNCTIONS, problems);
    return functions;
  }),

  alias: parsedBy((text, problems) => {
    const alias = text.trim();
    if (alias === '') {
      problems.push('is required: the alias whose traffic is shifted');
    } else if (!/^(?!\d+$)[\w-]{1,128}$/.test(alias)) {
      problems.push(
        `${quoted(alias)} is not an alias name: letters, digits, - and _ (not digits alone), at most 128`,
      );
    }
    return alias;
  }),

  mode: oneOf(MODES),

  version: parsedBy((text, problems) => {
    const versions = listOf(text);
    for (const version of versions.filter((each) => !/^\d+$/.test(each))) {
      problems.push(
        version === '$LATEST.PUBLISHED'
          ? '$LATEST.PUBLISHED is replaced with every version that is published, and Lambda splits traffic between ' +
              'numbered versions only; give the number'
          : `${quoted(version)} is not the number of a published version; leave the input out to publish $LATEST`,
      );
    }
    return versions;
  }),

  description: parsedBy((text, problems) => {
    const description = text.trim();
    if (description.length > 256) {
      problems.push(`has ${description.length} characters; Lambda takes at most 256`);
    }
    return description;
  }),

  'code-sha256': parsedBy((text, problems) => {
    const hashes = listOf(text);
    for (const hash of hashes.filter((each) => !/^[\w+/=-]+$/.test(each))) {
      problems.push(`${quoted(hash)} is not a hash as Lambda gives it in CodeSha256`);
    }
    return hashes;
  }),

  steps: parsedBy((text, problems) => {
    const parsed = parseSteps(text);
    if ('steps' in parsed) return parsed.steps;
    problems.push(...parsed.problems);
    return [];
  }),

  'bake-time': duration(0, '0s'),

  alarms: parsedBy((text, problems): readonly AlarmId[] => {
    // A name may hold commas, but then the alarms are given one per line.
    const names = text.includes('\n') ? linesOf(text) : listOf(text);
    for (const name of names.filter((each) => [...each].length > 255 && !each.startsWith('arn:'))) {
      problems.push(`${quoted(name)} is longer than the 255 characters of an alarm's name`);
    }
    limitCount('alarms', names, MOST_ALARMS, problems);
    return [...new Set(names)].map(parseAlarmId);
  }),

  analysis: parsedBy((text, problems): Pick<AnalysisConfig, 'mode' | 'given'> => {
    const mode = ANALYSIS_MODES.find((each) => each === text.trim());
    if (mode !== undefined) return { mode, given: true };
    if (text.trim() !== '') {
      problems.push(`${quoted(text)} is not one of ${ANALYSIS_MODES.join(', ')}`);
    }
    return { mode: 'on', given: false };
  }),
  'analysis-alpha': number(0.000_001, 0.5),
  'tolerated-ratio': number(1, 100),
  'tolerated-margin': share,
  'analysis-floor': share,
  'min-invocations': wholeNumber(0, 1_000_000),
  'max-extension': number(1, 100),
  'on-inconclusive': oneOf(['promote', 'hold', 'revert']),
  'metric-delay': duration(0, '0s'),
  'compare-metrics': parsedBy(parseCompareMetrics),
  'compare-duration': oneOf(['on', 'observe', 'off']),
  'metric-checks': parsedBy(parseMetricChecks),
  'smoke-test-max-duration': duration(1, '1s'),
  'poll-interval': duration(1_000, '1s'),
  'on-alarm-at-start': oneOf(['fail', 'ignore-until-ok']),
  'on-insufficient-data': oneOf(['continue', 'wait', 'revert']),
  'monitoring-grace': duration(0, '0s'),
  'on-cancel': oneOf(['revert', 'hold']),
  'on-unfinished': parsedBy((text, problems): UnfinishedPolicy => {
    const actions = ['revert', 'resume', 'fail'] as const;
    const action = actions.find((each) => each === text.trim());
    if (action !== undefined) return { action, given: true };
    if (text.trim() !== '') problems.push(`${quoted(text)} is not one of ${actions.join(', ')}`);
    return { action: 'revert', given: false };
  }),
  'dry-run': flag,
  region: parsedBy((text, problems) => {
    const region = text.trim();
    if (region !== '' && !/^[a-z]{2,}(-[a-z]+)+-\d$/.test(region)) {
      problems.push(`${quoted(region)} is not an AWS region, like eu-west-1`);
    }
    return region === '' ? undefined : region;
  }),

  'role-to-assume': parsedBy((text, problems) => {
    const arn = text.trim();
    if (arn !== '' && !/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(arn)) {
      problems.push(
        `${quoted(arn)} is not the ARN of a role, like arn:aws:iam::123456789012:role/deploy`,
      );
    }
    return arn;
  }),

  'role-session-name': parsedBy((text, problems) => {
    const name = text.trim();
    if (name !== '' && !/^[\w+=,.@-]{2,64}$/.test(name)) {
      problems.push(
        `${quoted(name)} is not a session name: 2 to 64 letters, digits and any of _+=,.@-`,
      );
    }
    return name;
  }),

  'role-duration': parsedBy((text, problems) => {
    const ms = durationMs(text) ?? 0;
    if (ms < SHORTEST_SESSION_MS || ms > LONGEST_SESSION_MS) {
      problems.push(`${quoted(text)} is not a duration from 15m to 12h`);
    }
    return ms;
  }),

  'github-token': inputText.trim(),
  environment: parsedBy((text, problems) => {
    const environment = text.trim();
    if (environment.length > 255 || environment.includes('\n')) {
      problems.push(
        `${quoted(environment)} is not the name of an environment: one line, at most 255 characters`,
      );
    }
    return environment;
  }),
  comment: oneOf(['never', 'failure', 'always']),
});

const ANALYSIS_MODES = ['on', 'observe', 'off'] as const;
// They move together, and all of Lambda's control plane answers 15 requests a second.
const MOST_FUNCTIONS = 100;
// Read a hundred with one request, at every poll.
const MOST_ALARMS = 500;
// What STS takes; a role may allow less.
const SHORTEST_SESSION_MS = 15 * 60_000;
const LONGEST_SESSION_MS = 12 * 3_600_000;

function duplicates(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
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

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, string>>);
}
