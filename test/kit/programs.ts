// Starts the real programs as processes: their output is collected, their lines can be awaited, and they can be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './wait.ts';

export const repositoryRoot = join(import.meta.dirname, '../..');
export const signalboxProgram = join(repositoryRoot, 'packages/cli/bin/signalbox.js');

export type ProgramOptions = {
  readonly cwd?: string;
  /** Added to the environment, from which every SIGNALBOX_*, CI_* and DATABASE_URL of the person's is taken away. */
  readonly env?: NodeJS.ProcessEnv;
};

export type Program = {
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it has printed so far, both streams in the order they came. */
  readonly output: string;
  readonly stdout: string;
  /** Settles when it has ended. */
  readonly ended: Promise<Ending>;
  /** The first line that fits, from the beginning of its output on. Fails when it ends without it. */
  line(pattern: RegExp, seconds?: number): Promise<string>;
  /** Asks it to end (SIGTERM unless said) and waits. */
  stop(signal?: NodeJS.Signals): Promise<Ending>;
  /** Ends it as a power cut would: it gets no chance to do anything. */
  kill9(): Promise<Ending>;
};

export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** `startProgram(['serve', '--port', '0'])` starts the signalbox command as a user would. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Program {
  return startProcess(process.execPath, [signalboxProgram, ...args], options);
}

export function startProcess(command: string, args: readonly string[], options: ProgramOptions = {}): Program {
  const child = spawn(command, args, {
    cwd: options.cwd ?? repositoryRoot,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Ending);
  // Its last lines may come after its end.
  let closed: Ending | undefined;
  child.once('close', (code, signal) => {
    closed = { code, signal };
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  const name = `${command} ${args.join(' ')}`;
  return {
    pid: child.pid ?? 0,
    child,
    get output() {
      return output;
    },
    get stdout() {
      return stdout;
    },
    ended,
    async line(pattern, seconds = 30) {
      const found = await until(
        `a line like ${pattern} from ${name}`,
        () => output.split('\n').find((line) => pattern.test(line)) ?? closed,
        { seconds },
      ).catch((error: Error) => {
        throw new Error(`${error.message}\nIt printed:\n${output}`);
      });
      if (typeof found === 'string') return found;
      throw new Error(`${name} ended (${found.signal ?? found.code}) without a line like ${pattern}:\n${output}`);
    },
    stop: (signal = 'SIGTERM') => end(signal),
    kill9: () => end('SIGKILL'),
  };
}

/** Runs a program to its end. */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Ending & { readonly output: string; readonly stdout: string }> {
  const program = startProgram(args, options);
  await once(program.child, 'close');
  return { ...(await program.ended), output: program.output, stdout: program.stdout };
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(SIGNALBOX_|CI_|CI$|DATABASE_URL$|PG|GIT_|VITEST|NODE_OPTIONS$|FORCE_COLOR$)/.test(name),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}
