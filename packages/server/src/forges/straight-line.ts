// The commits of a push that is a short straight line, which most are: read by the process that stays, where git log and its
// like would each start another (3.6 ms of the server's one thread).
import { type Head, headOf } from './head.ts';
import type { Mirror } from './mirror.ts';

const mostCommits = 20;
/** A larger one is left to git, which cuts it. */
const commitBytesLimit = 65_536;

/** Newest first, from `after` down to but without `before`; undefined when it is no such line, or git must tell what a commit says. */
export async function straightLine(mirror: Mirror, before: string, after: string): Promise<Head[] | undefined> {
  const line: Head[] = [];
  for (let revision = after; revision !== before; ) {
    if (line.length === mostCommits) return undefined;
    const object = await mirror.read(revision, commitBytesLimit);
    const commit = object?.type === 'commit' && object.content ? parseCommit(revision, object.content) : undefined;
    if (!commit?.parent) return undefined;
    line.push(commit.head);
    revision = commit.parent;
  }
  return line;
}

/** A commit with one parent whose text is UTF-8; anything else is left to git. */
function parseCommit(revision: string, content: Buffer): { head: Head; parent: string } | undefined {
  const text = content.toString('utf8');
  const end = text.indexOf('\n\n');
  if (end < 0 || text.includes('\ufffd') || text.includes('\0')) return undefined;
  const headers = text.slice(0, end).split('\n');
  const parents = headers.filter((header) => header.startsWith('parent '));
  if (parents.length !== 1 || headers.some((header) => header.startsWith('encoding '))) return undefined;
  const [, name = '', mail = ''] = /^author (.*?) ?<([^>]*)>/m.exec(text) ?? [];
  const [, seconds = '0'] = /^committer .*> (\d+) [+-]\d+$/m.exec(text.slice(0, end)) ?? [];
  return {
    parent: parents[0]!.slice('parent '.length),
    head: headOf({ revision, name, mail, seconds: Number(seconds), message: text.slice(end + 2) }),
  };
}
