/** What an expression, a state and a reply are made of. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export type JsonObject = Readonly<Record<string, Json>>;

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As Step Functions measures it against its limits. */
export function bytesOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** A text as it is, and anything else as JSON. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** The same, without the members that are empty lists. */
export function withoutEmptyLists(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutEmptyLists);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => !(Array.isArray(each) && each.length === 0))
      .map(([name, each]) => [name, withoutEmptyLists(each)]),
  );
}
