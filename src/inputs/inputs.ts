import type { AfterPromotion } from '../core/checks/promoted.ts';
import type { Role } from '../core/role.ts';
import { Refusal } from '../core/problems.ts';
import { planOf } from '../core/rollout/plan.ts';
import { fittedToAws } from '../core/state-machine/refusals.ts';
import { STANDARD_RULE } from '../core/statistics/evidence.ts';
import { codeOf } from './code.ts';
import type { AnalysisConfig, Config, LogConfig, TargetRequest } from './config.ts';
import { problemsBetween } from './cross-checks.ts';
import { defaultsOf, INPUT_DEFAULTS, type Defaults, type InputName } from './defaults.ts';
import { searchesIn } from './function-names.ts';
import { fieldsIn, type Fields } from './schema.ts';
import { smokeTestsOf } from './smoke-tests.ts';

/** Inputs that cannot be used. */
export class InputRefusal extends Refusal {
  /** What can be asked of AWS all the same, so that everything wrong is told at once; undefined when nothing can. */
  readonly askable: Config | undefined;

  constructor(problems: readonly string[], askable: Config | undefined) {
    super(problems);
    this.askable = askable;
  }
}

/**
 * Turns the strings of a workflow into a configuration.
 * @param get the value of an input as it was written, untrimmed; empty when it was not given
 * @throws {InputRefusal} naming every input that cannot be used, what was given, and what is accepted
 */
export function readInputs(get: (name: InputName) => string, defaults: Defaults): Config {
  const given = withDefaults(get);
  const { fields, problems } = fieldsIn(given, defaults);
  const region = fields.region ?? defaults.region ?? fields['function-name']?.[0]?.region;
  const searches = searchesIn(given['function-name'] ?? '');
  const { found } = defaults;
  const all = [...problems, ...problemsBetween(fields, { region, searches, found })];
  if (all.length === 0 && region !== undefined) {
    return configOf(fields as Fields, { region, searches }, defaults);
  }
  throw new InputRefusal(
    all,
    region === undefined
      ? undefined
      : askableOf({ given, fields, grounds: { region, searches }, defaults }),
  );
}

/** Who and where must be known to ask AWS anything. */
const NEEDED_TO_ASK = ['function-name', 'alias', 'mode', 'region', 'role-to-assume'] as const;

/** With defaults where an input could not be read. */
function askableOf({
  given,
  fields,
  grounds,
  defaults,
}: {
  readonly given: Readonly<Record<string, string>>;
  readonly fields: Partial<Fields>;
  readonly grounds: Grounds;
  readonly defaults: Defaults;
}): Config | undefined {
  if (!NEEDED_TO_ASK.every((name) => name in fields)) return undefined;
  const mended = withDefaults((name) => (name in fields ? (given[name] ?? '') : ''));
  const { fields: whole, problems } = fieldsIn(mended, defaults);
  return problems.length > 0 ? undefined : configOf(whole as Fields, grounds, defaults);
}

/** What a configuration says besides the fields. */
type Grounds = Pick<Config, 'region' | 'searches'>;

