// What a run printed: its text by bytes or by lines, what is searched for in it, and the whole of it as a file.
import { Refused } from '@signalbox/protocol';
import type { FastifyReply } from 'fastify';
import type { Db } from '../../base/index.ts';
import {
  type ArchiveStore,
  type FoundLines,
  type LineRange,
  type LogPart,
  openSealedLog,
  type RecordLimits,
  readLines,
  readLog,
  type SearchPlace,
  searchLog,
} from '../../record/index.ts';
import { goneSignal, type Handlers } from '../handler.ts';
import { sendFile } from '../send-file.ts';

export type ReadingParts = {
  readonly db: Db;
  readonly store: ArchiveStore;
  readonly recordLimits: RecordLimits;
};

export function readingHandlers(parts: ReadingParts): Handlers<'read-log' | 'search-log' | 'download-log'> {
  const { db, store, recordLimits } = parts;
  let searches = 0;
  return {
    async 'read-log'({ params, query, reply }) {
      const { from, tail, lines, tailLines, limit = recordLimits.readBytes } = query;
      const ways = Object.entries({ from, tail, lines, tailLines }).filter(([, value]) => value !== undefined);
      if (ways.length > 1) {
        throw new Refused('bad-request', `${ways.map(([name]) => name).join(' and ')} exclude each other: give one.`);
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
      return sendText(reply, part);
    },
    async 'search-log'({ params, query, reply }) {
      if (searches >= recordLimits.searches) {
        throw new Refused('too-many', `${searches} searches in logs are under way here. Try again in a moment.`);
      }
      searches++;
      try {
        const search = {
          pattern: { text: query.text, isExpression: query.regex ?? false, ignoreCase: query.ignoreCase ?? false },
          step: query.step,
          from: query.cursor === undefined ? undefined : placeOf(query.cursor),
          limit: query.limit ?? 100,
        };
        return answerOf(await searchLog(db, store, params.run, search, recordLimits, goneSignal(reply)));
      } finally {
        searches--;
      }
    },
    async 'download-log'({ params, reply, request }) {
      return sendFile(request, reply, await openSealedLog(db, store, params.run));
    },
  };
}

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

function answerOf({ hits, more, searchedBytes, cutLines }: FoundLines) {
  return {
    hits: hits.map(({ step, at, cut: { text, from, to, isWhole }, textByte }) => {
      return { step, line: at.line, startByte: at.byte, text, textByte, from, to, whole: isWhole };
    }),
    more: more && `${more.step}.${more.line}.${more.byte}`,
    searchedBytes,
    cutLines,
  };
}

/** @throws Refused bad-request */
function placeOf(cursor: string): SearchPlace {
  const [, step, line, byte] = /^(\d{1,9})\.([1-9]\d{0,14})\.(\d{1,15})$/.exec(cursor) ?? [];
  if (byte === undefined)
    throw new Refused('bad-request', `"${cursor}" is no cursor: give back \`more\` of the answer before.`);
  return { step: Number(step), line: Number(line), byte: Number(byte) };
}
