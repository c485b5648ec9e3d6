// Where the embedded PostgreSQL listens: a Unix socket in a short path of its own, or TCP on loopback with a password.
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from './place.ts';
import { postmasterOf } from './processes.ts';
import { giveTo, type Identity } from './unprivileged.ts';

export type Address =
  | { readonly kind: 'socket'; readonly directory: string }
  | { readonly kind: 'tcp'; readonly port: number; readonly password: string };

/** A socket's path has at most 107 bytes (103 on macOS), a data directory more: so it lies in the temporary folder. */
export function socketAddress(place: Place): Address & { readonly kind: 'socket' } {
  return { kind: 'socket', directory: socketDirectory(place) };
}

export async function makeSocketDirectory(directory: string, identity: Identity): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await refuseForeign(directory);
  }
  await giveTo(identity, directory);
}

export function socketDirectory(place: Place): string {
  const name = `signalbox-${createHash('sha256').update(place.directory).digest('hex').slice(0, 16)}`;
  const usual = join(tmpdir(), name);
  return Buffer.byteLength(`${usual}/.s.PGSQL.5432`) > 100 ? join('/tmp', name) : usual;
}

/** The temporary folder belongs to everybody: what lies there under our name must be ours, and ours alone. */
async function refuseForeign(directory: string): Promise<void> {
  const found = await lstat(directory);
  const us = process.getuid?.();
  if (found.isDirectory() && (found.mode & 0o077) === 0 && (us === 0 || found.uid === us)) return;
  throw new Error(
    `${directory} is to hold the socket of PostgreSQL, but it is not a directory that only this user may enter. ` +
      `Remove it, or set TMPDIR to a directory of your own.`,
  );
}

/** A free port, and the password that initdb took. The port is kept while this server runs. */
export async function tcpAddress(place: Place): Promise<Address> {
  const probe = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => resolve((probe.address() as { port: number }).port));
  });
  await new Promise((resolve) => probe.close(resolve));
  return { kind: 'tcp', port, password: await readFile(place.passwordFile, 'utf8') };
}

/** The address of the one that runs now, from its own postmaster.pid: it may have been started with another TMPDIR or port. Undefined until it listens. */
export async function readAddress(place: Place): Promise<Address | undefined> {
  const running = await postmasterOf(place.cluster);
  if (!running) return undefined;
  if (running.socketDirectory) return { kind: 'socket', directory: running.socketDirectory };
  if (!running.listenAddress) return undefined;
  return { kind: 'tcp', port: running.port, password: await readFile(place.passwordFile, 'utf8') };
}

/** As libpq and `pg` both read it: psql takes it too. */
export function urlOf(address: Address, database: string): string {
  if (address.kind === 'tcp') {
    return `postgresql://signalbox:${encodeURIComponent(address.password)}@127.0.0.1:${address.port}/${database}`;
  }
  return `postgresql://signalbox@localhost/${database}?host=${encodeURIComponent(address.directory)}`;
}
