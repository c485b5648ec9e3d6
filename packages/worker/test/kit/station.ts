// The far side of a worker: a small HTTP server that speaks the worker's part of the contract, and that can lose
// answers, break off, and go away. It keeps the rules of the log strictly: no gap, and what comes twice must be the same.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import {
  type ClaimAnswer,
  type EndpointId,
  type FinishRequest,
  type LogChunk,
  type ProblemCode,
  type Reason,
  Refused,
  type RenewAnswer,
  type RenewRequest,
  routes,
  type Step,
  type WorkOrder,
} from '@signalbox/protocol';
import { type OrderParts, orderOf } from './orders.ts';

export type StationRun = {
  readonly order: WorkOrder;
  readonly texts: Buffer[];
  readonly artifacts: Map<string, Buffer>;
  readonly reports: Step[][];
  finish: FinishRequest | null;
  finishes: number;
  renewals: number;
  isLost: boolean;
  isWatched: boolean;
  cancelled: Reason | null;
  /** When each chunk came, and how much of its step's log was there then. */
  readonly arrivals: { step: number; bytes: number; at: number }[];
};

/** What becomes of one request: answered, done but not answered, not done at all, or refused. */
export type Fate = 'answer' | 'lose-answer' | 'drop' | ProblemCode;

type Handler = (request: IncomingMessage, values: Record<string, string>, body: Buffer) => unknown;

export class Station {
  readonly runs = new Map<number, StationRun>();
  readonly claims = new Map<string, number | null>();
  readonly calls: { id: EndpointId; at: number }[] = [];
  readonly registered: { readonly session?: string }[] = [];
  readonly signOffSessions: (string | null)[] = [];
  /** No more runs for the worker: every claim is answered with nothing, at once. */
  isDraining = false;
  signOffs = 0;
  leaseSeconds = 60;
  fate: (id: EndpointId, count: number) => Fate = () => 'answer';
  address = '';
  #server: Server | null = null;
  #queue: number[] = [];
  #waiting = new Set<() => void>();
  #lastRun = 0;

  async open(port = 0): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
  }

  /** As if the machine were gone: all connections break, nobody listens. */
  async goAway(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#changed();
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async comeBack(): Promise<void> {
    await this.open(Number(new URL(this.address).port));
  }

  submit(parts: OrderParts): StationRun {
    const runId = ++this.#lastRun;
    const run: StationRun = {
      order: orderOf(runId, parts),
      texts: [],
      artifacts: new Map(),
      reports: [],
      finish: null,
      finishes: 0,
      renewals: 0,
      isLost: false,
      isWatched: false,
      cancelled: null,
      arrivals: [],
    };
    this.runs.set(runId, run);
    this.#queue.push(runId);
    this.#changed();
    return run;
  }

  cancel(run: StationRun, reason: Reason): void {
    run.cancelled = reason;
    this.#changed();
  }

  lose(run: StationRun): void {
    run.isLost = true;
    this.#changed();
  }

  watch(run: StationRun): void {
    run.isWatched = true;
    this.#changed();
  }

  /** Resolves when it holds; looked at after every change here. */
  until(what: string, holds: () => boolean, seconds = 15): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`waited ${seconds} s for ${what}`));
      }, seconds * 1_000);
      this.#waiting.add(look);
      look();
    });
  }

  finished(run: StationRun, seconds?: number): Promise<void> {
    return this.until(`run ${run.order.runId} and all its log`, () => isWhole(run), seconds);
  }

  #changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of request) pieces.push(piece as Buffer);
    } catch {
      return; // The worker broke off.
    }
    const found = match(request);
    if (!found) return answer(response, 404, { code: 'not-found', detail: `no ${request.method} ${request.url}` });
    this.calls.push({ id: found.id, at: performance.now() });
    this.#changed();
    const fate = this.fate(found.id, this.calls.filter(({ id }) => id === found.id).length);
    if (fate === 'drop') return void request.socket.destroy();
    if (fate !== 'answer' && fate !== 'lose-answer') {
      return answer(response, new Refused(fate, '').status, { code: fate, detail: 'so told' });
    }
    try {
      const value = await this.#handlers[found.id]?.(request, found.values, Buffer.concat(pieces));
      this.#changed();
      if (fate === 'lose-answer') return void request.socket.destroy();
      answer(response, 200, value ?? {});
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { code, message: detail, extra } = error;
      answer(response, error.status, { type: '', title: '', status: error.status, code, detail, extra });
    }
  }

  readonly #handlers: Partial<Record<EndpointId, Handler>> = {
    'register-worker': (_request, _values, body) => {
      this.registered.push(JSON.parse(body.toString()) as { session?: string });
      return { workerId: 1, leaseSeconds: this.leaseSeconds, serverVersion: '0.1.0' };
    },
    'sign-off-worker': (request) => {
      this.signOffSessions.push(new URL(request.url ?? '/', 'http://station').searchParams.get('session'));
      this.signOffs++;
      return {};
    },
    claim: async (request, _values, body): Promise<ClaimAnswer> => {
      const { claimId, waitSeconds } = JSON.parse(body.toString()) as { claimId: string; waitSeconds: number };
      const known = this.claims.get(claimId);
      if (known) return { order: { ...this.runs.get(known)!.order } };
      if (this.isDraining) return { order: null };
      await this.#sleepUntil(() => this.#queue.length > 0, waitSeconds, request);
      const runId = request.socket.destroyed ? undefined : this.#queue.shift();
      this.claims.set(claimId, runId ?? null);
      if (runId === undefined) return { order: null };
      const run = this.runs.get(runId)!;
      (run as { order: WorkOrder }).order = { ...run.order, claimId };
      return { order: run.order };
    },
    renew: async (request, _values, body): Promise<RenewAnswer> => {
      const { held, known, waitSeconds } = JSON.parse(body.toString()) as RenewRequest;
      const runs = held.map(({ runId }) => this.runs.get(runId)!);
      for (const run of runs) run.renewals++;
      this.#changed();
      const tell = (): RenewAnswer => ({
        // As the real server does: a run that has ended is held by nobody.
        lost: runs.filter(({ isLost, finish }) => isLost || finish).map(({ order }) => order.runId),
        cancelled: runs.flatMap(({ order, cancelled }) =>
          cancelled ? [{ runId: order.runId, reason: cancelled }] : [],
        ),
        watched: runs.filter(({ isWatched }) => isWatched).map(({ order }) => order.runId),
      });
      const isNews = ({ lost, cancelled, watched }: RenewAnswer) =>
        lost.length > 0 ||
        !isSame(
          cancelled.map(({ runId }) => runId),
          known?.cancelled ?? [],
        ) ||
        !isSame(watched, known?.watched ?? []);
      await this.#sleepUntil(() => isNews(tell()), waitSeconds, request);
      return tell();
    },
    'report-steps': (_request, values, body) => {
      const { claimId, steps } = JSON.parse(body.toString()) as { claimId: string; steps: Step[] };
      const run = this.#run(values, claimId);
      run.reports.push(steps);
      return { watched: run.isWatched };
    },
    'append-log': (request, values, body) => {
      const run = this.#run(values, String(request.headers['x-claim-id']));
      const chunks = JSON.parse(String(request.headers['x-log-chunks'])) as LogChunk[];
      let at = 0;
      for (const chunk of chunks) {
        append(run, chunk, body.subarray(at, at + chunk.memberBytes));
        at += chunk.memberBytes;
      }
      if (at !== body.length) throw new Refused('bad-request', 'the members do not fill the body');
      return { watched: run.isWatched };
    },
    'put-artifact': (request, values, body) => {
      const run = this.#run(values, String(request.headers['x-claim-id']));
      const digest = createHash('sha256').update(body).digest('hex');
      if (digest !== request.headers['x-sha256']) throw new Refused('digest-mismatch', `it is ${digest}`);
      run.artifacts.set(values['*']!, body);
      return {};
    },
    finish: (_request, values, body) => {
      const finish = JSON.parse(body.toString()) as FinishRequest;
      const run = this.#run(values, finish.claimId);
      run.finishes++;
      run.finish ??= finish;
      return { verdict: run.finish.verdict, retried: false };
    },
  };

  #run(values: Record<string, string>, claimId: string): StationRun {
    const run = this.runs.get(Number(values['run']));
    if (!run) throw new Refused('run-not-found', 'no such run');
    if (run.isLost || run.order.claimId !== claimId) throw new Refused('claim-lost', 'not yours');
    return run;
  }

  /** Ends early when the caller has gone. */
  async #sleepUntil(holds: () => boolean, seconds: number, request: IncomingMessage): Promise<void> {
    const gone = () => this.#server === null || request.socket.destroyed;
    const onClose = () => this.#changed();
    request.socket.once('close', onClose);
    await this.until('anything', () => holds() || gone(), seconds).catch(() => undefined);
    request.socket.removeListener('close', onClose);
  }
}

