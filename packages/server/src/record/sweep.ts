// Removes files that were begun and never finished: a server died, or a worker went away in the middle of an artifact.
import { type RecordLimits, recordDefaults } from './limits.ts';
import type { ArchiveStore } from './store.ts';
import type { Uploads } from './uploads.ts';

/** Answers how many. */
export async function sweepArchive(
  store: ArchiveStore,
  uploads: Pick<Uploads, 'sweep'>,
  now: Date = new Date(),
  limits: RecordLimits = recordDefaults,
): Promise<number> {
  const before = new Date(now.getTime() - limits.unfinishedSeconds * 1000);
  return (await store.sweep(before)) + (await uploads.sweep(before));
}
