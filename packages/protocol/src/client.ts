// The one typed client of the HTTP contract, shared by worker, command line and pages. It needs only `fetch`.
import type { Static, TSchema } from 'typebox';
import type { Contract } from './contract.ts';
import { type ProblemCode, problems, Refused } from './problems.ts';
import { type EndpointId, routes } from './routes.ts';
import type { Problem } from './shapes/problem.ts';

type Part<Id extends EndpointId, Key extends string> = Contract[Id] extends { readonly [K in Key]: infer Schema }
  ? Schema
  : never;
type ValueOf<Schema> = Schema extends TSchema ? Static<Schema> : never;
type BodyOf<Id extends EndpointId> = Part<Id, 'body'> extends 'bytes' ? Uint8Array : ValueOf<Part<Id, 'body'>>;

/** What a call of this endpoint takes: only the parts that its contract has. */
export type Call<Id extends EndpointId> = ([Part<Id, 'params'>] extends [never]
  ? { params?: undefined }
  : { params: ValueOf<Part<Id, 'params'>> }) &
  ([Part<Id, 'query'>] extends [never] ? { query?: undefined } : { query?: ValueOf<Part<Id, 'query'>> }) &
  ([Part<Id, 'headers'>] extends [never] ? { headers?: undefined } : { headers: ValueOf<Part<Id, 'headers'>> }) &
  ([Part<Id, 'body'>] extends [never] ? { body?: undefined } : { body: BodyOf<Id> }) & { signal?: AbortSignal };

/** What it answers: the value its contract names; the raw response for text, bytes and events. */
export type Answer<Id extends EndpointId> = Part<Id, 'output'> extends string ? Response : ValueOf<Part<Id, 'output'>>;

export type Client = {
  readonly server: string;
  call<Id extends EndpointId>(id: Id, call: Call<Id>): Promise<Answer<Id>>;
};

export type ClientOptions = {
  /** Address of the server, without a slash at the end; '' in a page of that server. */
  readonly server: string;
  readonly token?: string | undefined;
  readonly fetch?: typeof fetch;
};

/** The server could not be reached, or what answered was not Signalbox. Trying again may help. */
export class Unreachable extends Error {
  override name = 'Unreachable';
  /** What a server that did answer had against it at this moment. */
  readonly code: ProblemCode | null;

  constructor(message: string, { code = null, ...options }: ErrorOptions & { code?: ProblemCode | null } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** @throws Refused when the server answers with a problem; Unreachable when no sensible answer came. */
export function createClient(options: ClientOptions): Client {
  const send = options.fetch ?? fetch;
  return {
    server: options.server,
    async call(id, call) {
      const [method] = routes[id];
      const headers: Record<string, string> = { ...(call.headers as Record<string, string> | undefined) };
      if (options.token) headers['authorization'] = `Bearer ${options.token}`;
      const request: RequestInit = { method, headers };
      if (call.signal) request.signal = call.signal;
      if (call.body instanceof Uint8Array) {
        headers['content-type'] = 'application/octet-stream';
        request.body = call.body as Uint8Array<ArrayBuffer>;
      } else if (method !== 'GET' && method !== 'DELETE') {
        headers['content-type'] = 'application/json';
        request.body = JSON.stringify(call.body ?? {});
      }
      const address = options.server + pathOf(id, call.params, call.query);
      const response = await send(address, request).catch((cause: unknown) => {
        if (call.signal?.aborted) throw cause;
        throw new Unreachable(`No answer from ${options.server || 'the server'}: ${reasonOf(cause)}`, { cause });
      });
      if (!response.ok) throw await problemOf(response, address);
      if ((response.headers.get('content-type') ?? '').startsWith('application/json')) {
        return (await readJson(response)) as never;
      }
      return response as never;
    },
  };
}

/** The path of an endpoint with its parameters filled in, for links and for `EventSource`. */
export function pathOf(id: EndpointId, params?: object, query?: object): string {
  const values = (params ?? {}) as Record<string, string | number>;
  const path = routes[id][1].replace(/:(\w+)|\*/g, (hole, name: string | undefined) => {
    const value = String(values[name ?? hole] ?? '');
    return name ? encodeURIComponent(value) : value.split('/').map(encodeURIComponent).join('/');
  });
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(key, String(value));
  return search.size > 0 ? `${path}?${search}` : path;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw new Unreachable('The answer broke off', { cause });
  }
}

/** The server's own trouble: the same call may be answered in a while. */
const passing: ReadonlySet<ProblemCode> = new Set(['internal', 'not-ready', 'disk-full']);

async function problemOf(response: Response, address: string): Promise<Error> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as Problem;
    if (problem.code in problems) {
      if (passing.has(problem.code)) return new Unreachable(problem.detail, { code: problem.code });
      return new Refused(problem.code, problem.detail, problem.extra);
    }
  } catch {
    // Not JSON: something between us and the server answered.
  }
  return new Unreachable(`${address} answered ${response.status}, and not as Signalbox does`);
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}
