// Ends everything that a command started: its process group, and on Linux also what left the group but still carries
// the run's mark in its environment or works in its directory. First it asks, then it kills.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

export type Tree = {
  /** The leader of the group; null when it is not known any more. */
  readonly leader: number | null;
  /** Found in the environment of every process of the run. */
  readonly mark: string;
  readonly directory: string;
  /** No process of this tree has a smaller id than this; null when ids may have started over since. */
  readonly firstId: number | null;
};

const pollMillis = 20;
const rounds = 50;
/** Up to so many process ids are looked at one by one; reading all of /proc takes longer. */
const fewIds = 64;

/** Resolves when no process of the tree is left, or when what is left cannot be killed. */
export async function endTree(tree: Tree, graceSeconds: number): Promise<void> {
  if (process.platform === 'win32') return endOnWindows(tree);
  if (signalAll(tree, 'SIGTERM') === 0) return;
  const deadline = performance.now() + graceSeconds * 1_000;
  while (performance.now() < deadline) {
    await wait(pollMillis);
    if (signalAll(tree, 0) === 0) return;
  }
  // A process may start another between two looks, so look again after killing.
  for (let round = 0; round < rounds && signalAll(tree, 'SIGKILL') > 0; round++) await wait(pollMillis);
}

/** Id of the process that was started last on this machine: what comes later is larger, until ids start over. */
export function lastProcessId(): number | null {
  if (process.platform !== 'linux') return null;
  const last = Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1));
  return Number.isInteger(last) ? last : null;
}

/** How many processes there were to signal; zombies do not count. */
function signalAll(tree: Tree, signal: NodeJS.Signals | 0): number {
  const strays = process.platform === 'linux' ? findMarked(tree) : [];
  let count = 0;
  for (const id of strays) if (send(id, signal)) count++;
  if (tree.leader !== null && send(-tree.leader, signal) && (process.platform !== 'linux' || strays.length === 0)) {
    // The group may consist of zombies only, which take signals and do nothing.
    if (process.platform !== 'linux' || groupLives(tree.leader)) count++;
  }
  return count;
}

function send(id: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(id, signal);
  } catch {
    // Gone already, or of another user: not ours to end.
    return false;
  }
}

function findMarked(tree: Tree): number[] {
  return processIds(tree.firstId).filter((id) => id !== process.pid && belongs(id, tree));
}

function processIds(first: number | null): number[] {
  const last = first === null ? null : lastProcessId();
  if (first !== null && last !== null && last >= first && last - first <= fewIds) {
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }
  const ids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return first !== null && last !== null && last >= first ? ids.filter((id) => id >= first) : ids;
}

function belongs(id: number, tree: Tree): boolean {
  try {
    if (readFileSync(`/proc/${id}/environ`, 'latin1').includes(tree.mark)) return true;
    const place = readlinkSync(`/proc/${id}/cwd`);
    return place === tree.directory || place.startsWith(`${tree.directory}/`);
  } catch {
    // It has ended between the two looks, or it is another user's.
    return false;
  }
}

/** True when a process of the group is not a zombie. */
function groupLives(leader: number): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [state, , group] = afterName(readFileSync(`/proc/${name}/stat`, 'latin1'));
      return group === String(leader) && state !== 'Z' && state !== 'X';
    } catch {
      // It has ended since the directory was read.
      return false;
    }
  });
}

/** Fields of a stat line from the state on: the name before it may hold anything. */
function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

async function endOnWindows({ leader }: Tree): Promise<void> {
  if (leader === null) return;
  // taskkill refuses when nothing is left, which is what we want.
  await promisify(execFile)('taskkill', ['/pid', String(leader), '/T', '/F']).catch(() => undefined);
}
