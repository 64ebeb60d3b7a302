import { z } from 'zod';

import type { UnfinishedPolicy } from '../core/alias/unfinished.ts';
import { ENGINES } from '../core/rollout/engine.ts';
import { MODES } from '../core/rollout/mode.ts';
import type { FoundFunctions } from '../core/function-search.ts';
import { parseAlarmId, parseStateMachine, type AlarmId } from '../core/text/arn.ts';
import { parseCheckCommands } from './check-commands.ts';
import { ANALYSIS_FIELDS } from './analysis-fields.ts';
import { CODE_FIELDS } from './code.ts';
import { durationMs, type Lasting } from './duration.ts';
import {
  duration,
  flag,
  inputText,
  limitCount,
  linesOf,
  listOf,
  oneOf,
  notOneOf,
  parsedBy,
  quoted,
} from './fields.ts';
import { functionNames } from './function-names.ts';
import { parseMetricChecks } from './metric-checks.ts';
import { strangeList } from './list-forms.ts';
import { givenJson, type ReadFile } from './smoke-tests.ts';
import { SESSION_FIELDS } from './session-fields.ts';
import { parseSteps } from './steps.ts';
import { WAVE_FIELDS } from './waves.ts';

/** The inputs, each read for itself. */
export type Fields = z.infer<ReturnType<typeof schemaWith>>;

/** What could be read, and what is wrong with the rest. */
export interface ReadFields {
  /** Without those that could not be read. */
  readonly fields: Partial<Fields>;
  /** Naming every input that cannot be used, what was given, and what is accepted. */
  readonly problems: readonly string[];
}

/** What is not in the inputs themselves. */
export interface Beside {
  readonly readFile: ReadFile;
  /** What the searches for functions came to; undefined before they were made. */
  readonly found?: readonly FoundFunctions[] | undefined;
}

/** @param given the inputs as they were written */
export function fieldsIn(given: Readonly<Record<string, string>>, beside: Beside): ReadFields {
  const whole = schemaWith(beside, given['engine']);
  // Read once: to compile a schema takes longer than to read with it.
  const parsed = whole.safeParse(given, { jitless: true });
  if (parsed.success) return { fields: parsed.data, problems: [] };
  const { issues } = parsed.error;
  const broken = new Set(issues.map(({ path }) => String(path[0])));
  const readable = Object.entries(whole.shape).flatMap(([name, field]) =>
    broken.has(name) ? [] : [[name, field.parse(given[name])] as const],
  );
  return {
    fields: Object.fromEntries(readable),
    problems: issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  };
}

function schemaWith({ readFile, found }: Beside, engine = '') {
  const json = parsedBy(givenJson(readFile));
  return (engine.trim() === 'step-functions' ? carriedByAws : schema).extend({
    'function-name': parsedBy(functionNames(found)),
    'smoke-test-payload': json,
    'smoke-test-expect': json,
  });
}

