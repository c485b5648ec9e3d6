// Stands before one server and does to single requests what TCP never does, but retries, balancers and impatient clients do:
// sends them twice, sends them again much later, holds one back behind those that came after it, loses the answer.
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

/** What becomes of one request. */
export type Fate =
  | { readonly kind: 'once' }
  /** Again when it has been answered; the caller hears the second answer. */
  | { readonly kind: 'twice' }
  /** Both at the same time; the caller hears the first answer. */
  | { readonly kind: 'twice-at-once' }
  /** Again when others have come after it, and perhaps the run is over. */
  | { readonly kind: 'again-later'; readonly ms: number }
  /** Held back while those behind it pass. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Done, but its caller never hears of it. */
  | { readonly kind: 'answer-lost' };

export type Asked = { readonly method: string; readonly path: string };

type Whole = Asked & { readonly headers: IncomingMessage['headers']; readonly body: Buffer };
type Answer = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: Buffer };

export class Requests {
  fate: (asked: Asked) => Fate = () => ({ kind: 'once' });
  readonly counts: Partial<Record<Fate['kind'], number>> = {};
  readonly #target: () => { readonly host: string; readonly port: number };
  readonly #agent = new Agent({ keepAlive: true });
  readonly #underWay = new Set<Promise<unknown>>();
  #server: Server | undefined;

  constructor(target: () => { readonly host: string; readonly port: number }) {
    this.#target = target;
  }

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      const gone = new AbortController();
      response.once('close', () => {
        if (!response.writableEnded) gone.abort();
      });
      this.#serve(request, gone.signal).then(
        (answer) => {
          if (!answer) return void response.socket?.resetAndDestroy();
          response.writeHead(answer.status, answer.headers).end(answer.body);
        },
        // Whoever asked sees what they would have seen without this: a connection that broke.
        () => void response.socket?.resetAndDestroy(),
      );
    });
    // Claims wait for long.
    server.requestTimeout = 0;
    server.keepAliveTimeout = 75_000;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
  }

  get port(): number {
    return (this.#server!.address() as AddressInfo).port;
  }

  /** Resolves when nothing is left that is to be sent again. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #serve(request: IncomingMessage, gone: AbortSignal): Promise<Answer | undefined> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method = 'GET', url: path = '/', headers } = request;
    const whole: Whole = { method, path, headers, body: Buffer.concat(pieces) };
    const fate = this.fate(whole);
    this.counts[fate.kind] = (this.counts[fate.kind] ?? 0) + 1;
    switch (fate.kind) {
      case 'once':
        return this.#send(whole, gone);
      case 'twice':
        await this.#send(whole, gone);
        return this.#send(whole, gone);
      case 'twice-at-once':
        return Promise.any([this.#send(whole, gone), this.#keep(this.#send(whole))]);
      case 'again-later':
        this.#keep(after(fate.ms).then(() => this.#send(whole)));
        return this.#send(whole, gone);
      case 'late':
        await after(fate.ms);
        return this.#send(whole);
      case 'answer-lost':
        await this.#send(whole);
        return undefined;
      default:
        return fate satisfies never;
    }
  }

  /** A repeat goes its way, whoever asked is still there or not; what becomes of it nobody hears. */
  #keep<Result>(work: Promise<Result>): Promise<Result> {
    const settled = work.catch(() => undefined).finally(() => this.#underWay.delete(settled));
    this.#underWay.add(settled);
    return work;
  }

  #send({ method, path, headers, body }: Whole, gone?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { 'transfer-encoding': _, connection: __, ...kept } = headers;
      const options = { ...this.#target(), method, path, agent: this.#agent, ...(gone && { signal: gone }) };
      const request = httpRequest({ ...options, headers: { ...kept, 'content-length': body.length } });
      request.on('error', reject);
      request.on('response', (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const { 'transfer-encoding': _, connection: __, ...answered } = response.headers;
          const whole = Buffer.concat(pieces);
          resolve({
            status: response.statusCode ?? 0,
            headers: { ...answered, 'content-length': String(whole.length) },
            body: whole,
          });
        });
      });
      request.end(body);
    });
  }
}
