// Runs one git command and gives what it printed: guarded by a clean environment, a time limit, an output limit, a signal.
import { type ChildProcess, spawn } from 'node:child_process';
import { GitFailed, type GitFailure } from './git-failed.ts';

export type GitCall = {
  readonly directory: string;
  /** The whole environment: see git-environment.ts. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly outputBytes: number;
  readonly signal?: AbortSignal | undefined;
};

/** How long git may clean up after itself (lock files, half packs) before it is killed. */
const graceMs = 2000;
const stderrBytes = 65_536;

/** Arguments from outside must have been checked by the caller (names.ts, repo-url.ts). @throws GitFailed */
export function git(args: readonly string[], call: GitCall): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (call.signal?.aborted) return reject(new GitFailed(args, 'cancelled', 'was cancelled before it began'));
    // A group of its own, so that git's children (ssh, index-pack) can be ended with it.
    const child = spawn('git', args, {
      cwd: call.directory,
      env: call.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const output: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let ended: { why: GitFailure; end: string } | undefined;
    let killTimer: NodeJS.Timeout | undefined;

    const end = (why: GitFailure, sentence: string) => {
      if (ended) return;
      ended = { why, end: sentence };
      endTree(child, 'SIGTERM');
      killTimer = setTimeout(() => {
        endTree(child, 'SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
      }, graceMs);
    };
    const cancel = () => end('cancelled', 'was cancelled');
    const timer = setTimeout(
      () => end('time', `did not end within ${call.timeoutSeconds} s`),
      call.timeoutSeconds * 1000,
    );
    call.signal?.addEventListener('abort', cancel, { once: true });
    const settle = () => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      call.signal?.removeEventListener('abort', cancel);
    };

    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > call.outputBytes) end('output', `printed more than ${call.outputBytes} bytes`);
      else output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-stderrBytes);
    });
    child.on('error', (cause: NodeJS.ErrnoException) => {
      settle();
      const sentence =
        cause.code === 'ENOENT'
          ? 'could not start: install git 2.32 or later and put it on the PATH'
          : 'could not start';
      reject(new GitFailed(args, 'missing', sentence, { stderr: cause.message, cause }));
    });
    child.on('close', (exitCode, signal) => {
      settle();
      if (ended) return reject(new GitFailed(args, ended.why, ended.end, { exitCode, stderr }));
      if (exitCode === 0) return resolve(Buffer.concat(output));
      const how = signal ? `was ended by ${signal}` : `failed with exit code ${exitCode}`;
      reject(new GitFailed(args, 'exit', how, { exitCode, stderr }));
    });
  });
}

/** Ends a process that was started with `detached`, and all its children. */
export function endTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Gone between the look and the kill: that is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
