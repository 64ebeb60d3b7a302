import type { Refusal } from './refusal.ts';
import { refusalOf } from './refusal.ts';

type Members = Readonly<Record<string, unknown>>;

/** A call of AWS, and what came of it. */
export interface Call {
  readonly operation: string;
  readonly input: Members;
  readonly at: number;
  readonly status: number;
  readonly refused: Refusal | undefined;
  /** Without what the SDK adds. */
  readonly body: Members;
}

/** What stands around every call of a lab. */
export interface Around {
  readonly now: () => number;
  /** Carries the call out, or refuses to. */
  readonly send: <T>(call: () => Promise<T>) => Promise<T>;
}

type Next = (sending: { readonly input: object }) => Promise<{ readonly output: object }>;

interface Stacked {
  readonly middlewareStack: {
    add(
      middleware: (next: Next, context: { readonly commandName?: string }) => Next,
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
}

/** Keeps every call of a client, in the order in which they were answered. */
export function keepCalls(client: unknown, calls: Call[], { now, send }: Around): void {
  (client as Stacked).middlewareStack.add(
    (next, { commandName = '' }) =>
      async (sending) => {
        const operation = commandName.replace(/Command$/, '');
        const input = sending.input as Members;
        const keep = (status: number, body: Members, refused?: Refusal) =>
          calls.push({ operation, input, at: now(), status, refused, body });
        try {
          const answer = await send(() => next(sending));
          const { $metadata, ...body } = answer.output as Members;
          const { httpStatusCode = 0 } = $metadata as { readonly httpStatusCode?: number };
          keep(httpStatusCode, body);
          return answer;
        } catch (error) {
          const refused = refusalOf(error);
          keep(refused.status, {}, refused);
          throw error;
        }
      },
    { step: 'initialize', name: 'conformance' },
  );
}
