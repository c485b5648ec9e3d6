// Removes files that were begun and never finished: a server died, or a worker went away in the middle of an artifact.
import { type RecordLimits, recordDefaults } from './limits.ts';
import type { ArchiveStore } from './store.ts';

/** Answers how many. */
export function sweepArchive(
  store: ArchiveStore,
  now: Date = new Date(),
  limits: RecordLimits = recordDefaults,
): Promise<number> {
  return store.sweep(new Date(now.getTime() - limits.unfinishedSeconds * 1000));
}
