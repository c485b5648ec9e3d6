// Who holds something on disk: a process of this machine. Dead owners' things may be taken by anybody.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export type Owner = {
  readonly host: string;
  readonly processId: number;
  /** Tells the process from a later one with the same id; null where the system does not say it. */
  readonly startedAt: string | null;
};

export function thisProcess(): Owner {
  return ownerOf(process.pid);
}

export function ownerOf(processId: number): Owner {
  return { host: hostname(), processId, startedAt: startOf(processId) };
}

/** An owner on another machine counts as alive: from here nobody can tell. */
export function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return owner.startedAt === null || startOf(owner.processId) === owner.startedAt;
}

/** Linux: the boot, and the start in ticks since then. Null also for one that has ended and that nobody has buried yet. */
function startOf(processId: number): string | null {
  if (process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const [state, ...others] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : `${boot} ${others[18]}`;
  } catch {
    return null; // It has ended, or this system hides it.
  }
}
