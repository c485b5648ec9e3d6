// The secret of a token: how it looks, how it is checked before the database is asked, and what is kept of it.
import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type TokenKind = 'person' | 'worker';

const prefixes = { person: 'sbp_', worker: 'sbw_' } as const satisfies Record<TokenKind, string>;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 32;
const checksumLength = 6;

/** What a token looks like in a text: for scanners, and for the log to strike it out. */
export const tokenPattern = /\bsb[pw]_[0-9A-Za-z]{38}\b/g;

/** `sbp_` or `sbw_`, 32 random base62 characters (190 bits), and 6 that are the CRC-32 of what stands before. */
export function makeTokenSecret(kind: TokenKind): string {
  let body: string = prefixes[kind];
  for (let index = 0; index < randomLength; index++) body += digits[randomInt(digits.length)];
  return body + checksumOf(body);
}

/** Whether it can be a token at all. A guess or a typing error is turned away by this, without a query. */
export function looksLikeToken(secret: string): boolean {
  if (!/^sb[pw]_[0-9A-Za-z]{38}$/.test(secret)) return false;
  return secret.slice(-checksumLength) === checksumOf(secret.slice(0, -checksumLength));
}

/** The first characters, to tell tokens apart in a list; the rest still has 166 bits. */
export function shownPrefix(secret: string): string {
  return secret.slice(0, 8);
}

/** All that is kept. A slow hash would protect weak passwords; 190 random bits need none. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let checksum = '';
  for (let index = 0; index < checksumLength; index++) {
    checksum = digits[rest % 62] + checksum;
    rest = Math.floor(rest / 62);
  }
  return checksum;
}
