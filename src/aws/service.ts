import type { Clock } from '../ports.ts';
import { explain, type CallOptions, type CallIntent, type Sent } from './call.ts';
import { EXPIRED, isThrottled, mayPass, retryAfterMs, statusOf, tookNoEffect } from './failures.ts';
import { never, unlessAborted } from './patience.ts';
import type { Queues } from './quotas.ts';
import { again, type Urgency } from './queue.ts';

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
    intent: CallIntent,
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
const SHORTEST_REQUEST_MS = 1_000;
/** A revert soon tries another connection, and then waits longer for it. */
const FIRST_REVERT_REQUEST_MS = 3_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS: Readonly<Record<Urgency, number>> = {
  revert: 1_000,
  shift: 3_000,
  read: 5_000,
};

/** One service of AWS behind its queues. */
export function createService<Client>(options: ServiceOptions<Client>): Service<Client> {
  const { client: usual, revertClient, queues, clock, refuseSession } = options;
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
    }: Pick<CallIntent, 'passing'> & { readonly urgency: Urgency; readonly since: number },
  ): boolean {
    if (mayPass(failure)) return true;
    if (!(failure instanceof Error)) return false;
    if (passing?.includes(failure.name) === true) return true;
    // A session that somebody ended is denied things, too.
    const spoilt = EXPIRED.has(failure.name) || (urgency === 'revert' && statusOf(failure) === 403);
    return spoilt && refuseSession(since);
  }

  return {
    async call(intent, asked, send) {
      const { signal = never(), urgency = 'read', onUnanswered, once = false } = asked;
      const { patienceMs = patience[urgency] } = asked;
      const client = urgency === 'revert' ? revertClient : usual;
      const queue = queues.of(intent.action);
      let ticket = queue.ticket(urgency, intent.action === 'lambda:UpdateAlias' ? 'write' : 'read');
      let sent: Sent = { attempts: 0, unanswered: 0 };
      let deadline = Infinity;
      try {
        for (;;) {
          await queue.turn(ticket, signal);
          const since = clock.now();
          deadline = Math.min(deadline, since + patienceMs);
          sent = { ...sent, attempts: sent.attempts + 1 };
          onUnanswered?.(sent.unanswered + 1);
          const leftMs = Math.max(deadline - since, SHORTEST_REQUEST_MS);
          const requestTimeout = requestMs(urgency, sent.attempts, leftMs);
          try {
            const answer = send(client, { abortSignal: signal, requestTimeout });
            return await unlessAborted(signal, answer);
          } catch (failure) {
            signal.throwIfAborted();
            if (!tookNoEffect(failure)) sent = { ...sent, unanswered: sent.unanswered + 1 };
            onUnanswered?.(sent.unanswered);
            if (isTooMany(failure)) queue.refused();
            const pause = pauseMs(failure, urgency, sent.attempts);
            const isInTime = clock.now() + pause < deadline;
            if (once || !isInTime || !isWorthAnother(failure, { ...intent, urgency, since }))
              throw failure;
            ticket = again(ticket);
            await clock.sleep(pause, signal);
          }
        }
      } catch (failure) {
        signal.throwIfAborted();
        throw explain(intent, failure, sent);
      }
    },
  };
}

function isTooMany(failure: unknown): boolean {
  return failure instanceof Error && isThrottled({ name: failure.name, status: statusOf(failure) });
}

/** No longer than what is left of the caller's patience. */
function requestMs(urgency: Urgency, attempt: number, leftMs: number): number {
  const longest =
    urgency === 'revert'
      ? Math.min(FIRST_REVERT_REQUEST_MS * 2 ** (attempt - 1), REQUEST_MS)
      : REQUEST_MS;
  return Math.min(longest, leftMs);
}

/** Jittered over its whole length, so that calls which failed together do not come back together. */
function pauseMs(failure: unknown, urgency: Urgency, attempts: number): number {
  const longest = LONGEST_PAUSE_MS[urgency];
  const jittered = Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** attempts, longest);
  return Math.max(jittered, Math.min(retryAfterMs(failure), longest));
}
