// Sends a large file so that a cut costs only what was on its way: the server is asked how much it has, and gets the rest.
import { createReadStream } from 'node:fs';
import { Refused } from '@signalbox/protocol/browser';
import { lightFetch } from '../light-fetch.ts';
import { mayPass, type ServerLink } from '../server-link.ts';

export type Rest = {
  readonly link: ServerLink;
  readonly runId: number;
  readonly path: string;
  readonly headers: { 'x-claim-id': string; 'x-sha256': string; 'x-results'?: string };
  /** Where it lies on this machine. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly signal: AbortSignal;
  readonly onFailure: (error: unknown) => void;
  /** More of it has arrived than ever before. */
  readonly onProgress: () => void;
};

/** False: this server takes files only whole. @throws Refused, what `onFailure` throws, the signal's reason */
export async function sendRest(rest: Rest): Promise<boolean> {
  const { link, runId, path, headers, sizeBytes, signal, onFailure, onProgress } = rest;
  const params = { run: runId, '*': path };
  const { 'x-results': _unasked, ...asking } = headers;
  let most = 0;
  for (let failures = 0; ; ) {
    try {
      const until = { signal, onFailure };
      const { offsetBytes, isStored } = await link.untilAnswered('get-upload', { params, headers: asking }, until);
      if (isStored) return true;
      if (offsetBytes > most) {
        most = offsetBytes;
        failures = 0;
        onProgress();
      }
      const place = { 'upload-offset': offsetBytes, 'upload-length': sizeBytes };
      const answer = await link.once(
        'append-upload',
        { params, headers: { ...headers, ...place } as never, body: new Uint8Array() },
        {
          signal,
          // At the pace of the network, and what has come may go on to a place elsewhere: all of it at 1 MB/s at least.
          waitSeconds: sizeBytes / 1_048_576,
          fetch: (url, init) => fetchFrom(rest.file, offsetBytes, sizeBytes, url, init),
        },
      );
      if (answer.isStored) return true;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Refused && error.code === 'not-found') return false;
      if (!mayPass(error) && !(error instanceof Refused && error.code === 'wrong-offset')) throw error;
      failures += 1;
      onFailure(error);
      await link.pauseAfter(error, failures, signal);
    }
  }
}

/** The contract's client knows bodies in memory only: the file goes in place of an empty one. */
export async function fetchFrom(
  file: string,
  from: number,
  size: number,
  ...[url, init]: Parameters<typeof fetch>
): Promise<Response> {
  const headers = { ...(init?.headers as Record<string, string>), 'content-length': String(size - from) };
  if (size === from) return await lightFetch(url, { ...init, headers, body: new Uint8Array() });
  const body = createReadStream(file, { start: from, end: size - 1, highWaterMark: 262_144 });
  try {
    return await lightFetch(url, { ...init, headers, body: body as unknown as ReadableStream });
  } finally {
    body.destroy();
  }
}
