// Preloaded into a process (node --import) that shares the time of a simulated world (shared-time.ts), without any
// hook in the program. Its clocks, timers and the timeouts of its sockets are those of the world: it says when it
// has come to rest and what it sleeps for, and is told when that is.
import { subscribe } from 'node:diagnostics_channel';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, stat, watch } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import timers from 'node:timers';
import promises from 'node:timers/promises';

import { createAgenda } from './agenda.ts';
import { REQUEST_ID, type AtRest, type Told } from './shared-time.ts';
import { replaceTimers } from './timers.ts';

const [id = NaN, startsAt = NaN] = (process.env['SHARED_TIME'] ?? '').split(',').map(Number);
if (!(id > 0 && startsAt > 0) || process.channel == null) {
  throw new Error(
    'SHARED_TIME must be <number>,<epoch milliseconds>, with a channel to its parent',
  );
}
const { channel } = process;

let now = startsAt;
let heard = 0;
let isAwake = false;
const agenda = createAgenda();
/** Requests by their names: V8 keeps what was in a map alive through the tables that it outgrew, and a request holds much. */
const open = new Set<string>();

// ── What it is told, and what it says ──

process.on('message', (told: Told) => {
  ({ now, number: heard } = told);
  if (told.signal !== undefined) process.kill(process.pid, told.signal);
  if (told.wake) agenda.runNext();
  stir();
});
// Nobody would move its time any more.
process.on('disconnect', () => process.exit(1));
channel.unref();

let stirred = 0;
let isComingToRest = false;

/** Something happened. It is told when all that follows from it at once is over. */
function stir(): void {
  stirred++;
  if (!isComingToRest) void comeToRest();
}

async function comeToRest(): Promise<void> {
  isComingToRest = true;
  for (let seen = -1; seen !== stirred || isWorking();) {
    seen = stirred;
    // What was begun in the pool of threads before is over when this is: it has one thread.
    await new Promise((resolve) => {
      stat('/', resolve);
    });
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  isComingToRest = false;
  // It is told when they have ended, or say that they sleep.
  if ([...children].some(isAtWork)) return;
  const next = agenda.next();
  const atRest: AtRest = {
    heard,
    awake: isAwake,
    open: [...open],
    written: process.stdout.bytesWritten + process.stderr.bytesWritten,
    ...(next === undefined ? {} : { next }),
  };
  process.send?.(atRest);
}

/** Files are being read or written, or names looked up. */
function isWorking(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((name) => /^(FSReq|CloseReq|Get\w+InfoReq)/.test(name));
}

// ── Programs that it runs: they live in real time, for which the world's stands still ──

const children = new Set<ChildProcess>();

/** The folder in which one makes a file of its number to say that it sleeps: then time goes on. */
const asleep = join(tmpdir(), `lambda-canary-asleep-${process.pid}-${id}`);
process.env['SIMULATED_SLEEP'] = asleep;

function makeFolder(): void {
  if (existsSync(asleep)) return;
  mkdirSync(asleep);
  watch(asleep, { persistent: false }, stir);
  process.on('exit', () => {
    rmSync(asleep, { recursive: true });
  });
}

subscribe('child_process', (message) => {
  const { process: child } = message as { readonly process: ChildProcess };
  makeFolder();
  children.add(child);
  for (const end of ['close', 'error']) {
    child.once(end, () => {
      children.delete(child);
      stir();
    });
  }
});

function isAtWork({ pid }: ChildProcess): boolean {
  return pid === undefined || !existsSync(join(asleep, String(pid)));
}

// ── Clocks ──

Object.defineProperty(performance, 'timeOrigin', { value: startsAt });
performance.now = () => now - startsAt;
Date.now = () => Math.floor(now);
globalThis.Date = new Proxy(Date, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now] : given, newTarget) as Date,
});

// ── Timers ──

replaceTimers(
  {
    now: () => now,
    at(moment, act) {
      stir();
      const cancel = agenda.add(moment, act);
      return () => {
        stir();
        cancel();
      };
    },
  },
  (awake) => {
    isAwake = awake > 0;
    if (isAwake) channel.ref();
    else channel.unref();
  },
);
timers.setTimeout = setTimeout;
timers.clearTimeout = clearTimeout;
promises.setTimeout = (ms, value, { signal, ref = true } = {}) =>
  new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      const error = new Error('The operation was aborted', { cause: signal?.reason });
      reject(Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value as never);
    }, ms);
    if (!ref) timer.unref();
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
AbortSignal.timeout = (ms) => {
  const controller = new AbortController();
  const reason = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  setTimeout(() => {
    controller.abort(reason());
  }, ms).unref();
  return controller.signal;
};
syncBuiltinESMExports();

// ── Timeouts of sockets, which begin anew with each byte ──

/** What Node's own timers call, under names that are not for others. */
interface TimedSocket extends Omit<Socket, 'timeout' | 'setTimeout'> {
  timeout: number;
  setTimeout: (this: TimedSocket, ms: number, callback?: () => void) => unknown;
  _onTimeout(): void;
  _unrefTimer(): void;
  readonly _parent: TimedSocket | null;
}

const timeouts = new WeakMap<object, NodeJS.Timeout>();
const { prototype } = Socket as unknown as { readonly prototype: TimedSocket };
prototype.setTimeout = function (this: TimedSocket, ms, callback) {
  this.timeout = ms;
  clearTimeout(timeouts.get(this));
  timeouts.delete(this);
  if (ms > 0 && !this.destroyed) {
    const timeout = setTimeout(() => {
      this._onTimeout();
    }, ms).unref();
    timeouts.set(this, timeout);
    endWithSocket(this);
    if (callback !== undefined) this.once('timeout', callback);
  } else if (callback !== undefined) {
    this.removeListener('timeout', callback);
  }
  return this;
};
const ending = new WeakSet<object>();

/** A connection that is kept serves thousands of requests, each with a timeout: it is listened to once. */
function endWithSocket(socket: TimedSocket): void {
  if (ending.has(socket)) return;
  ending.add(socket);
  socket.once('close', () => {
    clearTimeout(timeouts.get(socket));
    timeouts.delete(socket);
  });
}

prototype._unrefTimer = function (this: TimedSocket) {
  refresh(this);
};

function refresh(socket: TimedSocket | null): void {
  if (socket === null) return;
  timeouts.get(socket)?.refresh();
  refresh(socket._parent);
}

// ── Requests: each carries a name, and is open until its reply has been read ──

let requests = 0;

/** @returns a function that says that its reply has been read */
function begin(name: (id: string) => void): () => void {
  const requestId = `${id}-${++requests}`;
  open.add(requestId);
  name(requestId);
  stir();
  return () => {
    if (open.delete(requestId)) stir();
  };
}

subscribe('http.client.request.created', (message) => {
  const { request } = message as { readonly request: ClientRequest };
  request.once(
    'close',
    begin((requestId) => request.setHeader(REQUEST_ID, requestId)),
  );
});

/** fetch, Node's own and that of the library undici. */
interface Fetched {
  readonly request: { addHeader(name: string, value: string): void };
}
const fetched = new WeakMap<object, () => void>();
subscribe('undici:request:create', (message) => {
  const { request } = message as Fetched;
  fetched.set(
    request,
    begin((requestId) => {
      request.addHeader(REQUEST_ID, requestId);
    }),
  );
});
for (const channelName of ['undici:request:trailers', 'undici:request:error']) {
  subscribe(channelName, (message) => {
    fetched.get((message as Fetched).request)?.();
  });
}

stir();
