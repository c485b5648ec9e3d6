// The headers that every answer carries, so that nothing a job made can act on the pages' origin.
import type { FastifyReply } from 'fastify';

const pagePolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The documentation's viewer gives elements a style of their own, and shows nothing but what we wrote. */
export const documentsPolicy = pagePolicy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");

/** For what jobs left behind: shown as a document of no origin, without script, or not at all. */
const foreignPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'";

/** For pages of our own that list what jobs left: no sandbox, for links in one are asked without the session's cookie. */
const listingPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function secureHeaders(reply: FastifyReply): void {
  reply.header('content-security-policy', pagePolicy);
  reply.header('x-content-type-options', 'nosniff');
  reply.header('referrer-policy', 'same-origin');
  reply.header('cross-origin-opener-policy', 'same-origin');
  reply.header('cross-origin-resource-policy', 'same-origin');
}

export function foreignHeaders(reply: FastifyReply): void {
  reply.header('content-security-policy', foreignPolicy);
}

export function listingHeaders(reply: FastifyReply): void {
  reply.header('content-security-policy', listingPolicy);
}
