// What workers call: register, claim, renew, report, append logs, fetch what they need, finish. The hot paths of the server.
import type { Readable } from 'node:stream';
import { type LogChunk, Refused, type RenewAnswer, type RenewKnown, version } from '@signalbox/protocol';
import { checkPools } from '../../access/index.ts';
import { crashPoint, type Db, type Live, spreadWaitMs } from '../../base/index.ts';
import type { ClaimWork } from '../../flow/claim-work.ts';
import type { DiskRoom } from '../../flow/disk-room.ts';
import type { FinishRun } from '../../flow/finish-run.ts';
import type { Returning } from '../../flow/returning.ts';
import type { TakeUpRuns } from '../../flow/take-up.ts';
import { type QueueLimits, type Renew, type ReportSteps, registerWorker, signOffWorker } from '../../queue/index.ts';
import { type ArchiveStore, append, listDownloads, openDownload, type RecordLimits } from '../../record/index.ts';
import { goneSignal, type Handlers } from '../handler.ts';
import type { Watched } from '../live/watched.ts';
import { readBody } from '../read-body.ts';
import { sendFile } from '../send-file.ts';

type Ids =
  | 'register-worker'
  | 'sign-off-worker'
  | 'claim'
  | 'renew'
  | 'report-steps'
  | 'append-log'
  | 'list-downloads'
  | 'get-download'
  | 'finish';

export type WorkingParts = {
  readonly db: Db;
  readonly live: Live;
  readonly store: ArchiveStore;
  readonly queueLimits: QueueLimits;
  readonly recordLimits: RecordLimits;
  readonly claimWork: ClaimWork;
  readonly renew: Renew;
  readonly reportSteps: ReportSteps;
  readonly finishRun: FinishRun;
  readonly takeUp: TakeUpRuns;
  readonly returning: Returning;
  readonly disk: DiskRoom;
  readonly watched: Watched;
  /** Aborts when the doors begin to close: who waits is answered. */
  readonly closing: AbortSignal;
};

export function workingHandlers(parts: WorkingParts): Handlers<Ids> {
  const { db, live, store, queueLimits, recordLimits, disk, watched, closing } = parts;
  const { claimWork, renew, reportSteps, finishRun, takeUp, returning } = parts;
  const hintsFor = createHints(live, closing);
  return {
    async 'register-worker'({ body, caller }) {
      checkPools(caller, body.pools);
      const workerId = await registerWorker(db, body, caller.tokenId, queueLimits.leaseSeconds);
      crashPoint('worker-registered');
      live.hint('workers', `worker-changed:${workerId}`, ...body.pools.map((pool) => `ready:${pool}`));
      return { workerId, leaseSeconds: queueLimits.leaseSeconds, serverVersion: version };
    },
    async 'sign-off-worker'({ params, query, caller }) {
      await signOffWorker(db, { id: params.worker, tokenId: caller.tokenId, session: query.session ?? null });
      live.hint('workers', `worker-changed:${params.worker}`);
      return {};
    },
    claim({ params, body, caller, reply }) {
      return claimWork({
        claimId: body.claimId,
        workerId: params.worker,
        tokenId: caller.tokenId,
        waitSeconds: body.waitSeconds,
        signal: goneSignal(reply),
      });
    },
    async renew({ params, body, caller, reply }) {
      const worker = { id: params.worker, tokenId: caller.tokenId };
      const runIds = body.held.map((hold) => hold.runId);
      const look = async () => {
        const renewed = await renew(worker, body.held);
        if (runIds.length > 0) crashPoint('lease-renewed');
        const gone = body.held.filter((hold) => renewed.lost.includes(hold.runId));
        const again = await takeUp.these(gone, worker.id);
        returning.heard(worker.id);
        const lost = renewed.lost.filter((runId) => !again.includes(runId));
        return { lost, cancelled: renewed.cancelled, watched: watched.among(runIds) };
      };
      // Heard from before the look on: a hint between look and wait must not be missed.
      const hint = hintsFor(`worker:${worker.id}`);
      try {
        const first = await look();
        if (isNews(first, body.known) || body.waitSeconds === 0) return first;
        const woken = await hint.comesWithin(body.waitSeconds, goneSignal(reply));
        return woken ? await look() : first;
      } finally {
        hint.stop();
      }
    },
    async 'report-steps'({ params, body }) {
      const hold = { runId: params.run, claimId: body.claimId };
      live.hint(...(await takeUp.orAgain(hold, () => reportSteps(hold, body.sequence, body.steps))));
      crashPoint('steps-reported');
      return { watched: watched.has(params.run) };
    },
    async 'append-log'({ params, headers, body }) {
      disk.checkLog();
      const chunks = parseChunks(headers['x-log-chunks']);
      const bytes = await readBody(body as Readable, recordLimits.appendBytes, 'The log chunks of one call');
      const hold = { runId: params.run, claimId: headers['x-claim-id'] };
      await takeUp.orAgain(hold, () => append(db, hold, chunks, bytes, recordLimits));
      crashPoint('log-appended');
      live.hint(`run:${params.run}`);
      return { watched: watched.has(params.run) };
    },
    'list-downloads'({ params, headers }) {
      const hold = { runId: params.run, claimId: headers['x-claim-id'] };
      return takeUp.orAgain(hold, () => listDownloads(db, hold));
    },
    async 'get-download'({ params, headers, reply, request }) {
      const hold = { runId: params.run, claimId: headers['x-claim-id'] };
      const { link: _, ...file } = await takeUp.orAgain(hold, () =>
        openDownload(db, store, hold, params.from, params['*']),
      );
      // Never by an address of its own: a worker may not reach the store.
      return sendFile(request, reply, file);
    },
    finish({ params, body }) {
      const hold = { runId: params.run, claimId: body.claimId };
      return takeUp.orAgain(hold, () => finishRun(hold, body));
    },
  };
}

