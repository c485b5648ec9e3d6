// Takes large artifacts in pieces: what came before a connection was cut stays, and the sender goes on from there. A file gets
// its place in the archive when all of it is there and is what was announced; until then nobody sees it.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Refused } from '@signalbox/protocol';
import { crashPoint, type Db } from '../base/index.ts';
import type { RunHold } from './append.ts';
import { checkArtifactPath } from './artifact-path.ts';
import type { RecordLimits } from './limits.ts';
import { digestMismatch, enter, explainStoring, findPlace, leave, tooLarge } from './place-artifact.ts';
import type { ArchiveStore } from './store.ts';
import { createTurns } from './turns.ts';
import { openUploadSpool, type UploadSpool } from './upload-spool.ts';

/** What it is; the same for all pieces of one upload. */
export type Upload = { readonly hold: RunHold; readonly path: string; readonly sha256: string };
export type Piece = {
  readonly sizeBytes: number;
  /** Where in the file `body` begins: right behind what is there. */
  readonly offsetBytes: number;
  readonly body: AsyncIterable<Uint8Array>;
  readonly results: string | undefined;
};
export type UploadState = { readonly offsetBytes: number; readonly isStored: boolean };
export type Uploads = {
  /** How much of it is there. @throws Refused run-not-found, claim-lost, bad-request, too-large */
  look(upload: Upload): Promise<UploadState>;
  /** @throws Refused as `putArtifact`, and wrong-offset, too-many, not-ready when the body breaks off */
  append(upload: Upload, piece: Piece & { readonly body: Readable }): Promise<UploadState>;
  /** Removes what was begun before that time and never finished; answers how many. */
  sweep(before: Date): Promise<number>;
};

/** `directory`: for what is not whole, where the store has no place of its own for it. */
export async function createUploads(
  db: Db,
  store: ArchiveStore,
  directory: string,
  limits: RecordLimits,
): Promise<Uploads> {
  const spool = await openUploadSpool(store.drafts?.directory ?? directory);
  // A connection that was cut is often still open at this end. Whoever comes for the same upload takes it over.
  const turns = createTurns();
  return {
    async look(upload) {
      checkArtifactPath(upload.path, limits.artifactPathBytes);
      const name = nameOf(upload);
      return turns.alone(
        name,
        () => undefined,
        async () => {
          const { before } = await findPlace(db, upload.hold, upload.path, upload.sha256, limits);
          return { offsetBytes: await spool.sizeOf(name), isStored: before?.sha256 === upload.sha256 };
        },
      );
    },
    async append(upload, piece) {
      checkArtifactPath(upload.path, limits.artifactPathBytes);
      if (piece.sizeBytes > limits.artifactBytes) throw tooLarge(upload.path, limits.artifactBytes);
      const body = stoppable(piece.body, upload.path);
      return turns.alone(nameOf(upload), body.stop, () =>
        take(db, store, spool, upload, { ...piece, body: body.parts }, limits),
      );
    },
    sweep: (before) => spool.sweep(before),
  };
}

