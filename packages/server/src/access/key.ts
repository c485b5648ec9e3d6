// The key of an installation: secrets are sealed and sessions are signed with what is derived from it. It never enters the database.
import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createPrivateFile, readPrivateFile } from './private-file.ts';

export type Key = { readonly secrets: Buffer; readonly sessions: Buffer };

export type KeySource = {
  /** SIGNALBOX_SECRET_KEY: 32 bytes as 64 hexadecimal digits or as base64. */
  readonly text?: string | undefined;
  /** SIGNALBOX_SECRET_KEY_FILE: a file that holds the same. */
  readonly file?: string | undefined;
  /** Else the file here, made at the first start. Servers on several machines need one of the two above. */
  readonly defaultFile: string;
};

/** @throws with what to do, when what is given is no key. */
export async function loadKey(source: KeySource): Promise<Key> {
  if (source.text) return keyFrom(source.text, 'SIGNALBOX_SECRET_KEY');
  if (source.file) return keyFrom(await readFile(source.file, 'utf8'), source.file);
  const before = await readPrivateFile(source.defaultFile);
  if (before !== undefined) return keyFrom(before, source.defaultFile);
  await createPrivateFile(source.defaultFile, randomBytes(32).toString('base64'));
  return keyFrom((await readPrivateFile(source.defaultFile)) ?? '', source.defaultFile);
}

function keyFrom(given: string, from: string): Key {
  const text = given.trim();
  const isHex = /^[0-9a-f]{64}$/i.test(text);
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(text);
  if (!isHex && !isBase64) {
    throw new Error(`${from} holds no key of 32 bytes. Make one with: openssl rand -base64 32`);
  }
  const root = Buffer.from(text, isHex ? 'hex' : 'base64');
  return { secrets: derive(root, 'signalbox secrets 1'), sessions: derive(root, 'signalbox sessions 1') };
}

function derive(root: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), purpose, 32));
}
