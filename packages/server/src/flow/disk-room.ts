// What a disk that fills up means, so that the database never meets a full one: first artifacts wait at their workers, then logs do
// and nothing new is begun. Runs go on and end all the while, and what waited comes when there is room.
import { type Blocker, Refused } from '@signalbox/protocol';
import type { DiskState, DiskWatch, WatchedDisk } from '../base/index.ts';

export type DiskRoom = {
  /** The worst of all disks. */
  state(): DiskState;
  /** Whether new runs may be given out: only while their logs can be stored. */
  mayGive(): boolean;
  /** Room for an artifact that comes now; call what it returns when it is stored. @throws Refused disk-full */
  takeArtifact(sizeBytes: number): () => void;
  /** @throws Refused disk-full when logs would take the database what it needs to live */
  checkLog(): void;
  /** Whether the archive can take sealed logs. */
  maySeal(): boolean;
  /** What it keeps from running, in words. */
  blockers(): Blocker[];
};

export type DiskRoomOptions = {
  readonly disks: Pick<DiskWatch, 'disks'>;
  readonly lowBytes: number;
  /** Told of each refusal, for the metrics. */
  readonly onRefused: (what: 'artifact' | 'log') => void;
};

const order: readonly DiskState[] = ['well', 'low', 'full'];

export function createDiskRoom({ disks, lowBytes, onRefused }: DiskRoomOptions): DiskRoom {
  /** Announced by artifacts that are on their way: not on the disk yet, and promised already. */
  let comingBytes = 0;
  const disk = (name: 'archive' | 'database'): WatchedDisk | undefined => disks.disks.find((one) => one.name === name);
  const fullest = () => disks.disks.filter((one) => one.state === 'full');
  const refuse = (what: 'artifact' | 'log', where: WatchedDisk) => {
    onRefused(what);
    // Without figures: who hears it again and again says it once.
    return new Refused(
      'disk-full',
      `The server keeps the last of its ${where.name} disk free. Send the ${what} again.`,
      {
        freeBytes: where.freeBytes,
      },
    );
  };
  return {
    state: () => order[Math.max(0, ...disks.disks.map((one) => order.indexOf(one.state)))]!,
    mayGive: () => fullest().length === 0,
    takeArtifact(sizeBytes) {
      const archive = disk('archive');
      if (archive && archive.freeBytes - comingBytes - sizeBytes < lowBytes) throw refuse('artifact', archive);
      comingBytes += sizeBytes;
      return () => {
        comingBytes -= sizeBytes;
      };
    },
    checkLog() {
      // Logs go to the database first. When only the archive is full they stay there: nothing new begins, so they stay few.
      const database = disk('database');
      if (database?.state === 'full') throw refuse('log', database);
    },
    maySeal: () => disk('archive')?.state !== 'full',
    blockers: () =>
      fullest().map(({ name, freeBytes }) => ({
        kind: 'disk-full',
        outlook: 'someone-must-act',
        what: `The ${name} disk of the server has only ${Math.floor(freeBytes / 1_048_576)} MiB left: no new run is given out.`,
        since: null,
        who: null,
        cure: 'Make room there. What runs goes on; what it has to send waits at its worker.',
        jobId: null,
      })),
  };
}
