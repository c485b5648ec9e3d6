// Stores one artifact of a run: streamed beside while its digest is made, named when it is what was announced, a row when it is durable.
import { crashPoint, type Db } from '../base/index.ts';
import type { RunHold } from './append.ts';
import { checkArtifactPath } from './artifact-path.ts';
import type { RecordLimits } from './limits.ts';
import { digestMismatch, enter, explainStoring, findPlace, leave, tooLarge } from './place-artifact.ts';
import type { ArchiveStore, Written } from './store.ts';

/**
 * `results`: it is to be read as test results in this format, or `auto`. The same bytes may come twice. Other bytes under the same path, by the same claim, take its place.
 * @throws Refused run-not-found, claim-lost, bad-request, digest-mismatch, too-large, name-taken, disk-full
 */
export async function putArtifact(
  db: Db,
  store: ArchiveStore,
  hold: RunHold,
  path: string,
  sha256: string,
  body: AsyncIterable<Uint8Array>,
  limits: RecordLimits,
  results?: string,
): Promise<void> {
  checkArtifactPath(path, limits.artifactPathBytes);
  const place = await findPlace(db, hold, path, sha256, limits);
  const written = await write(store, place.archivePath, path, limited(body, path, limits.artifactBytes), sha256);
  crashPoint('artifact-file-written');
  if (!(await enter(db, hold, path, place, written, results))) throw await leave(db, store, hold, path, place);
  crashPoint('artifact-entered');
  if (place.before && place.before.archivePath !== place.archivePath) await store.remove(place.before.archivePath);
}

async function write(
  store: ArchiveStore,
  archivePath: string,
  path: string,
  body: AsyncIterable<Uint8Array>,
  sha256: string,
): Promise<Written> {
  try {
    return await store.put(archivePath, body, (written) => {
      if (written.sha256 !== sha256) throw digestMismatch(path, written, sha256);
    });
  } catch (cause) {
    throw explainStoring(cause, path);
  }
}

async function* limited(body: AsyncIterable<Uint8Array>, path: string, most: number): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const part of body) {
    sizeBytes += part.byteLength;
    if (sizeBytes > most) throw tooLarge(path, most);
    yield part;
  }
}
