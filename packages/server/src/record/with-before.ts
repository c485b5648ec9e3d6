// An archive that has moved: what is new goes to its place now, and what still lies where it was before is read and removed there.
import type { ArchiveEntry, ArchiveStore } from './store.ts';

/** Who copies the files from there to here may do so while it runs: the file here counts. */
export function withBefore(now: ArchiveStore, before: ArchiveStore): ArchiveStore {
  return {
    put: now.put,
    async read(path, range) {
      const holder = (await before.find(path)) && !(await now.find(path)) ? before : now;
      return holder.read(path, range);
    },
    find: async (path) => (await now.find(path)) ?? before.find(path),
    async list(directory, limit) {
      const [here, there] = await Promise.all([now.list(directory, limit), before.list(directory, limit)]);
      if (!here || !there) return here ?? there;
      return merged(here, there).slice(0, limit);
    },
    async remove(path) {
      await before.remove(path);
      await now.remove(path);
    },
    sweep: async (time) => (await before.sweep(time)) + (await now.sweep(time)),
  };
}

function merged(here: readonly ArchiveEntry[], there: readonly ArchiveEntry[]): ArchiveEntry[] {
  const keyOf = ({ kind, name }: ArchiveEntry) => `${kind === 'directory' ? 0 : 1}${name}`;
  const all = new Map([...there, ...here].map((entry) => [keyOf(entry), entry]));
  return [...all].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
}
