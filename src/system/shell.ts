import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

import type { CommandResult } from '../core/checks/commands.ts';
import { messageOf } from '../core/problems.ts';
import { oneLine } from '../core/text/markdown.ts';
import type { Shell, ShellCommand } from '../ports.ts';
import { treeOf } from './process-tree.ts';
import { inherited, masking, placesOf } from './shell-environment.ts';

/** Much more than is told of it. In characters. */
const LONGEST_OUTPUT = 65_536;
/** Nothing of the user's runs while a command is only looked at. */
const LONGEST_LOOK_MS = 10_000;

type Environment = Readonly<Record<string, string | undefined>>;

interface Program {
  readonly file: string;
  readonly arguments: readonly string[];
}

/** The shells that GitHub's `run` takes where none is named, in its order. */
const SHELLS = { win32: ['pwsh', 'powershell'], others: ['bash', 'sh'] } as const;

/**
 * Runs lines as `run` does where it names no shell: with `bash -e` or else `sh -e`, on Windows with PowerShell.
 * @param environment that of the action itself
 */
export function createShell(
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
): Shell {
  const given = inherited(environment);
  const mask = masking(given);
  const names = platform === 'win32' ? SHELLS.win32 : SHELLS.others;
  const shell = names.find((name) => placesOf(name, given, platform).some((at) => existsSync(at)));

  function start(program: Program, more: ShellCommand['environment']): ChildProcess {
    return spawn(program.file, program.arguments, {
      env: { ...given, ...more },
      stdio: 'pipe',
      windowsHide: true,
      // A group of its own, by which it is ended with all that it began; on Windows that would open a window.
      detached: platform !== 'win32',
    });
  }

  function run({ command, environment, input }: ShellCommand, signal: AbortSignal) {
    const problem = noShell();
    if (problem !== undefined) {
      return Promise.resolve<CommandResult>({ type: 'not started', problem });
    }
    const program = programFor(shell ?? '', command);
    return ended(() => start(program, environment), { input, signal, mask });
  }

  function noShell(): string | undefined {
    return shell === undefined ? `there is no ${names.join(' or ')} on the PATH` : undefined;
  }

  /** Runs the shell, and in it nothing of the user's. */
  async function look(looking: readonly string[]): Promise<CommandResult> {
    const program = { file: shell ?? '', arguments: looking };
    const signal = AbortSignal.timeout(LONGEST_LOOK_MS);
    return ended(() => start(program, {}), { input: '', signal, mask });
  }

  return {
    run,
    async problemOf(command) {
      const problem = noShell();
      // PowerShell is not asked: it would have to be started for each of them.
      if (problem !== undefined || platform === 'win32') return problem;
      const read = await look([...plainly(shell ?? ''), '-n', '-c', command]);
      if (read.type === 'exited' && read.code !== 0) {
        return `${shell ?? ''} cannot read the command: ${oneLine(read.output).trim()}`;
      }
      const word = firstWord(command);
      if (word === undefined) return undefined;
      const found = await look([...plainly(shell ?? ''), '-c', 'type "$0"', word]);
      return found.type === 'exited' && found.code !== 0
        ? `there is no ${word} that can be run here${word.includes('/') ? CHECKED_OUT : ''}`
        : undefined;
    },
  };
}

const CHECKED_OUT =
  '. Is the path right, from the top of the repository, is the file executable, and does actions/checkout run before this step?';

/** The program that a line begins with; undefined where only the shell itself could tell. */
function firstWord(command: string): string | undefined {
  const [, word] = /^(?:\w+=[^\s'"$`(]*\s+)*([\w./+-]+)(?=$|[\s;|&])/.exec(command.trim()) ?? [];
  return word;
}

/** Where its standard input is a socket, bash takes itself for one that was reached over a network, and reads files of the user's. */
function plainly(shell: string): readonly string[] {
  return shell === 'bash' ? ['--noprofile', '--norc'] : [];
}

function programFor(shell: string, command: string): Program {
  if (shell !== 'pwsh' && shell !== 'powershell') {
    return { file: shell, arguments: [...plainly(shell), '-e', '-c', command] };
  }
  // As GitHub has it: the first error ends it, and the exit code of the last program is its own.
  const script = [
    "$ErrorActionPreference = 'stop'",
    command,
    'if ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }',
  ].join('\n');
  // Nothing in it is read by the quoting rules of Windows.
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  return { file: shell, arguments: ['-NoLogo', '-EncodedCommand', encoded] };
}

/** How a process ends, or that it had to be cut off. */
function ended(
  begin: () => ChildProcess,
  {
    input,
    signal,
    mask,
  }: {
    readonly input: string;
    readonly signal: AbortSignal;
    readonly mask: (text: string) => string;
  },
): Promise<CommandResult> {
  if (signal.aborted) return Promise.resolve({ type: 'cut off', output: '' });
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = begin();
    } catch (error) {
      // What is too long for the system is thrown, other than what is not there.
      resolve({ type: 'not started', problem: messageOf(error) });
      return;
    }
    const tree = treeOf(child, process.platform);
    let printed = '';
    const output = () => mask(stripVTControlCharacters(printed));
    for (const pipe of [child.stdout, child.stderr]) {
      pipe?.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-LONGEST_OUTPUT);
      });
    }
    // Who does not read its input closes it, or has ended.
    child.stdin?.on('error', () => undefined).end(input);

    const cutOff = () => {
      tree.end();
      resolve({ type: 'cut off', output: output() });
    };
    signal.addEventListener('abort', cutOff, { once: true });
    const settle = (result: CommandResult) => {
      signal.removeEventListener('abort', cutOff);
      resolve(result);
    };
    child.once('error', ({ message }) => {
      settle({ type: 'not started', problem: message });
    });
    child.once('close', (code, killedBy) => {
      settle(
        code === null
          ? { type: 'killed', signal: killedBy ?? 'a signal', output: output() }
          : { type: 'exited', code, output: output() },
      );
    });
  });
}
