import type { ChildProcess } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

import { createAgenda } from './agenda.ts';
import type { SimulatorClock } from './clock.ts';
import type { ServerTime } from './server-time.ts';
import type { TimerTime } from './timers.ts';

/** Preloaded into each process that shares the time. */
const PRELOAD = new URL('./virtual.ts', import.meta.url).href;

/** The header by which a server tells whose request it has. */
export const REQUEST_ID = 'x-simulated-request';

/** What a process that shares the time is told. */
export interface Told {
  readonly now: number;
  /** Of all that it was told, from 1. */
  readonly number: number;
  /** Whether what is due first in it happens now. */
  readonly wake: boolean;
  /** To be sent to itself: so it comes in the order of what else it is told. */
  readonly signal?: NodeJS.Signals;
}

/** What a process says each time that it has come to rest. */
export interface AtRest {
  /** The number of the last that it was told. */
  readonly heard: number;
  /** When something happens in it by itself next. */
  readonly next?: number;
  /** Whether that keeps it alive. */
  readonly awake: boolean;
  /** The requests that it waits for. */
  readonly open: readonly string[];
  /** How many bytes it wrote to stdout and stderr. */
  readonly written: number;
}

/**
 * Time that a simulated world shares with processes. It stands still while anybody works, and then moves to what
 * comes first, so that hours take as long as the work in them and nothing depends on how busy the machine is.
 *
 * At rest is a process that has said so of all that it was told, whose output has arrived, and whose requests are
 * all with a server that has no reply for them. Nothing is guessed by waiting.
 */
export interface SharedTime extends ServerTime {
  readonly clock: SimulatorClock;
  /** Lets something happen in the world at a moment. @returns a function that prevents it */
  at: TimerTime['at'];
  /** For a process that is about to start. */
  admit(): Admission;
  /** Time stands still until the promise is settled: for what others do that takes real time. */
  hold<T>(act: () => Promise<T>): Promise<T>;
  /**
   * Until the promise is settled time passes without a process, too: for what the world does by itself.
   * @throws when nothing will happen any more that settles it
   */
  passUntil<T>(what: Promise<T>): Promise<T>;
  /**
   * Ends the processes that still run.
   * @throws when there were any: with what time was waiting for
   */
  close(): void;
}

/** What makes a process share the time. */
export interface Admission {
  readonly nodeArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The process was started, with a channel for messages. Its `kill` keeps time from now on. */
  follow(child: ChildProcess): void;
  /** Why it was ended, when it waited for something that would never happen; otherwise empty. */
  stuck(): string;
}

interface Member {
  readonly id: number;
  child: ChildProcess | undefined;
  /** How often it was told something, and which of that was the last signal. */
  told: number;
  signalled: number;
  atRest: AtRest | undefined;
  stuck: string;
  /** Who waits until it has dealt with a signal. */
  readonly waiting: Set<() => void>;
}

interface Open {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether the server is doing something for it. */
  busy: boolean;
}

