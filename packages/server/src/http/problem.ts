// Turns whatever was thrown into a problem (RFC 9457): the caller's mistake is told, ours is logged and named by an id.
import { type Problem, type ProblemCode, problems, Refused } from '@signalbox/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseAway } from '../base/index.ts';
import { linger } from './linger.ts';

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request);
  if (problem.code === 'internal')
    request.log.error({ err: error, request: request.id }, `${request.method} ${request.url} failed`);
  if (problem.code === 'not-ready') reply.header('retry-after', '1');
  if (problem.code === 'disk-full') reply.header('retry-after', '10');
  if (problem.code === 'not-logged-in') reply.header('www-authenticate', 'Bearer realm="signalbox"');
  if (!request.raw.complete) linger(request.raw, reply.raw);
  return reply.code(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
}

export function makeProblem(code: ProblemCode, detail: string, extra?: Readonly<Record<string, unknown>>): Problem {
  const [status, title] = problems[code];
  return { type: `/docs/problems#${code}`, code, title, status, detail, ...(extra && { extra }) };
}

/** disk_full, as PostgreSQL says it: nothing is written, and nothing is lost that was. */
const databaseDiskFull = '53100';

function problemOf(error: unknown, request: FastifyRequest): Problem {
  const instance = String(request.id);
  if (error instanceof Refused) return { ...makeProblem(error.code, error.message, error.extra), instance };
  const known = error as Partial<FastifyError>;
  if (known.validation) return { ...makeProblem('bad-request', sentence(known)), instance };
  if (known.statusCode === 413)
    return { ...makeProblem('too-large', 'The body is larger than this endpoint takes.'), instance };
  if (known.statusCode === 415) {
    return {
      ...makeProblem(
        'unsupported-body',
        'Send application/json, or application/octet-stream where the contract says bytes.',
      ),
      instance,
    };
  }
  if (known.statusCode && known.statusCode >= 400 && known.statusCode < 500)
    return { ...makeProblem('bad-request', known.message ?? 'The request cannot be read.'), instance };
  if ((error as { code?: string }).code === databaseDiskFull)
    return { ...makeProblem('disk-full', 'The database has no room on its disk. Try again in a while.'), instance };
  if (isDatabaseAway(error))
    return { ...makeProblem('not-ready', 'The database is away. Try again in a moment.'), instance };
  return {
    ...makeProblem('internal', `Something failed that should not. Its number in the log is ${instance}.`),
    instance,
  };
}

/** `body/pools must NOT have fewer than 1 items` with the place in plain words. */
function sentence(error: Partial<FastifyError>): string {
  const places: Record<string, string> = { body: 'body', params: 'path', querystring: 'query', headers: 'header' };
  const first = error.validation?.[0];
  const place = `${places[error.validationContext ?? ''] ?? 'request'}${(first?.instancePath ?? '').replaceAll('/', '.')}`;
  const key = first?.params?.['additionalProperty'];
  if (typeof key === 'string') return `In the ${place}: there is no ${JSON.stringify(key.slice(0, 80))} here.`;
  return `In the ${place}: ${first?.message ?? 'not as the contract says'}.`;
}
