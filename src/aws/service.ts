import type { Clock } from '../ports.ts';
import { explain, type CallOptions, type Intent } from './call.ts';
import { EXPIRED, isThrottled, mayPass, retryAfterMs, statusOf, tookNoEffect } from './failures.ts';
import { createPatience, unlessAborted } from './patience.ts';
import type { Queues } from './quotas.ts';
import type { Urgency } from './queue.ts';

/** How one request is sent: what the SDK's `send` takes beside the command. */
export interface SendOptions {
  readonly abortSignal: AbortSignal;
  /** How long it may take, in milliseconds. */
  readonly requestTimeout: number;
}

/** One of AWS's services, as it is called from here. */
export interface Service<Client> {
  /**
   * Makes a call: in its turn, and again with pauses while that may help. Only its own patience ends it, no
   * budget that calls share.
   * @param send sends one request, and reads the answer
   * @throws {AwsCallError} when AWS refused or could not be reached
   * @throws the signal's reason when the call was aborted
   */
  call<T>(
    intent: Intent,
    options: CallOptions,
    send: (client: Client, options: SendOptions) => Promise<T>,
  ): Promise<T>;
}

export interface ServiceOptions<Client> {
  readonly client: Client;
  /** For reverts: connections that no other call has worn out, or is waiting for. */
  readonly revertClient: Client;
  readonly queues: Queues;
  readonly clock: Clock;
  /** Of a read whose caller does not say how long it is tried. */
  readonly readPatienceMs: number;
  /**
   * AWS did not accept the session that a request was signed in.
   * @param signedSince when the request was begun, epoch milliseconds
   * @returns whether there will be another one for the next request
   */
  readonly refuseSession: (signedSince: number) => boolean;
}

const SHIFT_PATIENCE_MS = 20_000;
const REVERT_PATIENCE_MS = 2 * 60_000;
/** A reply that never comes must not hold up anything; the SDK alone waits for ever. */
const REQUEST_MS = 10_000;
/** A revert soon tries another connection, and then waits longer for it. */
const FIRST_REVERT_REQUEST_MS = 3_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS: Readonly<Record<Urgency, number>> = {
  revert: 1_000,
  shift: 3_000,
  read: 5_000,
};

export function createService<Client>(options: ServiceOptions<Client>): Service<Client> {
  const { queues, clock, refuseSession } = options;
  const patience: Readonly<Record<Urgency, number>> = {
    revert: REVERT_PATIENCE_MS,
    shift: SHIFT_PATIENCE_MS,
    read: options.readPatienceMs,
  };

  function isWorthAnother(
    failure: unknown,
    {
      passing,
      urgency,
      since,
    }: Pick<Intent, 'passing'> & { readonly urgency: Urgency; readonly since: number },
  ): boolean {
    if (mayPass(failure)) return true;
    if (!(failure instanceof Error)) return false;
    if (passing?.includes(failure.name) === true) return true;
    // A session that somebody ended is denied things, too.
    const spoilt = EXPIRED.has(failure.name) || (urgency === 'revert' && statusOf(failure) === 403);
    return spoilt && refuseSession(since);
  }

  return {
    async call(intent, { signal, urgency = 'read', patienceMs = patience[urgency] }, send) {
      const client = urgency === 'revert' ? options.revertClient : options.client;
      const queue = queues.of(intent.action);
      const ticket = queue.ticket(urgency);
      const ownPatience = createPatience(clock, patienceMs);
      const ending =
        signal === undefined ? ownPatience.signal : AbortSignal.any([signal, ownPatience.signal]);
      const sent = { attempts: 0, unanswered: 0 };

      async function attempt() {
        sent.attempts++;
        try {
          const requestTimeout = requestMs(urgency, sent.attempts);
          const answer = send(client, { abortSignal: ending, requestTimeout });
          return { answer: await unlessAborted(ending, answer) };
        } catch (failure) {
          if (!tookNoEffect(failure)) sent.unanswered++;
          return { failure };
        }
      }

      try {
        for (let failure: unknown; ;) {
          await queue.turn(ticket, ending).catch((reason: unknown) => {
            throw failure ?? reason;
          });
          ownPatience.begin();
          const since = clock.now();
          const result = await attempt();
          if ('answer' in result) return result.answer;
          ({ failure } = result);
          if (isTooMany(failure)) queue.refused();
          if (!isWorthAnother(failure, { ...intent, urgency, since })) throw failure;
          await clock.sleep(pauseMs(failure, urgency, sent.attempts), ending);
        }
      } catch (failure) {
        signal?.throwIfAborted();
        throw explain(intent, failure, sent);
      } finally {
        ownPatience.end();
      }
    },
  };
}

function isTooMany(failure: unknown): boolean {
  return failure instanceof Error && isThrottled({ name: failure.name, status: statusOf(failure) });
}

function requestMs(urgency: Urgency, attempt: number): number {
  return urgency === 'revert'
    ? Math.min(FIRST_REVERT_REQUEST_MS * 2 ** (attempt - 1), REQUEST_MS)
    : REQUEST_MS;
}

/** Jittered over its whole length, so that calls which failed together do not come back together. */
function pauseMs(failure: unknown, urgency: Urgency, attempts: number): number {
  const longest = LONGEST_PAUSE_MS[urgency];
  const jittered = Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** attempts, longest);
  return Math.max(jittered, Math.min(retryAfterMs(failure), longest));
}