const schema = z.object({
  'function-name': parsedBy(functionNames(undefined)),

  alias: parsedBy((text, problems) => {
    const alias = text.trim();
    if (alias === '') {
      problems.push('is required: the alias whose traffic is shifted');
    } else if (/^[\w-]+:[\w-]+$/.test(alias)) {
      const [functionName = '', name = ''] = alias.split(':');
      problems.push(
        `${quoted(alias)} is not an alias name; write ${name} alone, and ${functionName} in the input function-name`,
      );
    } else if (!/^(?!\d+$)[\w-]{1,128}$/.test(alias)) {
      problems.push(
        `${quoted(alias)} is not an alias name: letters, digits, - and _ (not digits alone), at most 128`,
      );
    }
    return alias;
  }),

  'create-alias': flag,

  mode: oneOf(MODES),

  version: parsedBy((text, problems) => {
    const strange = strangeList(text);
    if (strange !== undefined) problems.push(strange);
    const versions = strange === undefined ? listOf(text) : [];
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
    const strange = strangeList(text);
    if (strange !== undefined) problems.push(strange);
    const hashes = strange === undefined ? listOf(text) : [];
    for (const hash of hashes.filter((each) => !/^[\w+/=-]+$/.test(each))) {
      problems.push(`${quoted(hash)} is not a hash as Lambda gives it in CodeSha256`);
    }
    return hashes;
  }),

  ...CODE_FIELDS,
  'on-revert-latest': oneOf(['keep', 'restore']),

  ...planFields('job'),

  engine: oneOf(ENGINES),
  'state-machine': parsedBy((text, problems) => {
    const machine = text.trim();
    if (parseStateMachine(machine) === undefined) {
      problems.push(
        `${quoted(machine)} is neither the name of a state machine nor its ARN, like ` +
          'arn:aws:states:eu-west-1:123456789012:stateMachine:lambda-canary',
      );
    }
    return machine;
  }),
  wait: flag,
  'hold-for': duration(60_000, '1m', 'execution'),

  alarms: parsedBy((text, problems): readonly AlarmId[] => {
    const strange = strangeList(text, true);
    if (strange !== undefined) {
      problems.push(strange);
      return [];
    }
    // A name may hold commas, but then the alarms are given one per line.
    const names = text.includes('\n') ? linesOf(text) : listOf(text);
    for (const name of names.filter((each) => [...each].length > 255 && !each.startsWith('arn:'))) {
      problems.push(`${quoted(name)} is longer than the 255 characters of an alarm's name`);
    }
    limitCount('alarms', names, MOST_ALARMS, problems);
    return [...new Set(names)].map(parseAlarmId);
  }),

  ...ANALYSIS_FIELDS,
  'metric-checks': parsedBy(parseMetricChecks),
  'check-commands': parsedBy(parseCheckCommands),
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
    if (text.trim() !== '') problems.push(notOneOf(text, actions));
    return { action: 'revert', given: false };
  }),
  'on-reverted-before': oneOf(['warn', 'fail']),
  'fast-track': flag,
  'rollback-window': parsedBy((text, problems) => {
    const ms = durationMs(text) ?? 0;
    if (ms < 1_000 || ms > LONGEST_HISTORY_MS) {
      problems.push(`${quoted(text)} is not a duration from 1s to 45d`);
    }
    return ms;
  }),
  'keep-versions': parsedBy((text, problems): number | undefined => {
    if (text.trim() === '') return undefined;
    const keep = Number(text.trim());
    if (!/^\d+$/.test(text.trim()) || keep < FEWEST_KEPT || keep > MOST_KEPT) {
      problems.push(
        `${quoted(text)} is not a whole number from ${FEWEST_KEPT} to ${MOST_KEPT}; leave the input out to delete nothing`,
      );
    }
    return keep;
  }),
  'keep-versions-for': duration(0, '0s'),
  'dry-run': flag,
  ...WAVE_FIELDS,

  region: parsedBy((text, problems) => {
    const region = text.trim();
    if (region !== '' && !/^[a-z]{2,}(-[a-z]+)+-\d$/.test(region)) {
      problems.push(`${quoted(region)} is not an AWS region, like eu-west-1`);
    }
    return region === '' ? undefined : region;
  }),

  ...SESSION_FIELDS,

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

/** No runner has to wait for it. */
const carriedByAws = schema.extend(planFields('execution'));

// Read a hundred with one request, at every poll.
const MOST_ALARMS = 500;
// The version that is live, and the one to go back to.
const FEWEST_KEPT = 2;
const MOST_KEPT = 10_000;
// As far back as an alias's metrics are asked.
const LONGEST_HISTORY_MS = 45 * 24 * 3_600_000;

function planFields(lasting: Lasting) {
  return {
    steps: parsedBy((text, problems) => {
      const parsed = parseSteps(text, lasting);
      if ('steps' in parsed) return parsed.steps;
      problems.push(...parsed.problems);
      return [];
    }),
    'bake-time': duration(0, '0s', lasting),
  };
}
