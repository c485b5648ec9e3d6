// Seals a value so that only this installation opens it, and only in its place: AES-256-GCM, bound to repository and name.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** First byte of what is sealed: how it is laid out (1: nonce of 12, tag of 16, the rest). */
const layout = 1;
const nonceBytes = 12;
const tagBytes = 16;

export type Place = { readonly repoId: number; readonly name: string };

export function seal(key: Buffer, place: Place, value: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(placeBytes(place));
  const body = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(layout), nonce, cipher.getAuthTag(), body]);
}

/** Undefined when it was sealed under another key, for another place, or has been changed. */
export function unseal(key: Buffer, place: Place, sealed: Buffer): string | undefined {
  const head = 1 + nonceBytes + tagBytes;
  if (sealed[0] !== layout || sealed.length < head) return undefined;
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(placeBytes(place));
  decipher.setAuthTag(sealed.subarray(1 + nonceBytes, head));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(head)), decipher.final()]).toString('utf8');
  } catch {
    // The only thing that throws here is the tag: it says "not this key or not this place", which is the answer.
    return undefined;
  }
}

function placeBytes({ repoId, name }: Place): Buffer {
  return Buffer.from(`signalbox secret ${repoId} ${name}`);
}
