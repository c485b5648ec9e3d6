// What is known of a process by its number: whether it lives, and whether it is one of ours (numbers are given out again).
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Waits for the processes to end; those of ours that have not by then are ended hard. */
export async function awaitEnd(pids: readonly number[], seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (const pid of pids) {
    while ((await isOurs(pid)) && performance.now() < deadline) await pause(50);
    if (await isOurs(pid)) end(pid);
  }
}

async function isOurs(pid: number): Promise<boolean> {
  return isAlive(pid) && /signalbox\.js/.test(await commandOf(pid));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // Not allowed to ask means that there is one.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** One that has ended, but whose parent has not looked yet, still has its number. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What the children of a process call themselves; nothing on Windows. */
export async function childrenOf(pid: number): Promise<string[]> {
  if (process.platform === 'linux') {
    const numbers = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    const titles = await Promise.all(numbers.split(' ').filter(Boolean).map(Number).map(commandOf));
    return titles.map((title) => title.replaceAll('\0', ' '));
  }
  if (process.platform === 'win32') return [];
  const { stdout } = await execute('ps', ['-ww', '-ax', '-o', 'ppid=,command=']).catch(() => ({ stdout: '' }));
  const lines = stdout.split('\n').map((line) => /^\s*(\d+) (.*)$/.exec(line));
  return lines.flatMap((found) => (Number(found?.[1]) === pid ? [found?.[2] ?? ''] : []));
}

export async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const [command, args] =
    process.platform === 'win32'
      ? [
          'powershell',
          ['-NoProfile', '-Command', `(Get-CimInstance Win32_Process -Filter ProcessId=${pid}).CommandLine`],
        ]
      : ['ps', ['-ww', '-o', 'command=', '-p', String(pid)]];
  // A failure means that there is no such process.
  const { stdout } = await execute(command, args as string[]).catch(() => ({ stdout: '' }));
  return stdout;
}
