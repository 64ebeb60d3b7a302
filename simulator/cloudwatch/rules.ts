import { AwsError } from '../wire/aws-error.ts';

/** The rule of a composite alarm. */
export type Rule =
  | { readonly type: 'constant'; readonly holds: boolean }
  | { readonly type: 'state'; readonly state: string; readonly alarm: string }
  | { readonly type: 'not'; readonly rule: Rule }
  | { readonly type: 'and' | 'or'; readonly left: Rule; readonly right: Rule };

/** @throws AwsError when CloudWatch could not read it */
export function parseRule(text: string): Rule {
  const tokens = text.match(/"[^"]*"|[()]|[^\s()"]+|"/g) ?? [];
  let next = 0;
  const at = (word: string) => tokens[next]?.toUpperCase() === word;

  function take(wanted?: string): string {
    const token = tokens[next++];
    if (token === undefined || (wanted !== undefined && token !== wanted)) {
      throw unreadable(text, token ?? 'its end');
    }
    return token;
  }

  function either(): Rule {
    let left = both();
    while (at('OR')) {
      take();
      left = { type: 'or', left, right: both() };
    }
    return left;
  }

  function both(): Rule {
    let left = one();
    while (at('AND')) {
      take();
      left = { type: 'and', left, right: one() };
    }
    return left;
  }

  function one(): Rule {
    const word = take();
    switch (word.toUpperCase()) {
      case 'NOT':
        return { type: 'not', rule: one() };
      case 'TRUE':
        return { type: 'constant', holds: true };
      case 'FALSE':
        return { type: 'constant', holds: false };
      case '(': {
        const rule = either();
        take(')');
        return rule;
      }
      case 'ALARM':
      case 'OK':
      case 'INSUFFICIENT_DATA': {
        take('(');
        const alarm = nameIn(take());
        take(')');
        return { type: 'state', state: word.toUpperCase(), alarm };
      }
      default:
        throw unreadable(text, word);
    }
  }

  const rule = either();
  if (next < tokens.length) throw unreadable(text, take());
  return rule;
}

/** An alarm is named, or given by its ARN, in which the name may hold colons. */
function nameIn(token: string): string {
  const name = token.replaceAll('"', '');
  return /^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/.exec(name)?.[1] ?? name;
}

function unreadable(text: string, where: string): AwsError {
  return new AwsError(
    400,
    'ValidationError',
    `AlarmRule must not contain syntax errors: "${text}" cannot be read at ${where}`,
  );
}

export function holds(rule: Rule, stateOf: (alarm: string) => string | undefined): boolean {
  switch (rule.type) {
    case 'constant':
      return rule.holds;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'not':
      return !holds(rule.rule, stateOf);
    case 'and':
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case 'or':
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}

/** The alarms that a rule speaks of. */
export function childrenOf(rule: Rule): readonly string[] {
  switch (rule.type) {
    case 'constant':
      return [];
    case 'state':
      return [rule.alarm];
    case 'not':
      return childrenOf(rule.rule);
    case 'and':
    case 'or':
      return [...childrenOf(rule.left), ...childrenOf(rule.right)];
  }
}
