// What workers call to leave files behind: an artifact whole, or in pieces that go on where they were cut.
import type { Readable } from 'node:stream';
import { Refused } from '@signalbox/protocol';
import type { Db, Live } from '../../base/index.ts';
import type { DiskRoom } from '../../flow/disk-room.ts';
import type { TakeUpRuns } from '../../flow/take-up.ts';
import { type ArchiveStore, putArtifact, type RecordLimits, type RunHold, type Uploads } from '../../record/index.ts';
import type { Handlers } from '../handler.ts';
import { keptOpen } from '../read-body.ts';

type Ids = 'put-artifact' | 'get-upload' | 'append-upload';

export type UploadingParts = {
  readonly db: Db;
  readonly live: Live;
  readonly store: ArchiveStore;
  readonly uploads: Uploads;
  readonly recordLimits: RecordLimits;
  readonly takeUp: TakeUpRuns;
  readonly disk: DiskRoom;
};

export function uploadingHandlers(parts: UploadingParts): Handlers<Ids> {
  const { db, live, store, uploads, recordLimits, takeUp, disk } = parts;
  /** Takes a body once: what was read of it before the run was taken up again is gone. */
  const taking = async <Answer>(
    hold: RunHold,
    body: Readable,
    announced: string | undefined,
    work: () => Promise<Answer>,
  ) => {
    const isStored = disk.takeArtifact(Number(announced ?? 0));
    try {
      return await takeUp.orAgain(hold, () => {
        if (body.readableDidRead)
          throw new Refused('not-ready', `Run ${hold.runId} was lost while its artifact came. Send it again.`);
        return work();
      });
    } finally {
      isStored();
    }
  };
  return {
    async 'put-artifact'({ params, headers, body, request }) {
      const hold = { runId: params.run, claimId: headers['x-claim-id'] };
      const bytes = body as Readable;
      const { 'x-sha256': sha256, 'x-results': results } = headers;
      await taking(hold, bytes, request.headers['content-length'], () =>
        putArtifact(db, store, hold, params['*'], sha256, keptOpen(bytes), recordLimits, results),
      );
      live.hint(`run:${params.run}`);
      return {};
    },
    'get-upload'({ params, headers }) {
      const hold = { runId: params.run, claimId: headers['x-claim-id'] };
      return takeUp.orAgain(hold, () => uploads.look({ hold, path: params['*'], sha256: headers['x-sha256'] }));
    },
    async 'append-upload'({ params, headers, body, request }) {
      const hold = { runId: params.run, claimId: headers['x-claim-id'] };
      const upload = { hold, path: params['*'], sha256: headers['x-sha256'] };
      const piece = {
        sizeBytes: headers['upload-length'],
        offsetBytes: headers['upload-offset'],
        body: body as Readable,
        results: headers['x-results'],
      };
      const state = await taking(hold, piece.body, request.headers['content-length'], () =>
        uploads.append(upload, piece),
      );
      if (state.isStored) live.hint(`run:${params.run}`);
      return state;
    },
  };
}