function configOf(fields: Fields, { region, searches }: Grounds, defaults: Defaults): Config {
  const functionNames = fields['function-name'].map(({ name }) => name);
  const config: Config = {
    mode: fields.mode,
    requests: requestsOf(fields),
    searches,
    found: defaults.found ?? [],
    plan: planOf(fields.steps, fields['bake-time']),
    engine: fields.engine,
    stateMachine: fields['state-machine'],
    waits: fields.wait,
    holdForMs: fields['hold-for'],
    alarms: fields.alarms,
    description: fields.description || defaults.description,
    pollIntervalMs: fields['poll-interval'],
    monitoringGraceMs: fields['monitoring-grace'],
    onAlarmAtStart: fields['on-alarm-at-start'],
    onInsufficientData: fields['on-insufficient-data'],
    onCancel: fields['on-cancel'],
    onUnfinished: fields['on-unfinished'],
    onRevertedBefore: fields['on-reverted-before'],
    fastTrackMs: fields['fast-track'] ? fields['rollback-window'] : undefined,
    analysis: analysisOf(fields),
    compareMetrics: fields['compare-metrics'],
    compareDuration: fields['compare-duration'],
    afterPromotion: afterPromotionOf(fields),
    analysisLogs: logsOf(fields),
    errorLogs: fields['error-logs'],
    metricChecks: fields['metric-checks'],
    checkCommands: fields['check-commands'],
    smokeTests: smokeTestsOf(
      { payloads: fields['smoke-test-payload'], expected: fields['smoke-test-expect'] },
      functionNames,
      fields['smoke-test-max-duration'],
    ),
    onRevertLatest: fields['on-revert-latest'],
    retention:
      fields['keep-versions'] === undefined
        ? undefined
        : { keep: fields['keep-versions'], keepForMs: fields['keep-versions-for'] },
    dryRun: fields['dry-run'],
    region,
    role: roleOf(fields, defaults.roleSessionName),
    credentialsLastMs: fields['credentials-duration'],
    jobLastsMs: fields['job-timeout'],
    githubToken: fields['github-token'],
    environment: fields.environment,
    comment: fields.comment,
  };
  return config.engine === 'step-functions' ? fittedToAws(config) : config;
}

/** An input that a workflow fills from an empty expression is one that was not given. */
function withDefaults(get: (name: InputName) => string): Record<string, string> {
  const hasSteps = get('steps').trim() !== '';
  const standards = { ...INPUT_DEFAULTS, ...defaultsOf(get('mode').trim(), hasSteps) };
  return Object.fromEntries(
    Object.entries(standards).map(([name, standard]) => {
      const given = get(name as InputName);
      return [name, given.trim() === '' ? standard : given];
    }),
  );
}

function requestsOf(fields: Fields): readonly TargetRequest[] {
  return fields['function-name'].map(({ id, name, foundBy }, index) => ({
    target: { functionId: id, functionName: name, alias: fields.alias },
    foundBy,
    version: fields.version[index],
    codeSha256: fields['code-sha256'][index],
    code: codeOf(fields, name),
    mayCreateAlias: fields['create-alias'],
  }));
}

function analysisOf(fields: Fields): AnalysisConfig {
  return {
    mode: fields.analysis.mode,
    given: fields.analysis.given,
    policy: {
      rule: {
        ...STANDARD_RULE,
        alpha: fields['analysis-alpha'],
        ratio: fields['tolerated-ratio'],
        margin: fields['tolerated-margin'],
        floor: fields['analysis-floor'],
      },
      minInvocations: fields['min-invocations'],
      maxExtension: fields['max-extension'],
      onInconclusive: fields['on-inconclusive'],
      metricDelayMs: fields['metric-delay'],
    },
  };
}

/** An alarm goes on watching after the promotion, and knows better what is too much. */
function afterPromotionOf(fields: Fields): AfterPromotion {
  const given = fields['after-promotion'];
  if (fields.analysis.mode === 'off') return 'off';
  if (given !== undefined) return given;
  return fields.alarms.length === 0 && fields.analysis.mode === 'on' ? 'revert' : 'observe';
}

/** What is not compared by minutes is not compared by logs, and what is observed there is observed here. */
function logsOf(fields: Fields): LogConfig {
  const modes = [fields.analysis.mode, fields['analysis-logs'].mode];
  return {
    mode: (['off', 'observe'] as const).find((mode) => modes.includes(mode)) ?? 'on',
    given: fields['analysis-logs'].given,
    ownPattern: fields['log-errors'],
    delayMs: fields['log-delay'],
  };
}

function roleOf(fields: Fields, defaultSessionName: string): Role | undefined {
  if (fields['role-to-assume'] === '') return undefined;
  return {
    arn: fields['role-to-assume'],
    sessionName: fields['role-session-name'] || defaultSessionName,
    durationMs: fields['role-duration'],
  };
}
