// Reads files of a repository as they are at a commit: the configuration of a push.
import type { TreeFile, TreeReader } from '@signalbox/plan';
import { type Queryable, sql } from '../base/index.ts';
import { fileAt, type Mirror, type Mirrors, namesAt } from '../forges/index.ts';
import { sourceDefaults } from './limits.ts';

export type TreeAtPushParts = {
  readonly db: Queryable;
  readonly mirrors: Mirrors;
  readonly limits?: { readonly fileBytes: number } | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** The mirror is fetched when it lacks the commit: another server may have recorded the push. */
export function treeAtPush(
  { db, mirrors, limits = sourceDefaults, signal }: TreeAtPushParts,
  repoId: number,
  revision: string,
): TreeReader {
  let opened: Promise<Mirror | TreeFile> | undefined;
  const mirror = () => {
    opened ??= openMirror(db, mirrors, repoId, revision, signal);
    return opened;
  };
  return {
    list: async (directory) => {
      const at = await mirror();
      return 'kind' in at ? [] : namesAt(at, revision, directory);
    },
    read: async (path) => {
      const at = await mirror();
      return 'kind' in at ? at : readFrom(at, revision, path, limits.fileBytes);
    },
  };
}

async function openMirror(
  db: Queryable,
  mirrors: Mirrors,
  repoId: number,
  revision: string,
  signal: AbortSignal | undefined,
): Promise<Mirror | TreeFile> {
  const [repo] = await db.query<{ name: string; url: string }>(sql`select name, url from repo where id = ${repoId}`);
  if (!repo) return { kind: 'absent' };
  const mirror = mirrors.of(repo.name, repo.url);
  if (await mirror.has(revision)) return mirror;
  const there = await mirror.exclusively(async () => {
    await mirror.fetch(signal);
    return (await mirror.has(revision)) || (await mirror.fetchRevision(revision, signal));
  });
  return there ? mirror : { kind: 'unreadable', says: `Commit ${revision} is no longer in the repository.` };
}

async function readFrom(mirror: Mirror, revision: string, path: string, limitBytes: number): Promise<TreeFile> {
  const file = await fileAt(mirror, revision, path, limitBytes);
  if (file.kind === 'absent') return file;
  if (file.kind === 'other') {
    return { kind: 'unreadable', says: `${path} is ${file.what}, which is not followed. Commit a file.` };
  }
  if (file.kind === 'too-large') {
    return { kind: 'unreadable', says: `${path} has ${file.sizeBytes} bytes; at most ${limitBytes} are read.` };
  }
  return { kind: 'text', text: file.content.toString('utf8') };
}
