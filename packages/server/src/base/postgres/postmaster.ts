// One process of PostgreSQL: launched apart from ours (it outlives a killed server), watched, ended.
import { execFile, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { whyNoAnswer } from './answer.ts';
import type { Binaries } from './binaries.ts';
import type { KeeperOptions } from './keeper.ts';
import type { Place } from './place.ts';
import { hasEnded, isAlive, postmasterOf } from './processes.ts';
import { commandOf, programEnvironment } from './unprivileged.ts';

const execute = promisify(execFile);

export type Running = {
  readonly pid: number;
  /** Settles when it has ended, with how. */
  readonly ended: Promise<string>;
};

/** Undefined: another start was first and holds the cluster. */
export async function launch(options: KeeperOptions): Promise<Running | undefined> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    await options.prepare();
    const running = process.platform === 'win32' ? await launchOnWindows(options) : await spawnPostmaster(options);
    const how = await readyOrEnded(running, options);
    if (how === undefined) return running;
    if (await postmasterOf(options.place.cluster)) return undefined;
    const said = await readFile(options.place.startLog, 'utf8').catch(() => '');
    // Children of one that was killed take a moment to notice; until then its memory is in use.
    if (!/still in use|already running|lock file/.test(said) || performance.now() > deadline) {
      throw new Error(`PostgreSQL ended at its start (${how}): ${said.trim() || `see ${options.place.logDirectory}`}`);
    }
    await after(100);
  }
}

async function spawnPostmaster({ place, binaries, identity }: KeeperOptions): Promise<Running> {
  const [command, args] = commandOf(identity, join(binaries.directory, 'postgres'), ['-D', place.cluster]);
  const said = await open(place.startLog, 'w', 0o600);
  try {
    // A session of its own: Ctrl-C in the terminal is for the server, which ends it when nobody needs it any more.
    const child = spawn(command, args, {
      ...identity.user,
      cwd: '/',
      detached: true,
      env: programEnvironment(),
      stdio: ['ignore', said.fd, said.fd],
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    child.unref();
    return { pid: child.pid ?? 0, ended };
  } finally {
    await said.close();
  }
}

/** pg_ctl gives up the rights of an administrator, with whom PostgreSQL does not run. */
async function launchOnWindows({ place, binaries }: KeeperOptions): Promise<Running> {
  const program = join(binaries.directory, 'pg_ctl.exe');
  try {
    await execute(program, ['start', '-D', place.cluster, '-l', place.startLog, '-w', '-t', '300'], {
      env: programEnvironment(),
      windowsHide: true,
    });
  } catch (error) {
    return { pid: 0, ended: Promise.resolve((error as Error).message) };
  }
  return watchProcess((await postmasterOf(place.cluster))?.pid ?? 0);
}

/** One that is not our child tells nobody of its end: look each half second. */
export function watchProcess(pid: number): Running {
  const ended = new Promise<string>((resolve) => {
    const look = async () => {
      if (await isAlive(pid)) setTimeout(look, 500).unref();
      else resolve('lost');
    };
    void look();
  });
  return { pid, ended };
}

/** Undefined when it answers; else how it ended. */
async function readyOrEnded(running: Running, { place, address, log }: KeeperOptions): Promise<string | undefined> {
  let how: string | undefined;
  void running.ended.then((end) => {
    how = end;
  });
  const begun = performance.now();
  let told = 0;
  for (;;) {
    const problem = await whyNoAnswer(address, place);
    if (how !== undefined) return how;
    if (problem === undefined) return undefined;
    const seconds = Math.floor((performance.now() - begun) / 10_000) * 10;
    if (seconds > told) log(`PostgreSQL has not answered for ${seconds} s: ${problem}`);
    told = seconds;
    await after(10);
  }
}

/** Fast shutdown: open transactions are rolled back, everything is written, nothing needs recovery. Harder when it takes too long. */
export async function endPostmaster(pid: number, place: Place, binaries?: Binaries): Promise<void> {
  if (process.platform === 'win32' && binaries) {
    const program = join(binaries.directory, 'pg_ctl.exe');
    await execute(program, ['stop', '-D', place.cluster, '-m', 'fast', '-w', '-t', '60'], { windowsHide: true });
    return;
  }
  for (const [signal, seconds] of [
    ['SIGINT', 60],
    ['SIGQUIT', 10],
    ['SIGKILL', 10],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    if (await hasEnded(pid, seconds)) return;
  }
  throw new Error(`PostgreSQL (process ${pid}) does not end, not even by SIGKILL`);
}
