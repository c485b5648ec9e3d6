// Sends bytes that a job made: as a download or as text, never as a page that could act on this origin; with ranges.
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { foreignHeaders } from './secure-headers.ts';

export type OpenFile = {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string | null;
  read(range?: { start: number; end: number }): Readable;
  /** An address elsewhere that gives it to whoever has it, where readers are sent there. */
  link?(as: { readonly type: string; readonly disposition: string }): Promise<string>;
};

export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: OpenFile): Promise<FastifyReply> {
  foreignHeaders(reply);
  const type = typeOf(file.name);
  const how = type.startsWith('text/plain') || type.startsWith('image/') ? 'inline' : 'attachment';
  const disposition = `${how}; filename*=UTF-8''${encodeURIComponent(file.name)}`;
  const etag = file.sha256 ? `"${file.sha256}"` : undefined;
  if (etag) {
    reply.header('etag', etag);
    if (isAmong(etag, request.headers['if-none-match'])) return reply.code(304).send();
  }
  // The address is soon over, and is as good as the file.
  if (file.link && request.method === 'GET')
    return reply.header('cache-control', 'no-store').redirect(await file.link({ type, disposition }));
  reply.header('content-type', type);
  reply.header('accept-ranges', 'bytes');
  reply.header('content-disposition', disposition);
  // What has a digest is never written again: neither a run's log nor its artifacts. Proxies must not keep what needs log-in.
  if (etag && !reply.hasHeader('cache-control')) {
    reply.header('cache-control', 'private, max-age=31536000, immutable');
  }
  // The file stays closed; what is sent is its size alone.
  const bytes = (part?: { start: number; end: number }) =>
    request.method === 'HEAD' ? Readable.from([]) : file.read(part);
  const range = isOther(etag, request.headers['if-range']) ? null : rangeOf(request.headers.range, file.sizeBytes);
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${file.sizeBytes}`).send();
  }
  if (!range) return reply.header('content-length', String(file.sizeBytes)).send(bytes());
  reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`);
  return reply.header('content-length', String(range.end - range.start + 1)).send(bytes(range));
}

/** `If-None-Match` compares weakly: a proxy may have marked it so. */
function isAmong(etag: string, header: string | undefined): boolean {
  const names = (header ?? '').split(',').map((name) => name.trim().replace(/^W\//, ''));
  return names.includes(etag) || names.includes('*');
}

/** Whoever goes on with a download has the beginning of another file than this: nothing but the whole helps. */
function isOther(etag: string | undefined, header: string | string[] | undefined): boolean {
  return header !== undefined && header !== etag;
}

/** One range of bytes, both ends included; anything else is answered with the whole. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | 'unsatisfiable' | null {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!parts || (parts[1] === '' && parts[2] === '')) return null;
  const start = parts[1] === '' ? Math.max(0, size - Number(parts[2])) : Number(parts[1]);
  const end = parts[1] === '' || parts[2] === '' ? size - 1 : Math.min(Number(parts[2]), size - 1);
  if (parts[1] !== '' && parts[2] !== '' && Number(parts[1]) > Number(parts[2])) return null;
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}

const shown: Readonly<Record<string, string>> = {
  txt: 'text/plain; charset=utf-8',
  log: 'text/plain; charset=utf-8',
  md: 'text/plain; charset=utf-8',
  json: 'text/plain; charset=utf-8',
  xml: 'text/plain; charset=utf-8',
  yml: 'text/plain; charset=utf-8',
  csv: 'text/plain; charset=utf-8',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  gz: 'application/gzip',
};

/** HTML and SVG among the rest: a download, since they hold script. */
function typeOf(name: string): string {
  return shown[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}
