// One directory of the archive as data: names, sizes, times, and where a row knows them, digests and how long files stay.
import type { Keeping } from '@signalbox/protocol';
import type { Queryable } from '../base/index.ts';
import { descriptionsOf } from './describe-archive.ts';
import { keepingOfPlaces } from './keeping.ts';
import { type RecordLimits, recordDefaults } from './limits.ts';
import { digestsOf } from './open-files.ts';
import type { ArchiveEntry, ArchiveStore } from './store.ts';

export type ArchiveListing = {
  /** Without a slash at either end; '' is the top. */
  readonly directory: string;
  readonly entries: readonly (ArchiveEntry & {
    readonly sha256: string | null;
    readonly keeping: Pick<Keeping, 'state' | 'until'> | null;
  })[];
  /** Names of what can be had of this directory beside its entries, made when it is asked for: its digests and its manifest. */
  readonly descriptions: readonly string[];
  /** There are more than are shown. */
  readonly isCut: boolean;
};

/**
 * A slash at the end of `directory` is passed over. undefined for what is no directory.
 * @throws Refused not-found for every path that tries to leave the archive
 */
export async function listArchive(
  db: Queryable,
  store: ArchiveStore,
  directory: string,
  limits: RecordLimits = recordDefaults,
): Promise<ArchiveListing | undefined> {
  const place = directory.replace(/\/$/, '');
  const entries = await store.list(place, limits.listEntries + 1);
  if (!entries) return undefined;
  const shown = entries.slice(0, limits.listEntries);
  const within = (name: string) => (place === '' ? name : `${place}/${name}`);
  const files = shown.filter(({ kind }) => kind === 'file').map(({ name }) => within(name));
  const digests = files.length > 0 ? await digestsOf(db, files) : new Map<string, string>();
  const keeping = files.length > 0 ? await keepingOfPlaces(db, files, limits.historySeconds) : new Map();
  return {
    directory: place,
    entries: shown.map((entry) => ({
      ...entry,
      sha256: digests.get(within(entry.name)) ?? null,
      keeping: keeping.get(within(entry.name)) ?? null,
    })),
    descriptions: await descriptionsOf(db, store, place),
    isCut: entries.length > shown.length,
  };
}
