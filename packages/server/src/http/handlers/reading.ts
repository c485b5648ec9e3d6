// What a run printed: its text by bytes or by lines, what is searched for in it, and the whole of it as a file.
import { Refused, routes, timesText } from '@signalbox/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Doorkeeper, Knock } from '../../access/index.ts';
import type { Db } from '../../base/index.ts';
import {
  type ArchiveStore,
  type LineRange,
  type LogPart,
  openSealedLog,
  openStepLog,
  type RecordLimits,
  readLines,
  readLog,
  type StepLogFiles,
  searchLog,
} from '../../record/index.ts';
import { goneSignal, type Handlers } from '../handler.ts';
import { followLog, lastEventId } from '../live/follow-log.ts';
import type { FollowLimits } from '../live/log-reader.ts';
import type { LogTaps } from '../live/log-taps.ts';
import { searchPlaces } from '../search-places.ts';
import { sendFile } from '../send-file.ts';
import { answerOf, searchOf } from './searching.ts';

export type ReadingParts = {
  readonly db: Db;
  readonly store: ArchiveStore;
  readonly recordLimits: RecordLimits;
  readonly doorkeeper: Doorkeeper;
  readonly taps: LogTaps;
  readonly followLimits: FollowLimits;
};

export function readingHandlers(
  parts: ReadingParts,
): Handlers<'read-log' | 'follow-log' | 'search-log' | 'download-log'> {
  const { db, store, recordLimits, doorkeeper, taps, followLimits } = parts;
  const places = searchPlaces(recordLimits);
  return {
    async 'read-log'({ params, query, reply, request }) {
      const { from, tail, lines, tailLines, limit = recordLimits.readBytes } = query;
      const ways = Object.entries({ from, tail, lines, tailLines }).filter(([, value]) => value !== undefined);
      if (ways.length > 1) {
        throw new Refused('bad-request', `${ways.map(([name]) => name).join(' and ')} exclude each other: give one.`);
      }
      if (ways.length === 0 && query.limit === undefined) {
        return sendWhole(request, reply, await openStepLog(db, store, params.run, params.step));
      }
      const wanted = linesOf(lines, tailLines);
      if (!wanted) {
        const range = { from: from ?? 0, limit, ...(tail !== undefined && { tail }) };
        return sendText(reply, await readLog(db, store, params.run, params.step, range));
      }
      const part = await readLines(db, store, params.run, params.step, wanted, limit);
      reply
        .header('x-log-first-line', String(part.firstLine))
        .header('x-log-last-line', String(part.lastLine))
        .header('x-log-lines', String(part.lines))
        .header('x-log-end', String(part.end));
      const times = timesText(part.times, timesHeaderCharacters);
      if (times !== undefined) reply.header('x-log-times', times);
      if (part.state !== undefined) reply.header('x-log-state', encodeURIComponent(part.state));
      return sendText(reply, part);
    },
    async 'follow-log'({ params, query, reply, request }) {
      const size = await taps.look(params.run, params.step);
      const from =
        lastEventId(request) ?? query.from ?? (query.tail === undefined ? 0 : Math.max(0, size - query.tail));
      const mayStill = () => doorkeeper.admit(knockOf(request)).then(() => true, notWhenRefused);
      return followLog(request, reply, taps, { runId: params.run, step: params.step, from }, followLimits, mayStill);
    },
    async 'search-log'({ params, query, reply, caller }) {
      const search = searchOf(query);
      const gone = goneSignal(reply);
      const end = await places.take(caller, gone);
      try {
        return answerOf(await searchLog(db, store, params.run, search, recordLimits, gone));
      } finally {
        end();
      }
    },
    async 'download-log'({ params, reply, request }) {
      return sendFile(request, reply, await openSealedLog(db, store, params.run));
    },
  };
}

/** A proxy takes 4 KB of headers in all, if nobody told it otherwise (nginx). */
const timesHeaderCharacters = 2000;

const knockOf = (request: FastifyRequest): Knock => {
  return {
    method: 'GET',
    headers: request.headers,
    peerAddress: request.socket.remoteAddress,
    scope: routes['follow-log'][2],
  };
};

/** A database that is away takes nobody's right. */
const notWhenRefused = (error: unknown): boolean => !(error instanceof Refused);

/**
 * As its members only to who takes them as a file. As a content coding they would be the log's first lines and no more to
 * browsers, curl and wget, which end at the end of the first member, most of them in silence.
 */
function sendWhole(request: FastifyRequest, reply: FastifyReply, files: StepLogFiles): Promise<FastifyReply> {
  const { text, members } = files;
  const file = members && wantsGzip(request.headers.accept) ? members : text;
  reply
    .header('vary', 'accept')
    .header('cache-control', file.sha256 ? 'private, no-cache' : 'no-store')
    .header('x-log-size', String(text.sizeBytes))
    .header('x-log-next', String(text.sizeBytes));
  return sendFile(request, reply, file);
}

const wantsGzip = (accept: string | undefined): boolean => /(^|,)\s*application\/gzip\s*(;|,|$)/i.test(accept ?? '');

function sendText(reply: FastifyReply, part: LogPart): FastifyReply {
  return reply
    .header('content-type', 'text/plain; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-log-from', String(part.from))
    .header('x-log-next', String(part.next))
    .header('x-log-size', String(part.size))
    .send(part.bytes);
}

/** @throws Refused bad-request */
function linesOf(lines: string | undefined, tailLines: number | undefined): LineRange | undefined {
  if (tailLines !== undefined) return { kind: 'last', count: tailLines };
  if (lines === undefined) return undefined;
  const [first = 1, last = first] = lines.split('-').map(Number);
  if (first <= last) return { kind: 'between', first, last };
  throw new Refused('bad-request', `lines=${lines} ends before it begins: the smaller number comes first.`);
}
