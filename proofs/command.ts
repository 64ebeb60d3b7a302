import { spawn } from 'node:child_process';

/** What became of a command of Node. */
export interface Run {
  /** Whether it came to its end by itself. */
  readonly ended: boolean;
  readonly passed: boolean;
  readonly output: string;
  readonly tookMs: number;
}

/**
 * Runs Node to its end. What takes longer than its patience is killed with all that it started: a worker in an
 * endless loop would not notice that its parent is gone.
 */
export async function run(
  parameters: readonly string[],
  cwd: string,
  patienceMs: number,
): Promise<Run> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, parameters, { cwd, detached: true });
  const chunks: Buffer[] = [];
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const end = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  // Before the folder in which it works is removed.
  process.prependOnceListener('exit', end);
  let ended = true;
  const timer =
    patienceMs === Infinity
      ? undefined
      : setTimeout(() => {
          ended = false;
          end();
        }, patienceMs);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  clearTimeout(timer);
  process.off('exit', end);
  return {
    ended,
    passed: status === 0,
    output: Buffer.concat(chunks).toString(),
    tookMs: performance.now() - startedAt,
  };
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
