// SHA256SUMS and manifest.json of a directory of the archive, made from rows when they are asked for.
//
// They are not files on the disk: a row is written once its file is durable and changes with it, so what is made from rows is
// right after every crash, holds artifacts and reruns that came late, and is never half written or older than what it describes.
// A run may leave a file of such a name itself: in its own directory that one is served, and all sums above hold it too.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Refused } from '@signalbox/protocol';
import type { Queryable } from '../base/index.ts';
import { readFacts } from './facts.ts';
import { type RecordLimits, recordDefaults } from './limits.ts';
import type { OpenFile } from './open-files.ts';
import type { ArchiveStore } from './store.ts';
import { type StoredFile, storedBelow } from './stored-below.ts';

type Make = (db: Queryable, directory: string, files: readonly StoredFile[]) => string | Promise<string>;
const makers: Readonly<Record<string, Make>> = { SHA256SUMS: sums, 'manifest.json': manifest };

/** The names that can be asked for in this directory: none at the top, or where no row names a file. */
export async function descriptionsOf(db: Queryable, store: ArchiveStore, directory: string): Promise<string[]> {
  if (directory === '' || (await storedBelow(db, directory, 1)).length === 0) return [];
  const names = Object.keys(makers);
  const own = await Promise.all(names.map((name) => store.find(`${directory}/${name}`)));
  return names.filter((_, at) => !own[at]);
}

/**
 * `place`: the directory and one of the names. undefined for every other place.
 * @throws Refused not-found for what leads out of the archive, too-large for a directory of too much
 */
export async function openDescription(
  db: Queryable,
  store: ArchiveStore,
  place: string,
  limits: RecordLimits = recordDefaults,
): Promise<OpenFile | undefined> {
  const [, directory, name] = /^(.+)\/([^/]+)$/.exec(place) ?? [];
  const make = name !== undefined && Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!make || !directory || !(await store.list(directory, 1))) return undefined;
  const files = await storedBelow(db, directory, limits.describedFiles + 1);
  if (files.length === 0) return undefined;
  if (files.length > limits.describedFiles) {
    throw new Refused(
      'too-large',
      `More than ${limits.describedFiles} files lie below ${directory}. Ask for the ${name} of a directory in it.`,
    );
  }
  const bytes = Buffer.from(await make(db, directory, files));
  return {
    name: name!,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    modifiedAt: files
      .map(({ storedAt }) => storedAt)
      .sort()
      .at(-1)!,
    read: (range) => Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]),
  };
}

/** As `sha256sum --check` reads it. Names of the archive hold nothing that it would need escaped. */
function sums(_db: Queryable, directory: string, files: readonly StoredFile[]): string {
  return files
    .map(({ place, sha256 }) => {
      const name = within(directory, place);
      // A name of `-` alone would be read as the standard input.
      return `${sha256}  ${name.startsWith('-') ? './' : ''}${name}\n`;
    })
    .join('');
}

async function manifest(db: Queryable, directory: string, files: readonly StoredFile[]): Promise<string> {
  const facts = await readFacts(db, [...new Set(files.map(({ runId }) => runId))]);
  const runs = facts
    .toSorted((one, other) => one.runId - other.runId)
    .map((run) => ({
      run: run.runId,
      lane: run.lane,
      attempt: run.attempt,
      platform: run.ownPlatform,
      variant: run.ownVariant,
      verdict: run.verdict,
      startedAt: run.startedAt,
      endedAt: run.endedAt,
      worker: run.worker,
      cause: run.cause,
      person: run.person,
      repo: run.repo,
      branch: run.branch,
      revision: run.revision,
      buildId: run.buildId,
    }));
  const listed = files.map(({ place, runId, kind, artifact, missingBytes, ...file }) => ({
    path: within(directory, place),
    kind,
    run: runId,
    ...(kind === 'log' ? { missingBytes } : { artifact }),
    ...file,
  }));
  return `${JSON.stringify({ directory, runs, files: listed }, null, 2)}\n`;
}

const within = (directory: string, place: string) => place.slice(directory.length + 1);
