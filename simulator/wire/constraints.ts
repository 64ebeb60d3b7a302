import { AwsError } from './aws-error.ts';
import { list, members, type Members } from './members.ts';

/** What a model says of a member: its type, and the range, length, pattern or enum that it has. */
export type Constraint =
  | {
      readonly type: 'String';
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: string;
      readonly among?: readonly string[];
    }
  | { readonly type: 'Integer' | 'Long' | 'Double'; readonly min?: number; readonly max?: number }
  | {
      readonly type: 'List';
      readonly min?: number;
      readonly max?: number;
      readonly each: Constraint;
    }
  | { readonly type: 'Map'; readonly key: Constraint; readonly value: Constraint }
  | { readonly type: 'Structure'; readonly members: Shape };

/** The members of a request that are constrained; those that are not named may be anything. */
export type Shape = Readonly<Record<string, Constraint>>;

/** The shapes of requests, by operation. */
export type Model = Readonly<Record<string, Shape>>;

interface Violation {
  readonly value: string;
  readonly path: string;
  readonly constraint: string;
}

/**
 * Refuses what the model refuses before a service looks at its own state: a value of another type alone, and
 * everything else together. @param code the service's name for it
 */
export function checkModel(shape: Shape, input: Members, code: string): void {
  const violations = inStructure(shape, input, '');
  if (violations.length === 0) return;
  const s = violations.length === 1 ? '' : 's';
  const told = violations.map(
    ({ value, path, constraint }) =>
      `Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`,
  );
  throw new AwsError(
    400,
    code,
    `${violations.length} validation error${s} detected: ${told.join('; ')}`,
  );
}

function inStructure(shape: Shape, given: Members, path: string): readonly Violation[] {
  return Object.entries(shape).flatMap(([name, constraint]) => {
    const value = given[name];
    if (value === undefined || value === null) return [];
    return violationsOf(
      constraint,
      value,
      `${path}${name[0]?.toLowerCase() ?? ''}${name.slice(1)}`,
    );
  });
}

function violationsOf(constraint: Constraint, given: unknown, path: string): readonly Violation[] {
  refuseOtherType(constraint, given);
  switch (constraint.type) {
    case 'Structure':
      return inStructure(constraint.members, members(given) ?? {}, `${path}.`);
    case 'Map': {
      const entries = Object.entries(members(given) ?? {});
      const wrong =
        of(
          'Map keys',
          constraint.key,
          entries.map(([key]) => key),
        ) ??
        of(
          'Map value',
          constraint.value,
          entries.map(([, value]) => value),
        );
      if (wrong === undefined) return [];
      const value = `{${entries.map(([key, each]) => `${key}=${shown(constraint.value, each)}`).join(', ')}}`;
      return [{ value, path, constraint: wrong }];
    }
    case 'List': {
      const entries = list(given) ?? [];
      const value = `[${entries.map(String).join(', ')}]`;
      const own = broken(constraint, entries.length, 'length');
      if (own.length > 0) return [{ value, path, constraint: own[0] ?? '' }];
      const { each } = constraint;
      if (each.type === 'Structure') {
        return entries.flatMap((entry, at) =>
          violationsOf(each, entry, `${path}.${at + 1}.member`),
        );
      }
      const wrong = of('Member', each, entries);
      return wrong === undefined ? [] : [{ value, path, constraint: wrong }];
    }
    default:
      return brokenBy(constraint, given).map((words) => ({
        value: shown(constraint, given),
        path,
        constraint: words,
      }));
  }
}

