// What is known of a process by its number: whether it lives, and whether it is the PostgreSQL of a cluster.
import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Whether the process lives. One that has ended, but whose parent has not looked, does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  if (process.platform !== 'linux') return true;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/^\d+ \(.*\) [ZX]/s.test(stat);
}

/** Waits until a process has ended. False: it still lives after the time. */
export async function hasEnded(pid: number, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (await isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await after(20);
  }
  return true;
}

export type Postmaster = {
  readonly pid: number;
  readonly port: number;
  /** Both are empty until it listens. */
  readonly socketDirectory: string;
  readonly listenAddress: string;
  /** By its own word; else it starts, recovers or stops. */
  readonly isReady: boolean;
};

/** What postmaster.pid says, if that process lives and is the PostgreSQL of this cluster: numbers are given out again. */
export async function postmasterOf(cluster: string): Promise<Postmaster | undefined> {
  const [pid, , , port, socketDirectory = '', listenAddress = '', , status] = await pidFile(cluster);
  if (!pid || !(await isAlive(Number(pid))) || !(await servesCluster(Number(pid), cluster))) return undefined;
  return { pid: Number(pid), port: Number(port), socketDirectory, listenAddress, isReady: status === 'ready' };
}

/** Whether postmaster.pid names a living process that is somebody else's: PostgreSQL would refuse to start. */
export async function pidFileIsForeign(cluster: string): Promise<boolean> {
  const [pid] = await pidFile(cluster);
  return Boolean(pid) && (await isAlive(Number(pid))) && !(await servesCluster(Number(pid), cluster));
}

async function pidFile(cluster: string): Promise<string[]> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  return /^\d+$/.test(lines[0] ?? '') ? lines : [];
}

async function servesCluster(pid: number, cluster: string): Promise<boolean> {
  // PostgreSQL works in its data directory.
  if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === cluster;
  const [command, args] =
    process.platform === 'win32'
      ? ['tasklist', ['/FO', 'CSV', '/NH', '/FI', `PID eq ${pid}`]]
      : ['ps', ['-ww', '-o', 'command=', '-p', String(pid)]];
  const { stdout } = await execute(command, args as string[]).catch(() => ({ stdout: '' }));
  return process.platform === 'win32' ? /^"postgres/i.test(stdout.trim()) : stdout.includes(cluster);
}
