// Removes an embedded PostgreSQL with all its data: the process, the socket's directory, the data directory.
import { realpath, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { socketDirectory as usualSocketDirectory } from './address.ts';
import { placeAt } from './place.ts';
import { endPostmaster } from './postmaster.ts';
import { postmasterOf } from './processes.ts';

export async function removePostgres(dataDirectory: string): Promise<void> {
  const directory = await realpath(dataDirectory).catch(() => undefined);
  if (directory === undefined) return;
  const place = placeAt(directory);
  // A server that still runs must not start it again.
  await writeFile(place.removalMark, '');
  const running = await postmasterOf(place.cluster);
  if (running) {
    await endPostmaster(running.pid, place);
    // Started with another TMPDIR, perhaps; but never a directory that somebody chose in own.conf.
    const { socketDirectory } = running;
    if (basename(socketDirectory) === basename(usualSocketDirectory(place))) await removeDirectory(socketDirectory);
  }
  await removeDirectory(usualSocketDirectory(place));
  await removeDirectory(directory);
}

async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5 });
}
