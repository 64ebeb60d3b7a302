/** A state of Amazon States Language, or a part of one. */
export type Asl = Readonly<Record<string, unknown>>;

/** An expression as a state machine takes it. */
export function jsonata(expression: string): string {
  return `{% ${onOneLine(expression)} %}`;
}

/** An expression that first defines what it uses. @param definitions each ends with a semicolon */
export function withHelp(definitions: readonly string[], expression: string): string {
  return `(${definitions.map(onOneLine).join(' ')} ${onOneLine(expression)})`;
}

function onOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

/** A value of the program in an expression: JSON is JSONata. */
export function literal(value: unknown): string {
  return JSON.stringify(value);
}

export function task(service: 'lambda' | 'cloudwatch', action: string): Asl {
  return { Type: 'Task', Resource: `arn:aws:states:::aws-sdk:${service}:${action}` };
}

/** After this, an answer is not waited for any more; in seconds. */
export const LONGEST_CALL_S = 10;

/** While a weight is out, nobody watches during a call: it has one try, and the alarms are read before the next one. */
export const ONCE: Asl = { TimeoutSeconds: LONGEST_CALL_S };

/**
 * A call that nothing waits for but what it is about: it is tried again while it may pass. One that hung is not: it has had its time.
 */
export const PATIENTLY: Asl = {
  ...ONCE,
  Retry: [
    { ErrorEquals: ['States.Timeout', 'Lambda.PreconditionFailedException'], MaxAttempts: 0 },
    { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 3 },
  ],
};

/** What went wrong, in the words of whoever says so. */
export const SAID = `$states.errorOutput.Error & ': ' & $states.errorOutput.Cause`;

/** Whatever goes wrong in a state leads to another one. */
export function caught(next: string, assign: Asl): Asl {
  return { Catch: [{ ErrorEquals: ['States.ALL'], Assign: assign, Next: next }] };
}

/**
 * The same states for each target. What is assigned in there is a target's own, and must not have the name of anything outside.
 * @param items an expression
 */
export function forEach(items: string, startAt: string, states: Asl): Asl {
  return {
    Type: 'Map',
    Items: jsonata(items),
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: startAt, States: states },
  };
}
