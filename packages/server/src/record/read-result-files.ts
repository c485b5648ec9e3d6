// Reads the files of results that wait, one after the other: out of the archive, in small slices, into rows. Repeating it changes nothing.
import { crashPoint, type Db } from '../base/index.ts';
import { keepResults } from './keep-results.ts';
import type { RecordLimits } from './limits.ts';
import { giveUpResultFile, putBackResultFile, type TakenFile, takeResultFile } from './result-files.ts';
import { findFormat } from './results/find-format.ts';
import { inSlices } from './results/in-slices.ts';
import { readResults } from './results/read-results.ts';
import { resultDefaults } from './results/result-limits.ts';
import type { ArchiveStore } from './store.ts';

/** @throws what kept a file from being read, after it was put back: the others had their turn */
export async function readResultFiles(
  db: Db,
  store: ArchiveStore,
  limits: RecordLimits,
  onRead: (runId: number) => void,
  isStopped: () => boolean,
): Promise<void> {
  let failure: unknown;
  while (!isStopped()) {
    const file = await takeResultFile(db, limits);
    if (!file) break;
    crashPoint('result-file-taken');
    try {
      await readOne(db, store, file, limits);
      crashPoint('results-kept');
    } catch (error) {
      failure = error;
      await putBackResultFile(db, file);
    }
    onRead(file.runId);
  }
  if (failure !== undefined) throw failure;
}

async function readOne(db: Db, store: ArchiveStore, file: TakenFile, limits: RecordLimits): Promise<void> {
  // A file that ends the process never comes to a catch: counting who begins is what ends that.
  if (file.tries > limits.resultTries)
    return giveUpResultFile(db, file, `Reading it was tried ${limits.resultTries} times and never came to an end.`);
  const stored = file.archivePath === null ? undefined : await store.find(file.archivePath);
  if (!stored) return giveUpResultFile(db, file, 'It is not in the archive any more.');
  const head = stored.sizeBytes === 0 ? '' : await headOf(store, file.archivePath!, stored.sizeBytes);
  const format = findFormat(file.asked, file.path, head);
  if (!format) {
    const why =
      'Neither its name nor its beginning says which format it has. Say `format:` beside `files:` in `results:`.';
    return giveUpResultFile(db, file, why);
  }
  const isCut = stored.sizeBytes > limits.resultBytes;
  const bytes = isCut ? stored.read({ start: 0, end: limits.resultBytes - 1 }) : stored.read();
  const results = await readResults(format, stored.sizeBytes === 0 ? [] : inSlices(bytes), {
    ...resultDefaults,
    entries: limits.resultEntries,
  });
  const notes = isCut
    ? [
        {
          line: 0,
          text: `Only its first ${limits.resultBytes} of ${stored.sizeBytes} bytes were read: it is larger than allowed.`,
        },
      ]
    : [];
  await keepResults(db, file, format, { ...results, notes: [...notes, ...results.notes] });
}

async function headOf(store: ArchiveStore, path: string, sizeBytes: number): Promise<string> {
  return (await store.read(path, { from: 0, to: Math.min(sizeBytes, 2000) })).toString('utf8');
}
