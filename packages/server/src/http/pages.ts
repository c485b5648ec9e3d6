// What is not the API: the pages' files, the API's description and documentation, the archive, health and metrics.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { openApi, problems, Refused, type Scope, version } from '@signalbox/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Doorkeeper } from '../access/index.ts';
import type { Db } from '../base/index.ts';
import type { Metrics } from '../base/telemetry/index.ts';
import type { DiskRoom } from '../flow/disk-room.ts';
import {
  type ArchiveStore,
  latestNightly,
  listArchive,
  openArchiveFile,
  openDescription,
  type RecordLimits,
  renderArchive,
} from '../record/index.ts';
import { sendProblem } from './problem.ts';
import { readReadiness } from './readiness.ts';
import { documentsPolicy, listingHeaders } from './secure-headers.ts';
import { sendFile } from './send-file.ts';

export type PagesParts = {
  readonly db: Db;
  readonly doorkeeper: Doorkeeper;
  readonly store: ArchiveStore;
  readonly recordLimits: RecordLimits;
  readonly metrics: Metrics;
  readonly disk: DiskRoom;
};

/** Scopes of the routes that are not in the contract; a test walks all routes and demands one for each. */
export const pageScopes: Readonly<Record<string, Scope | 'public'>> = {
  '/assets/*': 'public',
  '/openapi.json': 'public',
  '/docs/problems': 'public',
  '/docs': 'public',
  '/docs/*': 'public',
  '/healthz': 'public',
  '/readyz': 'public',
  '/metrics': 'read',
  '/archive/*': 'read',
  '/archive': 'read',
};

export async function addPages(doors: FastifyInstance, parts: PagesParts): Promise<void> {
  const admit = (scope: Scope | 'public') => async (request: FastifyRequest) => {
    await parts.doorkeeper.admit({
      method: request.method,
      headers: request.headers,
      peerAddress: request.socket.remoteAddress,
      scope,
    });
  };
  addHealth(doors, parts, admit);
  addArchive(doors, parts, admit);
  await addDocuments(doors);
  await addWeb(doors);
}

type Admit = (scope: Scope | 'public') => (request: FastifyRequest) => Promise<void>;

function addHealth(doors: FastifyInstance, { db, metrics, disk }: PagesParts, admit: Admit): void {
  doors.get('/healthz', async () => ({ status: 'alive', version }));
  doors.get('/readyz', async (request, reply) => {
    const { status, body, error } = await readReadiness(db, disk);
    if (error) request.log.warn({ err: error }, 'Not ready: the database does not answer');
    return reply.code(status).send(body);
  });
  doors.get('/metrics', { onRequest: admit('read') }, async (_request, reply) => {
    const page = await metrics.page();
    return reply.header('content-type', page.contentType).send(page.text);
  });
}

function addArchive(doors: FastifyInstance, { db, store, recordLimits }: PagesParts, admit: Admit): void {
  const onRequest = admit('read');
  doors.get('/archive', { onRequest }, (_request, reply) => reply.redirect('/archive/'));
  doors.get<{ Params: { '*': string }; Querystring: { format?: string } }>(
    '/archive/*',
    { onRequest },
    async (request, reply) => {
      const where = request.params['*'];
      const latest = await latestNightly(db, where);
      if (latest) {
        // Tomorrow it leads elsewhere.
        return reply.header('cache-control', 'no-cache').redirect(addressOf(latest));
      }
      if (where !== '' && !where.endsWith('/')) {
        const file = await openArchiveFile(db, store, where);
        if (file) return sendFile(request, reply, file);
        const made = await openDescription(db, store, where, recordLimits);
        // It changes with what is added to its directory.
        if (made) return sendFile(request, reply.header('cache-control', 'no-cache'), made);
      }
      const listing = await listArchive(db, store, where, recordLimits);
      if (!listing) throw new Refused('not-found', `There is nothing at /archive/${where}. It may have been removed.`);
      reply.header('vary', 'accept');
      if (request.query.format === 'json' || /\bjson\b/.test(request.headers.accept ?? '')) return listing;
      // Relative links need the slash; the pages of a directory are the archive's own, so their style is allowed.
      if (where !== '' && !where.endsWith('/')) return reply.redirect(`${addressOf(where)}/`);
      listingHeaders(reply);
      return reply.header('content-type', 'text/html; charset=utf-8').send(renderArchive(listing));
    },
  );
}

const addressOf = (place: string) => `/archive/${place.split('/').map(encodeURIComponent).join('/')}`;

async function addDocuments(doors: FastifyInstance): Promise<void> {
  const description = openApi(version);
  doors.get('/openapi.json', (_request, reply) => reply.header('access-control-allow-origin', '*').send(description));
  doors.get('/docs/problems', (_request, reply) => {
    const lines = Object.entries(problems).map(
      ([code, [status, title]]) => `${String(status)}  ${code.padEnd(18)} ${title}`,
    );
    return reply
      .header('content-type', 'text/plain; charset=utf-8')
      .send(`Problems that the API answers with (RFC 9457)\n\n${lines.join('\n')}\n`);
  });
  await doors.register(swagger, { mode: 'static', specification: { document: description as never } });
  await doors.register(swaggerUi, {
    routePrefix: '/docs',
    logo: { type: 'image/svg+xml', content: Buffer.from(logo), href: '/', target: '_self' },
    staticCSP: documentsPolicy,
    uiConfig: { docExpansion: 'list', deepLinking: true, validatorUrl: null },
  });
}

/** The pages as Vite built them. Every path that is no file is the application itself, which routes in the browser. */
async function addWeb(doors: FastifyInstance): Promise<void> {
  const directory = webDirectory();
  if (directory) {
    await doors.register(fastifyStatic, {
      root: path.join(directory, 'assets'),
      prefix: '/assets/',
      immutable: true,
      preCompressed: true,
      maxAge: '365d',
      index: false,
    });
  }
  const page = directory && (await readFile(path.join(directory, 'index.html'), 'utf8'));
  doors.setNotFoundHandler(async (request, reply) => {
    const isPage =
      (request.method === 'GET' || request.method === 'HEAD') && !/^\/(api|assets|archive|docs)\//.test(request.url);
    if (isPage && page) {
      return reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-cache').send(page);
    }
    if (isPage) {
      return sendProblem(new Refused('not-ready', 'The pages are not built here. Run: npm run build'), request, reply);
    }
    const what = `${request.method} ${request.url.split('?')[0]?.slice(0, 200)}`;
    return sendProblem(
      new Refused('not-found', `There is no ${what}. /openapi.json lists what there is.`),
      request,
      reply,
    );
  });
}

function webDirectory(): string | undefined {
  const manifest = fileURLToPath(import.meta.resolve('@signalbox/web/package.json'));
  const directory = path.join(path.dirname(manifest), 'dist');
  return existsSync(path.join(directory, 'index.html')) ? directory : undefined;
}

/** Stands at the top of the documentation and leads back to the pages. */
const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" width="150" height="40"><text x="0" y="28" fill="#fff" font-family="sans-serif" font-size="24" font-weight="700">Signalbox</text></svg>';