async function take(
  db: Db,
  store: ArchiveStore,
  spool: UploadSpool,
  upload: Upload,
  piece: Piece,
  limits: RecordLimits,
): Promise<UploadState> {
  const { hold, path, sha256 } = upload;
  const { sizeBytes, offsetBytes } = piece;
  const name = nameOf(upload);
  const place = await findPlace(db, hold, path, sha256, limits);
  if (place.before?.sha256 === sha256) {
    // It may have come whole to another server, or by another call.
    await spool.remove(name);
    return { offsetBytes: sizeBytes, isStored: true };
  }
  const there = await spool.sizeOf(name);
  if (there !== offsetBytes) throw wrongOffset(path, there, offsetBytes);
  if (there === 0) await checkCount(spool, hold, limits);
  try {
    const come = await spool.append(name, offsetBytes, upTo(sizeBytes - offsetBytes, piece.body, path));
    crashPoint('upload-appended');
    if (come.breaksOff instanceof Refused) throw come.breaksOff;
    if (come.breaksOff) throw brokeOff(path, come.sizeBytes, come.breaksOff);
    if (come.sizeBytes < sizeBytes) return { offsetBytes: come.sizeBytes, isStored: false };
    if (come.sha256 !== sha256) throw digestMismatch(path, come, sha256);
    if (store.drafts) await store.drafts.take(spool.fileOf(name), place.archivePath);
    else await putAgain(store, spool.read(name), place.archivePath, upload);
    crashPoint('artifact-file-written');
    if (!(await enter(db, hold, path, place, come, piece.results))) throw await leave(db, store, hold, path, place);
    crashPoint('artifact-entered');
    if (place.before) await store.remove(place.before.archivePath);
    await spool.remove(name);
    return { offsetBytes: sizeBytes, isStored: true };
  } catch (cause) {
    // Going on from here would end the same.
    if (cause instanceof Refused && cause.code !== 'not-ready') await spool.remove(name);
    throw explainStoring(cause, path);
  }
}

/** What lay here for hours is looked at once more while it goes to a place elsewhere. */
async function putAgain(store: ArchiveStore, body: Readable, archivePath: string, upload: Upload): Promise<void> {
  await store.put(archivePath, body, (written) => {
    if (written.sha256 !== upload.sha256) throw digestMismatch(upload.path, written, upload.sha256);
  });
}

/** Ids alone: where it lies nobody can choose. The run comes first, so that those of one run can be counted. */
function nameOf({ hold, path, sha256 }: Upload): string {
  const what = createHash('sha256').update(`${hold.claimId}\n${path}\n${sha256}`).digest('hex');
  return `${beginOf(hold)}${what}`;
}

const beginOf = ({ runId }: RunHold) => `upload-${runId}-`;

async function checkCount(spool: UploadSpool, hold: RunHold, { uploads }: RecordLimits): Promise<void> {
  if ((await spool.count(beginOf(hold))) < uploads) return;
  throw new Refused(
    'too-many',
    `Run ${hold.runId} has begun ${uploads} uploads that are not finished. Finish one of them first.`,
  );
}

function wrongOffset(path: string, there: number, asked: number): Refused {
  return new Refused(
    'wrong-offset',
    `Of artifact ${JSON.stringify(path)} ${there} bytes are here, and this piece begins at ${asked}. Go on from byte ${there}.`,
    { offsetBytes: there },
  );
}

function brokeOff(path: string, sizeBytes: number, cause: unknown): Refused {
  const refused = new Refused(
    'not-ready',
    `Artifact ${JSON.stringify(path)} broke off at byte ${sizeBytes}. Ask how much is here, and go on from there.`,
  );
  refused.cause = cause;
  return refused;
}

async function* upTo(
  most: number,
  body: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array, undefined> {
  let left = most;
  for await (const part of body) {
    left -= part.byteLength;
    if (left < 0)
      throw new Refused('bad-request', `More bytes came of artifact ${JSON.stringify(path)} than were announced.`);
    yield part;
  }
  return undefined;
}

/** A body that another call can end, and whose sender still hears why: its connection stays, unlike with `destroy`. */
function stoppable(body: Readable, path: string) {
  let stopped: Refused | undefined;
  let wake: (error: Refused) => void = () => undefined;
  const parts = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array, undefined>;
  const next = () =>
    new Promise<IteratorResult<Uint8Array, undefined>>((resolve, reject) => {
      if (stopped) return reject(stopped);
      wake = reject;
      parts.next().then(resolve, reject);
    });
  return {
    parts: { [Symbol.asyncIterator]: () => ({ next }) },
    stop(): void {
      const text = `Another call goes on with artifact ${JSON.stringify(path)}. Ask how much is here.`;
      stopped = new Refused('not-ready', text);
      wake(stopped);
    },
  };
}
