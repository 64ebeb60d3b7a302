import { AwsError } from '../wire/aws-error.ts';

export type Matches = (message: string) => boolean;

/**
 * What a filter pattern matches: optional terms (`?ERROR ?"Task timed out"`), or a condition on members of JSON with `=`,
 * `!=`, `&&`, `||` and brackets. Without a pattern, everything.
 */
export function matcherOf(pattern: string): Matches {
  const text = pattern.trim();
  return text.startsWith('{') ? jsonMatcher(text) : termMatcher(text);
}

function termMatcher(pattern: string): Matches {
  const terms = [...pattern.matchAll(/\?(?:"([^"]*)"|(\S+))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  // Each line is gone through once, and not once for each term.
  const any = new RegExp(terms.map(escaped).join('|'));
  return (message) => any.test(message);
}

/** As it stands, in an expression. */
function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}

type Condition = (value: unknown) => boolean;

const TOKENS = /\s*(&&|\|\||!=|=|\(|\)|"(?:[^"\\]|\\.)*"|\$(?:\.[\w-]+)+)/gy;

function jsonMatcher(pattern: string): Matches {
  const inner = /^\{(.*)\}$/s.exec(pattern)?.[1] ?? invalid(pattern);
  const tokens = tokensOf(inner, pattern);
  let next = 0;

  function any(): Condition {
    const all = [every()];
    while (tokens[next] === '||') {
      next++;
      all.push(every());
    }
    return (value) => all.some((condition) => condition(value));
  }

  function every(): Condition {
    const all = [one()];
    while (tokens[next] === '&&') {
      next++;
      all.push(one());
    }
    return (value) => all.every((condition) => condition(value));
  }

  function one(): Condition {
    if (tokens[next] === '(') {
      next++;
      const condition = any();
      if (tokens[next++] !== ')') invalid(pattern);
      return condition;
    }
    const [path = '', operator, quoted = ''] = tokens.slice(next, next + 3);
    if (!path.startsWith('$') || (operator !== '=' && operator !== '!=')) invalid(pattern);
    next += 3;
    const names = path.split('.').slice(1);
    const wanted: unknown = JSON.parse(quoted);
    // A member that is not there is neither.
    return (value) => {
      const found = memberOf(value, names);
      return found !== undefined && (found === wanted) === (operator === '=');
    };
  }

  const condition = any();
  if (next < tokens.length) invalid(pattern);
  return (message) => {
    if (!message.startsWith('{')) return false;
    try {
      return condition(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

function tokensOf(inner: string, pattern: string): readonly string[] {
  const tokens: string[] = [];
  TOKENS.lastIndex = 0;
  while (TOKENS.lastIndex < inner.trimEnd().length) {
    const token = TOKENS.exec(inner)?.[1];
    if (token === undefined) return invalid(pattern);
    tokens.push(token);
  }
  return tokens;
}

function memberOf(value: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (inside, name) =>
      typeof inside === 'object' && inside !== null
        ? (inside as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
}

function invalid(pattern: string): never {
  throw new AwsError(400, 'InvalidParameterException', `Invalid filter pattern: ${pattern}`);
}