/** What is said of the entries of a list or map: all their constraints, if one of them is broken. */
function of(what: string, constraint: Constraint, entries: readonly unknown[]): string | undefined {
  for (const entry of entries) refuseOtherType(constraint, entry);
  if (entries.every((entry) => brokenBy(constraint, entry).length === 0)) return undefined;
  const words = [
    ...everyConstraint(constraint),
    ...(what === 'Map value' ? ['Member must not be null'] : []),
  ];
  return `${what} must satisfy constraint: [${words.join(', ')}]`;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function everyConstraint(constraint: Constraint): readonly string[] {
  switch (constraint.type) {
    case 'String': {
      const { min, max, pattern, among } = constraint;
      return [
        ...(max === undefined ? [] : [`Member must have length less than or equal to ${max}`]),
        ...(min === undefined ? [] : [`Member must have length greater than or equal to ${min}`]),
        ...(pattern === undefined ? [] : [patternWords(pattern)]),
        ...(among === undefined ? [] : [enumWords(among)]),
      ];
    }
    case 'Integer':
    case 'Long':
    case 'Double': {
      const { min, max } = constraint;
      const value = (bound: number) => shown(constraint, bound);
      return [
        ...(max === undefined
          ? []
          : [`Member must have value less than or equal to ${value(max)}`]),
        ...(min === undefined
          ? []
          : [`Member must have value greater than or equal to ${value(min)}`]),
      ];
    }
    default:
      return [];
  }
}

function patternWords(pattern: string): string {
  return `Member must satisfy regular expression pattern: ${pattern}`;
}

function enumWords(among: readonly string[]): string {
  return `Member must satisfy enum value set: [${among.join(', ')}]`;
}

function brokenBy(constraint: Constraint, given: unknown): readonly string[] {
  switch (constraint.type) {
    case 'String': {
      const { pattern, among } = constraint;
      const text = String(given);
      return [
        ...broken(constraint, text.length, 'length'),
        ...(pattern === undefined || new RegExp(`^(?:${pattern})$`).test(text)
          ? []
          : [patternWords(pattern)]),
        ...(among === undefined || among.includes(text) ? [] : [enumWords(among)]),
      ];
    }
    case 'Integer':
    case 'Long':
    case 'Double':
      return broken(constraint, Number(given), 'value');
    default:
      return [];
  }
}

function broken({ min, max }: Bounds, size: number, what: 'length' | 'value'): readonly string[] {
  if (max !== undefined && !(size <= max)) {
    return [`Member must have ${what} less than or equal to ${max}`];
  }
  if (min !== undefined && !(size >= min)) {
    return [`Member must have ${what} greater than or equal to ${min}`];
  }
  return [];
}

/** Java's way of writing a double. */
function shown({ type }: Constraint, given: unknown): string {
  return type === 'Double' && Number.isInteger(given) ? Number(given).toFixed(1) : String(given);
}

/** The JSON token that was found where another was wanted, as AWS's parser calls it. */
function tokenOf(given: unknown): string {
  if (Array.isArray(given)) return 'START_ARRAY';
  switch (typeof given) {
    case 'number':
      return Number.isInteger(given) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
    case 'boolean':
      return given ? 'TRUE_VALUE' : 'FALSE_VALUE';
    case 'object':
      return 'START_OBJECT';
    default:
      return 'STRING_VALUE';
  }
}

const TOKENS: Readonly<Record<Constraint['type'], readonly string[]>> = {
  String: ['STRING_VALUE'],
  Integer: ['NUMBER_VALUE'],
  Long: ['NUMBER_VALUE'],
  Double: ['NUMBER_VALUE', 'DECIMAL_VALUE'],
  List: ['START_ARRAY'],
  Map: ['START_OBJECT'],
  Structure: ['START_OBJECT'],
};

/** JSON has no other way to write these. */
const NOT_FINITE: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

// The words are AWS's for a text where a long is wanted (aws/aws-sdk-js-v3#4080); that a fraction is refused
// in the same way is a guess, on the side of what would be noticed.
function refuseOtherType({ type }: Constraint, given: unknown): void {
  const token = tokenOf(given);
  if (type === 'Double' && NOT_FINITE.has(given)) return;
  if (TOKENS[type].includes(token)) return;
  throw new AwsError(400, 'SerializationException', `${token} can not be converted to a ${type}`);
}
