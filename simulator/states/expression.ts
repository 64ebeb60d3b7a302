import type { Expression } from 'jsonata';

import { compiledFrom } from './compiled.ts';
import { isObject, type Json } from './json.ts';

/** An expression alone is the whole of a text. */
const EXPRESSION = /^\{%(.*)%\}$/s;

/** What an expression may name, without the `$`. */
export type Names = Readonly<Record<string, Json>>;

/** Why there is no value, in the words that follow "The JSONata expression '…' specified for the field '…'". */
export class EvaluationFailure extends Error {
  readonly field: string;

  constructor(field: string, what: string) {
    super(what);
    this.name = 'EvaluationFailure';
    this.field = field;
  }
}

/** The expression in a text; nothing when the text is no expression. @throws the error of JSONata's parser */
export function expressionIn(text: string): Expression | undefined {
  const source = EXPRESSION.exec(text)?.[1];
  return source === undefined ? undefined : compiledFrom(source);
}

/**
 * Fills in a template: each text in it that is an expression becomes its value.
 *
 * JSONata awaits nothing but promises of its own, so all of it is over before the event loop comes round, and no time passes meanwhile.
 * @param field where the template stands in its state
 * @param now epoch milliseconds; all of an expression is of one moment
 * @throws EvaluationFailure
 */
export async function filled(
  template: Json,
  { field, names, now }: { readonly field: string; readonly names: Names; readonly now: number },
): Promise<Json> {
  if (typeof template === 'string') {
    const expression = expressionIn(template);
    return expression === undefined
      ? template
      : await valueOf(template, field, expression, names, now);
  }
  if (Array.isArray(template)) {
    const values: Json[] = [];
    for (const [index, each] of (template as readonly Json[]).entries()) {
      values.push(await filled(each, { field: `${field}[${index}]`, names, now }));
    }
    return values;
  }
  if (!isObject(template)) return template;
  const members: [string, Json][] = [];
  for (const [name, each] of Object.entries(template)) {
    members.push([name, await filled(each, { field: `${field}/${name}`, names, now })]);
  }
  return Object.fromEntries(members);
}

async function valueOf(
  template: string,
  field: string,
  expression: Expression,
  names: Names,
  now: number,
): Promise<Json> {
  const source = template.slice(2, -2).trim();
  const told = `The JSONata expression '${source}' specified for the field '${field}'`;
  let found: unknown;
  try {
    found = await expression.evaluate(undefined, {
      ...names,
      millis: () => now,
      parse: (text: string) => JSON.parse(text) as unknown,
      now: (...picture: readonly unknown[]) => {
        if (picture.some((each) => each !== undefined))
          throw new Error('$now with a picture is not simulated');
        return new Date(now).toISOString();
      },
    });
  } catch (error) {
    const { code = 'UNKNOWN', message } = error as {
      readonly code?: string;
      readonly message: string;
    };
    throw new EvaluationFailure(
      field,
      `${told} threw an error during evaluation. ${code}: ${message}.`,
    );
  }
  if (found === undefined)
    throw new EvaluationFailure(field, `${told} returned nothing (undefined).`);
  // What is handed on is JSON, and nobody's but the one's who gets it.
  return JSON.parse(
    JSON.stringify(found, (_, value: unknown) => {
      if (isFunction(value))
        throw new EvaluationFailure(field, `${told} returned an unsupported result type.`);
      return value;
    }),
  ) as Json;
}

function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return typeof value === 'object' && value !== null && '_jsonata_lambda' in value;
}
