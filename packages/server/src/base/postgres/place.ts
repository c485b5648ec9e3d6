// The data directory, laid out: the cluster itself, and beside it its log and what the supervisor must remember.
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

export type Place = {
  /** Where everything of it lies. Real path: the socket's name is made from it. */
  readonly directory: string;
  readonly cluster: string;
  readonly logDirectory: string;
  /** What PostgreSQL prints before its own log is open. */
  readonly startLog: string;
  readonly passwordFile: string;
  /** Settings of the person who runs it; they win over ours. */
  readonly ownConfiguration: string;
  /** Stands while everything is being removed. */
  readonly removalMark: string;
  readonly databaseName: string;
};

export async function openPlace(dataDirectory: string): Promise<Place> {
  await mkdir(dataDirectory, { recursive: true });
  return placeAt(await realpath(dataDirectory));
}

export function placeAt(directory: string): Place {
  return {
    directory,
    cluster: join(directory, 'cluster'),
    logDirectory: join(directory, 'log'),
    startLog: join(directory, 'start.log'),
    passwordFile: join(directory, 'password'),
    ownConfiguration: join(directory, 'own.conf'),
    removalMark: join(directory, 'being-removed'),
    databaseName: 'signalbox',
  };
}