/** Whether there is more to say than the worker says it has heard; what is lost it always hears at once. */
function isNews(answer: RenewAnswer, known: RenewKnown = { cancelled: [], watched: [] }): boolean {
  const same = (some: readonly number[], others: readonly number[]) =>
    some.length === others.length && some.every((each) => others.includes(each));
  const cancelled = answer.cancelled.map((run) => run.runId);
  return (
    answer.lost.length > 0 ||
    !cancelled.every((id) => known.cancelled.includes(id)) ||
    !same(answer.watched, known.watched)
  );
}

/** The header comes from outside: its shape is checked here, its meaning in the room. */
function parseChunks(header: string): LogChunk[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(header);
  } catch (cause) {
    throw new Refused('bad-request', `The header x-log-chunks is not JSON: ${(cause as Error).message}`);
  }
  const keys = ['step', 'offset', 'sizeBytes', 'lines', 'memberBytes'] as const;
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (
    !Array.isArray(parsed) ||
    parsed.length === 0 ||
    !parsed.every((chunk) => keys.every((key) => isCount(chunk?.[key])))
  ) {
    throw new Refused(
      'bad-request',
      `The header x-log-chunks must be a list of objects with whole numbers ${keys.join(', ')}.`,
    );
  }
  return parsed as LogChunk[];
}

/**
 * Listens for a topic from now on; `comesWithin` says whether a hint has come, or comes before the time is over. Thousands wait at
 * once: the one signal for all of them has one listener, for each that it has makes adding the next one slower.
 */
function createHints(live: Live, closing: AbortSignal) {
  const waiting = new Set<() => void>();
  const endAll = () => {
    for (const end of [...waiting]) end();
  };
  closing.addEventListener('abort', endAll, { once: true });
  return (topic: string) => {
    let came = false;
    let wake: (() => void) | undefined;
    const stop = live.watch(topic, () => {
      came = true;
      wake?.();
    });
    const comesWithin = (seconds: number, gone: AbortSignal) =>
      new Promise<boolean>((resolve) => {
        const end = () => {
          clearTimeout(timer);
          waiting.delete(end);
          gone.removeEventListener('abort', end);
          resolve(came);
        };
        const isOver = came || gone.aborted || closing.aborted;
        const timer = setTimeout(end, isOver ? 0 : spreadWaitMs(seconds));
        wake = end;
        waiting.add(end);
        gone.addEventListener('abort', end);
      });
    return { stop, comesWithin };
  };
}