export function createSharedTime(startsAt: number): SharedTime {
  let now = startsAt;
  let admitted = 0;
  let holds = 0;
  let looking = false;
  const agenda = createAgenda();
  const members = new Map<number, Member>();
  const exchanges = new Map<string, Open>();
  /** Who waits for what the world does. */
  const onlookers = new Set<(error: Error) => void>();

  /** Something happened. Time goes on when all that follows from it at once is over. */
  function stir(): void {
    if (looking) return;
    looking = true;
    void turnOfTheLoop().then(() => {
      looking = false;
      look();
    });
  }

  function look(): void {
    const all = [...members.values()];
    if (holds > 0 || (all.length === 0 && onlookers.size === 0)) return;
    if ([...exchanges.values()].some(({ busy }) => busy)) return;
    if (!all.every((member) => whatItDoes(member) === '')) return;
    const [first] = all.toSorted((one, other) => wakesAt(one) - wakesAt(other));
    const world = agenda.next() ?? Infinity;
    if (first !== undefined && wakesAt(first) < Infinity && wakesAt(first) <= world) {
      moveTo(wakesAt(first), first);
    } else if (world > now && world < Infinity) {
      moveTo(world);
    } else if (world <= now) {
      agenda.runNext();
      stir();
    } else {
      for (const member of all) endStuck(member);
      for (const giveUp of onlookers) {
        giveUp(new Error('Something is waited for that will never happen'));
      }
    }
  }

  /** One process at a time is woken, so that what two do at one moment has an order. */
  function moveTo(moment: number, woken?: Member): void {
    now = Math.max(now, moment);
    for (const member of members.values()) tell(member, { wake: member === woken });
    // Who is told says when it is at rest again.
    if (members.size === 0) stir();
  }

  function tell(member: Member, what: Pick<Told, 'wake' | 'signal'>): void {
    member.told++;
    const told: Told = { now, number: member.told, ...what };
    // Who has just ended does not hear it; that it ended is heard instead.
    member.child?.send(told, () => undefined);
  }

  /** Empty for who is at rest. */
  function whatItDoes({ child, atRest, told }: Member): string {
    if (atRest === undefined) return 'starting';
    if (atRest.heard < told) return 'dealing with what it was told last';
    if (!atRest.awake && atRest.open.length === 0) return 'ending: it waits for nothing';
    const pipes = [child?.stdout, child?.stderr];
    // What is written to a closed one never arrives.
    const isRead = pipes.every((pipe) => pipe?.destroyed !== true);
    if (isRead && bytesFrom(pipes[0]) + bytesFrom(pipes[1]) < atRest.written)
      return 'writing what has not arrived';
    const unknown = atRest.open.find((id) => !isWithoutReply(exchanges.get(id)));
    return unknown === undefined ? '' : `waiting for the reply to its request ${unknown}`;
  }

  function endStuck(member: Member): void {
    const open = (member.atRest?.open ?? []).map((id) => {
      const { method, url } = exchanges.get(id)?.request ?? {};
      return `${method ?? ''} ${url ?? ''}`;
    });
    member.stuck = `The process waits for something that will never happen: replies to ${open.join(', ')}`;
    member.child?.kill('SIGKILL');
  }

  function hear(member: Member, atRest: AtRest): void {
    member.atRest = atRest;
    if (atRest.heard >= member.signalled) release(member);
    stir();
  }

  function release({ waiting }: Member): void {
    for (const resolve of waiting) resolve();
    waiting.clear();
  }

  function signal(member: Member, name: NodeJS.Signals, kill: () => boolean): boolean {
    const { child } = member;
    if (child?.exitCode !== null || child.signalCode !== null) return false;
    // No process can send itself this one and say so.
    if (name === 'SIGKILL') {
      member.told++;
      kill();
    } else {
      tell(member, { wake: false, signal: name });
    }
    member.signalled = member.told;
    return true;
  }

  return {
    clock: { now: () => now },
    at: (moment, act) => agenda.add(Math.max(moment, now), act),
    sleep: (ms) =>
      new Promise((resolve) => {
        agenda.add(now + ms, resolve);
      }),

    admit() {
      const member: Member = {
        id: ++admitted,
        child: undefined,
        told: 0,
        signalled: 0,
        atRest: undefined,
        stuck: '',
        waiting: new Set(),
      };
      members.set(member.id, member);
      return {
        nodeArguments: ['--import', PRELOAD],
        // With one thread, what is begun last in the pool of threads is over last.
        environment: { SHARED_TIME: `${member.id},${now}`, UV_THREADPOOL_SIZE: '1' },
        follow(child) {
          member.child = child;
          const kill = child.kill.bind(child);
          child.kill = (name = 'SIGTERM') =>
            signal(member, name as NodeJS.Signals, () => kill(name));
          child.on('message', (atRest) => {
            hear(member, atRest as AtRest);
          });
          child.stdout?.on('data', stir);
          child.stderr?.on('data', stir);
          child.once('close', () => {
            members.delete(member.id);
            release(member);
            stir();
          });
        },
        stuck: () => member.stuck,
      };
    },

    begin(request, response) {
      const id = String(request.headers[REQUEST_ID] ?? 'not of a process');
      const open: Open = { request, response, busy: true };
      exchanges.set(id, open);
      // By another time of day than its own the AWS SDK takes its clock for wrong, and repeats what was refused.
      response.setHeader('date', new Date(now).toUTCString());
      response.once('close', () => {
        exchanges.delete(id);
        stir();
      });
      return {
        async waitFor(what) {
          open.busy = false;
          stir();
          await what;
          open.busy = true;
        },
        async signalsHandled() {
          // Who heard of the request may send one before the loop comes round.
          await turnOfTheLoop();
          const member = members.get(Number(id.split('-')[0]));
          if (member === undefined || (member.atRest?.heard ?? 0) >= member.signalled) return;
          await new Promise<void>((resolve) => member.waiting.add(resolve));
        },
        end() {
          open.busy = false;
          stir();
        },
      };
    },

    async hold(act) {
      holds++;
      try {
        return await act();
      } finally {
        holds--;
        stir();
      }
    },

    async passUntil(what) {
      let giveUp: (error: Error) => void = () => undefined;
      const never = new Promise<never>((_, reject) => {
        giveUp = reject;
      });
      onlookers.add(giveUp);
      stir();
      try {
        return await Promise.race([what, never]);
      } finally {
        onlookers.delete(giveUp);
      }
    },

    close() {
      const left = [...members.values()];
      if (left.length === 0) return;
      const states = left.map((member) => {
        const { next, open = [] } = member.atRest ?? {};
        const sleeps = next === undefined ? 'sleeps for nothing' : `sleeps until ${next}`;
        return `process ${member.id} is ${whatItDoes(member) || 'at rest'}, ${sleeps}, open requests: ${open.join(', ') || 'none'}`;
      });
      for (const { child } of left) child?.kill('SIGKILL');
      throw new Error(`At ${now} the world ended with processes in it: ${states.join('; ')}`);
    },
  };
}

function wakesAt({ atRest }: Member): number {
  return atRest?.next ?? Infinity;
}

/** How much of a pipe has come: it is a socket, which its type does not say. */
function bytesFrom(pipe: Readable | null | undefined): number {
  return pipe instanceof Socket ? pipe.bytesRead : 0;
}

/** The server has it, and does nothing for it before time moves. */
function isWithoutReply(open: Open | undefined): boolean {
  if (open === undefined || open.busy) return false;
  return !open.response.writableEnded && !open.request.socket.destroyed;
}

/** Twice: what came in with this turn may have more to say in the next. */
async function turnOfTheLoop(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
