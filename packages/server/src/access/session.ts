// The session cookie of the pages. Its value is `token id . end . signature`, not the token itself: what is stolen from a
// browser's files then ends by itself, is of no use as a bearer token, and revoking the token ends all its sessions.
import { createHmac, timingSafeEqual } from 'node:crypto';

export type SessionSettings = {
  /** The same for all servers of an installation. */
  readonly key: Buffer;
  /** Whether people come by https. The cookie is then bound to this very host, by its name (`__Host-`). */
  readonly secure: boolean;
  readonly seconds: number;
};

/** The Set-Cookie header that begins a session. `now` in milliseconds. */
export function beginSession(settings: SessionSettings, tokenId: number, now: number): string {
  const until = Math.floor(now / 1000) + settings.seconds;
  return cookie(settings, `${tokenId}.${until}.${sign(settings.key, tokenId, until)}`, settings.seconds);
}

/** The Set-Cookie header that makes the browser forget. */
export function endSession(settings: SessionSettings): string {
  return cookie(settings, '', 0);
}

/** The id of the token that a Cookie header stands for; whether that token still lives is another question. */
export function readSession(settings: SessionSettings, cookies: string | undefined, now: number): number | undefined {
  const name = nameOf(settings);
  const pair = cookies?.split(';').find((text) => text.trimStart().startsWith(`${name}=`));
  const value = pair?.trim().slice(name.length + 1);
  const parts = /^([1-9]\d{0,15})\.(\d{1,12})\.([\w-]{43})$/.exec(value ?? '');
  if (!parts) return undefined;
  const [tokenId, until] = [Number(parts[1]), Number(parts[2])];
  const signature = Buffer.from(sign(settings.key, tokenId, until));
  if (!timingSafeEqual(signature, Buffer.from(parts[3] ?? ''))) return undefined;
  return until * 1000 > now ? tokenId : undefined;
}

function nameOf({ secure }: SessionSettings): string {
  return secure ? '__Host-signalbox' : 'signalbox';
}

function sign(key: Buffer, tokenId: number, until: number): string {
  return createHmac('sha256', key).update(`${tokenId}.${until}`).digest('base64url');
}

function cookie(settings: SessionSettings, value: string, seconds: number): string {
  const secure = settings.secure ? '; Secure' : '';
  return `${nameOf(settings)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