/** Finished, and every announced byte of its log is there. */
export function isWhole(run: StationRun): boolean {
  return run.finish?.logBytes.every((size, step) => (run.texts[step]?.length ?? 0) === size) ?? false;
}

export function textOf(run: StationRun, step: number): string {
  return run.texts[step]?.toString('utf8') ?? '';
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

function append(run: StationRun, { step, offset, sizeBytes, lines }: LogChunk, member: Buffer): void {
  const there = run.texts[step] ?? Buffer.alloc(0);
  const text = gunzipSync(member);
  if (text.length !== sizeBytes) throw new Refused('bad-request', `${text.length} bytes, not ${sizeBytes}`);
  if (text.toString('latin1').split('\n').length - 1 !== lines) throw new Refused('bad-request', 'wrong lines');
  if (offset > there.length) throw new Refused('log-gap', 'a gap', { step, expected: there.length });
  const announced = run.finish?.logBytes[step] ?? 0;
  if (run.finish && offset + sizeBytes > announced) throw new Refused('claim-lost', `more than ${announced} bytes`);
  if (offset < there.length) {
    if (!there.subarray(offset, offset + sizeBytes).equals(text)) throw new Refused('bad-request', 'not the same');
    return;
  }
  run.texts[step] = Buffer.concat([there, text]);
  run.arrivals.push({ step, bytes: there.length + text.length, at: performance.now() });
}

function match(request: IncomingMessage): { id: EndpointId; values: Record<string, string> } | null {
  const path = new URL(request.url ?? '/', 'http://station').pathname;
  for (const [id, [method, pattern]] of Object.entries(routes)) {
    if (method !== request.method) continue;
    const names: string[] = [];
    const shape = pattern.replace(/:(\w+)|\*/g, (all, name: string | undefined) => {
      names.push(name ?? '*');
      return all === '*' ? '(.+)' : '([^/]+)';
    });
    const values = new RegExp(`^${shape}$`).exec(path)?.slice(1);
    if (!values) continue;
    const named = names.map((name, index) => [name, decodeURIComponent(values[index] ?? '')] as const);
    return { id: id as EndpointId, values: Object.fromEntries(named) };
  }
  return null;
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
  response.end(JSON.stringify(value));
}
