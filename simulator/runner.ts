import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { SharedTime } from './time/shared-time.ts';

const BUNDLE = fileURLToPath(new URL('../dist/index.js', import.meta.url));
/** Where Node keeps what it has compiled: that is a third of a start of the bundle, and half of one of a script. */
export const COMPILED = join(tmpdir(), 'lambda-canary-compiled');

export interface ActionOptions {
  /** Another bundle than the committed one. */
  readonly bundle?: string | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  /** What points the AWS SDK at a double, and whatever else the process should see. */
  readonly environment: Readonly<Record<string, string>>;
  /** Arguments for Node, before the bundle. */
  readonly nodeArguments?: readonly string[];
  /** The time it shares with the simulated world, instead of the machine's. */
  readonly time?: SharedTime;
  /** What an earlier step saved: the difference between main and post. */
  readonly state?: Readonly<Record<string, string>>;
  /** Called with the log as it comes. */
  readonly onLog?: (text: string) => void;
}

export interface ActionResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What the step saved for its post step. */
  readonly state: Readonly<Record<string, string>>;
  /** The output `report`. */
  readonly report: unknown;
}

export interface RunningAction {
  readonly process: ChildProcess;
  readonly done: Promise<ActionResult>;
  /** The files that GitHub reads after the step. */
  readonly files: Readonly<Record<'output' | 'state' | 'summary', string>>;
  /** Closes the other end of the log, as the death of the runner's worker does. */
  hangUp(): void;
  /** Resolves once the log holds the text; rejects when the process ended without it. */
  seen(text: string | RegExp): Promise<void>;
}

/** Runs the committed bundle as a runner does: inputs by environment, results by files. */
export function startAction(options: ActionOptions): RunningAction {
  const folder = mkdtempSync(join(tmpdir(), 'lambda-canary-'));
  const file = (name: string) => {
    const path = join(folder, name);
    writeFileSync(path, '');
    return path;
  };
  const files = { output: file('output'), state: file('state'), summary: file('summary') };
  const admission = options.time?.admit();
  const nodeArguments = [...(admission?.nodeArguments ?? []), ...(options.nodeArguments ?? [])];
  const child = spawn(process.execPath, [...nodeArguments, options.bundle ?? BUNDLE], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: COMPILED,
      GITHUB_OUTPUT: files.output,
      GITHUB_STATE: files.state,
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
      GITHUB_RUN_ID: '42',
      ...prefixed('INPUT_', upperCase(options.inputs)),
      ...prefixed('STATE_', options.state ?? {}),
      ...admission?.environment,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', ...(admission === undefined ? [] : ['ipc' as const])],
  });
  admission?.follow(child);

  let log = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      options.onLog?.(text);
      for (const watcher of watchers) watcher();
    });
  }

  const done = new Promise<ActionResult>((resolve, reject) => {
    child.on('close', (exitCode, signal) => {
      const outputs = keyValues(contentOf(files.output));
      const result = {
        exitCode,
        signal,
        log,
        outputs,
        summary: contentOf(files.summary),
        state: keyValues(contentOf(files.state)),
        report: JSON.parse(outputs['report'] ?? 'null') as unknown,
      };
      rmSync(folder, { recursive: true });
      const stuck = admission?.stuck() ?? '';
      if (stuck === '') resolve(result);
      else reject(new Error(`${stuck}\n${log}`));
    });
  });
  // Whoever awaits it sees the failure.
  done.catch(() => undefined);

  return {
    process: child,
    done,
    files,
    hangUp: () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    seen: (text) =>
      new Promise<void>((resolve, reject) => {
        const watcher = () => {
          if (typeof text === 'string' ? log.includes(text) : text.test(log)) resolve();
        };
        watchers.add(watcher);
        watcher();
        done.then(() => {
          reject(new Error(`The action ended without saying "${String(text)}":\n${log}`));
        }, reject);
      }),
  };
}

export function runAction(options: ActionOptions): Promise<ActionResult> {
  return startAction(options).done;
}

/** Empty when somebody removed it. */
function contentOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function upperCase(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name.toUpperCase(), value]),
  );
}

function prefixed(
  prefix: string,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]),
  );
}

/** The files GitHub reads: `name<<delimiter`, the value, the delimiter; the last of a name wins. */
function keyValues(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const entry = /^(?<name>[^\n]+?)<<(?<delimiter>[^\n]+)\n(?<value>[\s\S]*?)\n?\k<delimiter>\n/gm;
  for (const { groups } of text.matchAll(entry)) {
    if (groups?.['name'] !== undefined) values[groups['name']] = groups['value'] ?? '';
  }
  return values;
}
