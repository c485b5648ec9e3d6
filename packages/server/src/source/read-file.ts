// Reads a file of a repository as it is at a commit: the configuration of a push.
import { type Queryable, sql } from '../base/index.ts';
import { fileAt, type Mirrors } from '../forges/index.ts';
import { sourceDefaults } from './limits.ts';

export type FileAtPush =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  /** It is there and cannot be taken: why, for a person. */
  | { readonly kind: 'unreadable'; readonly says: string };
export type ReadFileParts = {
  readonly db: Queryable;
  readonly mirrors: Mirrors;
  readonly limits?: { readonly fileBytes: number } | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** The mirror is fetched when it lacks the commit: another server may have recorded the push. */
export async function readFileAtPush(
  { db, mirrors, limits = sourceDefaults, signal }: ReadFileParts,
  repoId: number,
  revision: string,
  path: string,
): Promise<FileAtPush> {
  const [repo] = await db.query<{ name: string; url: string }>(sql`select name, url from repo where id = ${repoId}`);
  if (!repo) return { kind: 'absent' };
  const mirror = mirrors.of(repo.name, repo.url);
  if (!(await mirror.has(revision))) {
    const there = await mirror.exclusively(async () => {
      await mirror.fetch(signal);
      return (await mirror.has(revision)) || (await mirror.fetchRevision(revision, signal));
    });
    if (!there) return { kind: 'unreadable', says: `Commit ${revision} is no longer in the repository.` };
  }
  const file = await fileAt(mirror, revision, path, limits.fileBytes);
  if (file.kind === 'absent') return file;
  if (file.kind === 'other') {
    return { kind: 'unreadable', says: `${path} is ${file.what}, which is not followed. Commit a file.` };
  }
  if (file.kind === 'too-large') {
    return {
      kind: 'unreadable',
      says: `${path} has ${file.sizeBytes} bytes; at most ${limits.fileBytes} are read.`,
    };
  }
  return { kind: 'text', text: file.content.toString('utf8') };
}
