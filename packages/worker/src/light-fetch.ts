// The part of `fetch` that the contract's client needs, on node:http. Node's own fetch brings 20 MB of memory more, and
// memory is time here: starting a process copies the page tables of the worker (1.2 ms of CPU at 45 MB, 5.7 at 145 MB).
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

/** Where the body of an answer goes as it comes, by its status; null for one that is kept and answered. */
export type Sink = (status: number) => Writable | null;

/** Knows bodies that are text, bytes or a stream; answers whole. A body that is a stream needs its content-length. */
export const lightFetch: typeof fetch = lightFetchInto(() => null);

export function lightFetchInto(sink: Sink): typeof fetch {
  return async (address, init) => answerOf(await exchange(new URL(String(address)), init ?? {}, sink));
}

function answerOf({ status, headers, body }: Whole): Response {
  const text = () => body.toString('utf8');
  const answer = {
    ok: status >= 200 && status < 300,
    status,
    headers: { get: (name: string) => headers[name.toLowerCase()]?.toString() ?? null },
    text: async () => text(),
    json: async () => JSON.parse(text()) as unknown,
  };
  return answer as unknown as Response;
}

type Whole = { status: number; headers: IncomingMessage['headers']; body: Buffer };

function exchange(url: URL, init: RequestInit, sink: Sink): Promise<Whole> {
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:';
    const { method = 'GET', body } = init;
    const headers = { ...(init.headers as Record<string, string>) };
    const bytes = typeof body === 'string' ? Buffer.from(body) : body instanceof Uint8Array ? body : undefined;
    if (bytes) headers['content-length'] = String(bytes.length);
    const agent = isSecure ? agents.https : agents.http;
    const signal = init.signal ?? undefined;
    const request = (isSecure ? httpsRequest : httpRequest)(url, { method, headers, agent });
    const abort = () => request.destroy(new Error('The call was given up'));
    const settle = () => signal?.removeEventListener('abort', abort);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    request.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      // The server closed a connection that had been idle, just when it was used again. Every call may be repeated.
      const mayRepeat =
        request.reusedSocket &&
        ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') &&
        !signal?.aborted &&
        !isStream(body);
      if (mayRepeat) resolve(exchange(url, init, sink));
      else reject(error);
    });
    request.on('response', (response) => {
      const into = sink(response.statusCode ?? 0);
      if (into) {
        pipeline(response, into)
          .then(
            () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.alloc(0) }),
            reject,
          )
          .finally(settle);
        return;
      }
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', (error) => {
        settle();
        reject(error);
      });
      response.on('end', () => {
        settle();
        // Refused before all of it was sent: the server would wait for the rest.
        if (isStream(body) && !request.writableFinished) request.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) });
      });
    });
    if (!isStream(body)) request.end(bytes);
    else {
      body.on('error', (error) => request.destroy(error));
      body.pipe(request);
    }
  });
}

function isStream(body: unknown): body is Readable {
  return body instanceof Readable;
}
