// Answers who follows a log with a stream of events, from the offset that they have on.
import { Refused } from '@signalbox/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createReader, type FollowLimits } from './log-reader.ts';
import type { LogTaps } from './log-taps.ts';

export type Followed = { readonly runId: number; readonly step: number; readonly from: number };

/** @throws Refused too-many */
export function followLog(
  request: FastifyRequest,
  reply: FastifyReply,
  taps: LogTaps,
  { runId, step, from }: Followed,
  limits: FollowLimits,
  mayStill: () => Promise<boolean>,
): FastifyReply {
  if (taps.readers >= limits.followers) {
    throw new Refused(
      'too-many',
      `${taps.readers} readers follow logs at this server. Try again, or at another server.`,
    );
  }
  const headers = reply.getHeaders() as Record<string, string>;
  reply.hijack();
  const out = reply.raw;
  // Each event is one write to the socket, not three: the stream ends with its connection.
  out.useChunkedEncodingByDefault = false;
  out.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  if (request.method === 'HEAD') {
    out.end();
    return reply;
  }
  out.write('retry: 1000\n\n');
  const reader = createReader(out, from, mayStill, limits);
  out.once('close', () => taps.leave(runId, step, reader));
  taps.join(runId, step, reader);
  return reply;
}

/** `Last-Event-ID`, as a browser sends it when it comes again; undefined where there is none that we gave. */
export function lastEventId(request: FastifyRequest): number | undefined {
  const said = String(request.headers['last-event-id'] ?? '');
  return /^\d{1,15}$/.test(said) ? Number(said) : undefined;
}
