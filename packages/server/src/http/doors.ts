// The HTTP server: one route for each endpoint of the contract, behind the doorkeeper; pages, archive and documents beside them.
import { randomUUID } from 'node:crypto';
import { contract, type Endpoint, type EndpointId, Refused, routes } from '@signalbox/protocol';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  LogController,
  type RouteShorthandOptions,
} from 'fastify';
import type { Caller, Doorkeeper } from '../access/index.ts';
import { closedBody } from './closed-body.ts';
import type { Asked, Handlers } from './handler.ts';
import { sendProblem } from './problem.ts';
import { secureHeaders } from './secure-headers.ts';
import { closeInOrder } from './under-way.ts';
import { answerUnreadable } from './unreadable.ts';
import { whyNotStorable } from './why-not-storable.ts';

export type DoorLimits = {
  /** Largest JSON body. */
  readonly jsonBytes: number;
  /** Longest time for the head of a request to arrive. */
  readonly headSeconds: number;
  /** Longest time without a byte in either direction. Claims wait for a minute, streams have a beat. */
  readonly stallSeconds: number;
};
export type DoorsOptions = {
  readonly doorkeeper: Doorkeeper;
  readonly handlers: Handlers;
  readonly logger: FastifyBaseLogger;
  readonly limits: DoorLimits;
  /** Told of each answer, for the metrics. */
  readonly onAnswer: (endpoint: string, status: number, seconds: number) => void;
  /** Told when the doors begin to close: whatever holds answers back lets go of them. */
  readonly onClosing: () => void;
  /** Gets the doors while no route is there yet: whoever wants to see all routes or all answers hooks in here. */
  readonly onDoors?: ((doors: FastifyInstance) => void) | undefined;
};

/** The server, not listening yet; callers add pages and documents. */
export function buildDoors(options: DoorsOptions): FastifyInstance {
  const doors = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.limits.jsonBytes,
    trustProxy: false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    connectionTimeout: options.limits.stallSeconds * 1000,
    keepAliveTimeout: 75_000,
    // A body that drips, byte by byte, ends as well; the slowest line brings the largest artifact in less.
    requestTimeout: 86_400_000,
    http: { headersTimeout: options.limits.headSeconds * 1000 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
    routerOptions: { maxParamLength: 1100 },
    // These come before any route or hook.
    frameworkErrors: (error, request, reply) => {
      secureHeaders(reply);
      sendProblem(error, request, reply);
    },
    clientErrorHandler: answerUnreadable,
  });
  // Forms of other sites can send text/plain without asking: nothing here takes it.
  doors.removeContentTypeParser('text/plain');
  // Bytes are handed on as a stream: each handler knows how much it takes.
  doors.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  doors.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  // These hooks wait for nothing, so none of them makes a promise: a busy server calls them thousands of times a second.
  doors.addHook('onRequest', (_request, reply, done) => {
    secureHeaders(reply);
    done();
  });
  doors.addHook('onResponse', (request, reply, done) => {
    options.onAnswer(request.routeOptions.config.endpoint ?? 'page', reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  closeInOrder(doors, options.onClosing);
  options.onDoors?.(doors);
  for (const id of Object.keys(contract) as EndpointId[]) addEndpoint(doors, id, options);
  return doors;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    endpoint?: string;
  }
  interface FastifyRequest {
    caller: Caller;
  }
}

function addEndpoint(doors: FastifyInstance, id: EndpointId, { doorkeeper, handlers }: DoorsOptions): void {
  const [method, url, scope] = routes[id];
  const endpoint: Endpoint = contract[id];
  const handle = handlers[id] as (asked: Asked<EndpointId>) => unknown;
  const schema: RouteShorthandOptions['schema'] = {};
  if (endpoint.params) schema.params = endpoint.params;
  if (endpoint.query) schema.querystring = endpoint.query;
  if (endpoint.headers) schema.headers = endpoint.headers;
  // A worker may be newer than its server and say more than is understood here; people are told of their mistyped words.
  if (endpoint.body && endpoint.body !== 'bytes')
    schema.body = scope === 'work' ? endpoint.body : closedBody(endpoint.body);
  doors.route({
    method,
    url,
    schema,
    config: { endpoint: id },
    // Before the body is read: who may not, costs nothing.
    onRequest: async (request) => {
      request.caller = await doorkeeper.admit({
        method,
        headers: request.headers,
        peerAddress: request.socket.remoteAddress,
        scope,
      });
    },
    preValidation: (request, _reply, done) => {
      if (isStream(request.body) === (endpoint.body === 'bytes')) return done();
      const taken = endpoint.body === 'bytes' ? 'application/octet-stream' : 'application/json';
      done(new Refused('unsupported-body', `${id} takes ${taken}.`));
    },
    preHandler: (request, _reply, done) => {
      const { params, query, body } = request;
      done(whyNotStorable({ path: params, query, body: isStream(body) ? undefined : body }));
    },
    handler: async (request, reply) => {
      const answer = await handle({
        params: request.params,
        query: request.query,
        headers: request.headers,
        body: request.body,
        caller: request.caller,
        request,
        reply,
      } as never);
      // A reply is a promise of its own end: what a handler wrote itself is out by now, and comes back as nothing.
      if (answer === undefined) return undefined;
      if (endpoint.status) reply.code(endpoint.status);
      return reply
        .header('cache-control', 'no-store')
        .header('content-type', 'application/json; charset=utf-8')
        .send(JSON.stringify(answer));
    },
  });
}

const isStream = (body: unknown) => typeof (body as { pipe?: unknown } | null)?.pipe === 'function';
