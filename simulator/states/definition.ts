import { AwsError } from '../wire/aws-error.ts';
import { expressionIn } from './expression.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Machine } from './machine.ts';
import { actionOf } from './sdk.ts';

const LEAVING = ['Assign', 'Output', 'Next', 'End'];
const FALLIBLE = [...LEAVING, 'Retry', 'Catch'];
/** The fields of a state that are known here, besides its type, comment and language. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pass: LEAVING,
  Choice: ['Choices', 'Default', 'Assign', 'Output'],
  Wait: [...LEAVING, 'Seconds', 'Timestamp'],
  Task: [...FALLIBLE, 'Resource', 'Arguments', 'TimeoutSeconds'],
  Map: [...FALLIBLE, 'Items', 'ItemSelector', 'ItemProcessor'],
  Parallel: [...FALLIBLE, 'Arguments', 'Branches'],
  Succeed: ['Output'],
  Fail: ['Error', 'Cause'],
};
const OF_ANY_STATE = ['Type', 'Comment', 'QueryLanguage'];
const WITHOUT_NEXT = ['Choice', 'Succeed', 'Fail'];
const RULE = ['Condition', 'Assign', 'Output', 'Next', 'Comment'];
const CATCHER = ['ErrorEquals', 'Assign', 'Output', 'Next', 'Comment'];
const RETRIER = [
  'ErrorEquals',
  'IntervalSeconds',
  'MaxAttempts',
  'BackoffRate',
  'MaxDelaySeconds',
  'Comment',
];

const LONGEST_NAME = 80;
const LONGEST_DEFINITION = 1024 * 1024;

/** AWS does not have the first; the others are its own, and not simulated. */
const FUNCTIONS = /\$(?:eval|partition|range|hash|random|uuid)\s*\(/;

/**
 * Reads a definition. Everything that is wrong with it, and everything in it that is not simulated, is said at once.
 * @throws AwsError InvalidDefinition
 */
export function readDefinition(text: string): Machine {
  const problems: string[] = [];
  const names = new Set<string>();
  const say = (where: string, what: string) => void problems.push(`${what} at ${where}`);

  function program(where: string, given: Json | undefined, outer: ReadonlySet<string>): void {
    if (!isObject(given)) {
      say(where, 'SCHEMA_VALIDATION_FAILED: there is no program');
      return;
    }
    const { StartAt, States } = given;
    if (!isObject(States)) {
      say(where, 'SCHEMA_VALIDATION_FAILED: there are no States');
      return;
    }
    if (typeof StartAt !== 'string' || !(StartAt in States)) {
      say(`${where}/StartAt`, `MISSING_TRANSITION_TARGET: ${JSON.stringify(StartAt)} is no state`);
    }
    // A name is known to all branches in here as soon as one state in here assigns it.
    const own = new Set(Object.values(States).flatMap(assignedBy));
    for (const name of own) {
      if (outer.has(name)) say(where, `The variable ${name} of an outer scope is assigned`);
    }
    const known = new Set([...outer, ...own]);
    for (const [name, state] of Object.entries(States)) {
      const place = `${where}/States/${name}`;
      if (names.has(name)) say(place, 'DUPLICATE_STATE_NAME: the name is used twice');
      names.add(name);
      if (name.length > LONGEST_NAME)
        say(place, `The name is longer than ${LONGEST_NAME} characters`);
      if (isObject(state)) aState(place, state, States, known);
      else say(place, 'SCHEMA_VALIDATION_FAILED: not a state');
    }
  }

  function aState(
    where: string,
    state: JsonObject,
    States: JsonObject,
    known: ReadonlySet<string>,
  ) {
    const { Type } = state;
    const fields = typeof Type === 'string' ? FIELDS[Type] : undefined;
    if (typeof Type !== 'string' || fields === undefined) {
      say(where, `The type ${JSON.stringify(Type)} is not simulated`);
      return;
    }
    onlyThese(where, state, [...OF_ANY_STATE, ...fields]);
    if (state['QueryLanguage'] !== undefined && state['QueryLanguage'] !== 'JSONata') {
      say(where, 'Only JSONata is simulated');
    }
    for (const name of [
      'Assign',
      'Output',
      'Arguments',
      'Seconds',
      'Timestamp',
      'TimeoutSeconds',
      'Items',
      'ItemSelector',
      'Error',
      'Cause',
    ]) {
      template(`${where}/${name}`, state[name]);
    }
    variables(where, state['Assign']);
    const goesTo = (place: string, next: Json | undefined) => {
      if (typeof next === 'string' && next in States) return;
      say(place, `MISSING_TRANSITION_TARGET: ${JSON.stringify(next)} is no state`);
    };
    if (!WITHOUT_NEXT.includes(Type)) {
      if (state['End'] === true ? state['Next'] !== undefined : state['Next'] === undefined) {
        say(where, 'SCHEMA_VALIDATION_FAILED: there must be one of Next and End');
      } else if (state['End'] !== true) goesTo(`${where}/Next`, state['Next']);
    }
    switch (Type) {
      case 'Choice':
        if (state['Default'] !== undefined) goesTo(`${where}/Default`, state['Default']);
        each(`${where}/Choices`, state['Choices'], RULE, (place, rule) => {
          if (rule['Condition'] === undefined) say(place, 'SCHEMA_VALIDATION_FAILED: no Condition');
          template(`${place}/Condition`, rule['Condition']);
          leaving(place, rule, goesTo);
        });
        break;
      case 'Wait':
        if ((state['Seconds'] === undefined) === (state['Timestamp'] === undefined)) {
          say(where, 'SCHEMA_VALIDATION_FAILED: there must be one of Seconds and Timestamp');
        }
        break;
      case 'Task':
        task(where, state);
        break;
      case 'Map':
        map(where, state['ItemProcessor'], known);
        break;
      case 'Parallel':
        each(
          `${where}/Branches`,
          state['Branches'],
          ['StartAt', 'States', 'Comment'],
          (place, branch) => {
            program(place, branch, known);
          },
        );
        break;
      default:
    }
    if (state['Retry'] !== undefined) each(`${where}/Retry`, state['Retry'], RETRIER, retrier);
    if (state['Catch'] !== undefined) {
      each(`${where}/Catch`, state['Catch'], CATCHER, (place, catcher) => {
        errors(place, catcher);
        leaving(place, catcher, goesTo);
      });
    }
    for (const list of [state['Retry'], state['Catch']]) allIsLast(where, list);
  }

  function leaving(
    place: string,
    rule: JsonObject,
    goesTo: (place: string, next: Json | undefined) => void,
  ) {
    goesTo(`${place}/Next`, rule['Next']);
    template(`${place}/Assign`, rule['Assign']);
    template(`${place}/Output`, rule['Output']);
    variables(place, rule['Assign']);
  }

  function task(where: string, { Resource, Arguments }: JsonObject): void {
    const action = typeof Resource === 'string' ? actionOf(Resource) : undefined;
    if (action === undefined) {
      say(`${where}/Resource`, `The resource ${JSON.stringify(Resource)} is not simulated`);
      return;
    }
    if (!isObject(Arguments)) return;
    const unknown = Object.keys(Arguments).filter((name) => !action.members.includes(name));
    const missing = action.required.filter((name) => Arguments[name] === undefined);
    for (const name of unknown)
      say(where, `The field "${name}" is not supported by Step Functions`);
    for (const name of missing) say(where, `The field "${name}" is required but was missing`);
  }

  function map(where: string, given: Json | undefined, known: ReadonlySet<string>): void {
    const place = `${where}/ItemProcessor`;
    if (isObject(given)) {
      const { ProcessorConfig = {} } = given;
      onlyThese(place, given, ['ProcessorConfig', 'StartAt', 'States', 'Comment']);
      if (!isObject(ProcessorConfig) || (ProcessorConfig['Mode'] ?? 'INLINE') !== 'INLINE') {
        say(`${place}/ProcessorConfig`, 'Only the mode INLINE is simulated');
      }
    }
    program(place, given, known);
  }

  function retrier(place: string, given: JsonObject): void {
    errors(place, given);
    for (const [name, least] of [
      ['IntervalSeconds', 1],
      ['MaxAttempts', 0],
      ['BackoffRate', 1],
      ['MaxDelaySeconds', 1],
    ] as const) {
      const value = given[name] ?? least;
      const isWhole = name === 'BackoffRate' || Number.isInteger(value);
      if (typeof value !== 'number' || value < least || !isWhole) {
        say(
          `${place}/${name}`,
          `SCHEMA_VALIDATION_FAILED: ${JSON.stringify(value)} is no number from ${least}`,
        );
      }
    }
  }

  function errors(place: string, { ErrorEquals }: JsonObject): void {
    const isList = Array.isArray(ErrorEquals) && ErrorEquals.length > 0;
    if (!isList || !ErrorEquals.every((each) => typeof each === 'string')) {
      say(`${place}/ErrorEquals`, 'SCHEMA_VALIDATION_FAILED: there must be names of errors');
    } else if (ErrorEquals.includes('States.ALL') && ErrorEquals.length > 1) {
      say(`${place}/ErrorEquals`, 'SCHEMA_VALIDATION_FAILED: States.ALL must appear alone');
    }
  }

  function allIsLast(where: string, given: Json | undefined): void {
    if (!Array.isArray(given)) return;
    const at = (given as readonly Json[]).findIndex(
      (each) => isObject(each) && JSON.stringify(each['ErrorEquals']) === '["States.ALL"]',
    );
    if (at !== -1 && at < given.length - 1)
      say(where, 'SCHEMA_VALIDATION_FAILED: States.ALL must be last');
  }

  function variables(where: string, given: Json | undefined): void {
    if (given === undefined) return;
    if (!isObject(given)) {
      say(`${where}/Assign`, 'SCHEMA_VALIDATION_FAILED: not an object');
      return;
    }
    for (const name of Object.keys(given)) {
      if (name === 'states' || !/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name)) {
        say(`${where}/Assign`, `"${name}" cannot be the name of a variable`);
      }
    }
  }

  function template(where: string, given: Json | undefined): void {
    if (typeof given === 'string') {
      expression(where, given);
    } else if (Array.isArray(given)) {
      for (const [index, value] of (given as readonly Json[]).entries())
        template(`${where}[${index}]`, value);
    } else if (isObject(given)) {
      for (const [name, value] of Object.entries(given)) template(`${where}/${name}`, value);
    }
  }

  function expression(where: string, text: string): void {
    try {
      if (expressionIn(text) === undefined) {
        if (text.includes('{%') || text.includes('%}'))
          say(where, 'An expression must be the whole of a text');
        return;
      }
    } catch (error) {
      say(where, `INVALID_JSONATA_EXPRESSION: ${(error as Error).message}`);
    }
    const found = FUNCTIONS.exec(text)?.[0];
    if (found !== undefined) say(where, `The function ${found}) is not simulated`);
  }

  function each(
    where: string,
    given: Json | undefined,
    fields: readonly string[],
    check: (where: string, entry: JsonObject) => void,
  ): void {
    if (!Array.isArray(given) || given.length === 0) {
      say(where, 'SCHEMA_VALIDATION_FAILED: there must be some');
      return;
    }
    for (const [index, entry] of (given as readonly Json[]).entries()) {
      const place = `${where}[${index}]`;
      if (!isObject(entry)) {
        say(place, 'SCHEMA_VALIDATION_FAILED: not an object');
        continue;
      }
      onlyThese(place, entry, fields);
      check(place, entry);
    }
  }

  function onlyThese(where: string, given: JsonObject, fields: readonly string[]): void {
    for (const name of Object.keys(given)) {
      if (!fields.includes(name)) say(`${where}/${name}`, 'The field is not simulated');
    }
  }

  const given = parsed(text);
  if (given === undefined) throw invalid(['INVALID_JSON_DESCRIPTION: not a JSON object']);
  if (Buffer.byteLength(text) > LONGEST_DEFINITION) say('/', 'The definition is longer than 1 MiB');
  onlyThese('', given, [
    'Comment',
    'QueryLanguage',
    'StartAt',
    'States',
    'TimeoutSeconds',
    'Version',
  ]);
  if (given['QueryLanguage'] !== 'JSONata') say('/QueryLanguage', 'Only JSONata is simulated');
  const { TimeoutSeconds = 1 } = given;
  if (!Number.isInteger(TimeoutSeconds) || Number(TimeoutSeconds) < 1) {
    say('/TimeoutSeconds', 'SCHEMA_VALIDATION_FAILED: not a positive integer');
  }
  program('', given, new Set());
  if (problems.length > 0) throw invalid(problems);
  return given as unknown as Machine;
}

/** The variables that a state, its rules and its catchers assign. */
function assignedBy(state: Json): readonly string[] {
  if (!isObject(state)) return [];
  const parts = [state['Choices'], state['Catch']].flatMap((list) =>
    Array.isArray(list) ? (list as readonly Json[]) : [],
  );
  return [state, ...parts].flatMap((part) =>
    isObject(part) && isObject(part['Assign']) ? Object.keys(part['Assign']) : [],
  );
}

function parsed(text: string): JsonObject | undefined {
  try {
    const found = JSON.parse(text) as Json;
    return isObject(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function invalid(problems: readonly string[]): AwsError {
  return new AwsError(
    400,
    'InvalidDefinition',
    `Invalid State Machine Definition: '${problems.join('; ')}'`,
  );
}
