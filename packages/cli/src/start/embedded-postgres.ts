// What the server's own PostgreSQL leaves when the server was killed: its process, and the folder of its socket, which
// lies outside of the data directory. A server that stops in good order leaves neither.
import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { childrenOf, commandOf, isAlive } from './processes.ts';

const cluster = (data: string) => join(data, 'postgres', 'cluster');

/** Ends the PostgreSQL of a data directory: in good order, or hard after a while. @returns whether one ran. */
export async function endPostgres(data: string): Promise<boolean> {
  const pid = postmaster(data);
  const ran = await serves(pid, data);
  for (const [signal, seconds] of ran ? endings : []) {
    if (!(await serves(pid, data))) break;
    process.kill(pid, signal);
    const deadline = performance.now() + seconds * 1000;
    while (isAlive(pid) && performance.now() < deadline) await pause(50);
  }
  removeSocketFolder(data);
  return ran;
}

/** Whether anybody is connected to the PostgreSQL of a data directory; false also where nobody can tell. */
export async function hasGuests(data: string): Promise<boolean> {
  const pid = postmaster(data);
  if (!(await serves(pid, data))) return false;
  const titles = await childrenOf(pid);
  // A process that serves a connection says whose it is: `postgres: signalbox signalbox [local] idle`.
  return titles.some((title) => /^postgres: \S+ \S+ (\[local\]|\S+\(\d+\)) /.test(title));
}

/** PostgreSQL's own words for: now, at once, and what no process can refuse. */
const endings = [
  ['SIGINT', 20],
  ['SIGQUIT', 10],
  ['SIGKILL', 5],
] as const;

/** Only when it is one that we made. */
function removeSocketFolder(data: string): void {
  const said = /^unix_socket_directories = '"(.*)"'$/m.exec(read(join(cluster(data), 'signalbox.conf')))?.[1];
  if (!said || !/^signalbox-[0-9a-f]{16}$/.test(basename(said))) return;
  if ([tmpdir(), '/tmp'].includes(dirname(said))) rmSync(said, { recursive: true, force: true });
}

/** Numbers are given out again: is this process the PostgreSQL of this directory? */
async function serves(pid: number, data: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid < 2 || !isAlive(pid)) return false;
  if (process.platform !== 'linux') return (await commandOf(pid)).includes('postgres');
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === cluster(data);
  } catch (error) {
    // It ended meanwhile, or belongs to somebody else.
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

const postmaster = (data: string) => Number(read(join(cluster(data), 'postmaster.pid')).split('\n')[0]);
const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
