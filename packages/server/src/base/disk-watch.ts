// How much room the disks have that this process writes to: looked at every second, so that whoever writes much asks a number in
// memory. Below `lowBytes` a disk is low, below `fullBytes` it is full.
import { statfs } from 'node:fs/promises';

export type DiskState = 'well' | 'low' | 'full';
export type WatchedDisk = { readonly name: string; readonly freeBytes: number; readonly state: DiskState };
export type DiskWatch = {
  /** As they were a second ago at most; one that cannot be looked at is left out. */
  readonly disks: readonly WatchedDisk[];
  stop(): void;
};

export type DiskWatchOptions = {
  /** By name, a directory on each. */
  readonly directories: Readonly<Record<string, string>>;
  readonly lowBytes: number;
  readonly fullBytes: number;
  /** Told when a disk comes to stand otherwise, also at the first look when it is not well. */
  readonly onChange: (disk: WatchedDisk) => void;
};

/** In a second a fast disk takes some 200 MB of logs, which `fullBytes` must leave over. */
const lookMs = 1000;

/** The first look is over when it returns. */
export async function startDiskWatch(options: DiskWatchOptions): Promise<DiskWatch> {
  let disks: WatchedDisk[] = [];
  let isLooking = false;
  const look = async () => {
    // A network file system may take its time.
    if (isLooking) return;
    isLooking = true;
    const before = new Map(disks.map((disk) => [disk.name, disk.state]));
    const found = await Promise.all(
      Object.entries(options.directories).map(([name, at]) => measure(name, at, options)),
    );
    disks = found.filter((disk) => disk !== undefined);
    isLooking = false;
    for (const disk of disks) if ((before.get(disk.name) ?? 'well') !== disk.state) options.onChange(disk);
  };
  await look();
  const timer = setInterval(look, lookMs);
  return {
    get disks() {
      return disks;
    },
    stop: () => clearInterval(timer),
  };
}

type Marks = { readonly lowBytes: number; readonly fullBytes: number };

async function measure(name: string, directory: string, marks: Marks): Promise<WatchedDisk | undefined> {
  // What cannot be looked at is no reason to refuse anything: whoever writes there will say what is wrong.
  const found = await statfs(directory).catch(() => undefined);
  if (!found) return undefined;
  const freeBytes = found.bavail * found.bsize;
  return { name, freeBytes, state: stateOf(freeBytes, marks) };
}

export function stateOf(freeBytes: number, { lowBytes, fullBytes }: Marks): DiskState {
  if (freeBytes < fullBytes) return 'full';
  return freeBytes < lowBytes ? 'low' : 'well';
}
