import { spawn, spawnSync, type ChildProcess } from 'node:child_process';

/** Between the request to end and the end. */
const GRACE_MS = 2_000;
/** What escaped from its tree may hold a pipe open for ever. */
const DRAIN_MS = 1_000;

/** A process and everything that it began. */
export interface ProcessTree {
  /** Asks all of it to end, and ends it when it does not. Returns at once. */
  end(): void;
}

/** Those that still run: none of them outlives this process. */
const alive = new Map<ChildProcess, NodeJS.Platform>();
process.on('exit', () => {
  for (const [child, platform] of alive) killNow(child, platform);
});

/** @param child was started at the head of a process group of its own, except on Windows, where there are none */
export function treeOf(child: ChildProcess, platform: NodeJS.Platform): ProcessTree {
  alive.set(child, platform);
  child.once('exit', () => {
    alive.delete(child);
    // What it left behind in the background is nobody's any more.
    kill(child, 'SIGKILL', platform);
    setTimeout(() => {
      letGo(child);
    }, DRAIN_MS).unref();
  });
  child.once('error', () => alive.delete(child));
  return {
    end() {
      kill(child, 'SIGTERM', platform);
      letGo(child);
      setTimeout(() => {
        if (alive.has(child)) kill(child, 'SIGKILL', platform);
      }, GRACE_MS).unref();
    },
  };
}

/** Nobody reads any more, and this process does not stay alive for it. */
function letGo(child: ChildProcess): void {
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
  child.unref();
}

function kill(child: ChildProcess, signal: NodeJS.Signals, platform: NodeJS.Platform): void {
  if (child.pid === undefined) return;
  if (platform === 'win32') {
    if (child.exitCode !== null) return;
    spawn('taskkill', taskkill(child.pid), { stdio: 'ignore', windowsHide: true })
      .on('error', () => undefined)
      .unref();
    return;
  }
  signalGroup(child.pid, signal);
}

function killNow(child: ChildProcess, platform: NodeJS.Platform): void {
  if (child.pid === undefined) return;
  if (platform === 'win32') spawnSync('taskkill', taskkill(child.pid), { windowsHide: true });
  else signalGroup(child.pid, 'SIGKILL');
}

function taskkill(pid: number): readonly string[] {
  return ['/pid', String(pid), '/T', '/F'];
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // All of it has ended.
  }
}
