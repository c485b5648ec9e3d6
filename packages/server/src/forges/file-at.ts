// Reads one file of a commit by walking its trees: no path ever reaches git, and no symbolic link is followed.
import type { Mirror } from './mirror.ts';

export type FileAt =
  | { readonly kind: 'file'; readonly content: Buffer }
  | { readonly kind: 'absent' }
  | { readonly kind: 'too-large'; readonly sizeBytes: number }
  /** Something that is no file: what, in words. */
  | { readonly kind: 'other'; readonly what: 'a symbolic link' | 'a directory' | 'a submodule' };

const treeBytesLimit = 64 * 1024 * 1024;
/** A commit with its message and signature. */
const commitBytesLimit = 16 * 1024 * 1024;

/** The path is relative to the top of the tree, with forward slashes. A commit that is not in the mirror has no files. */
export async function fileAt(mirror: Mirror, revision: string, path: string, limitBytes: number): Promise<FileAt> {
  const names = path.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) {
    return { kind: 'absent' };
  }
  let tree = await treeOf(mirror, revision);
  for (const [depth, name] of names.entries()) {
    const entry = tree && findEntry(tree, name, revision.length / 2);
    if (!entry) return { kind: 'absent' };
    const isLast = depth === names.length - 1;
    if (entry.mode === '120000') return { kind: 'other', what: 'a symbolic link' };
    if (entry.mode === '160000') return { kind: 'other', what: 'a submodule' };
    const isTree = entry.mode === '40000';
    if (isLast && isTree) return { kind: 'other', what: 'a directory' };
    if (isLast) return blob(mirror, entry.id, limitBytes);
    if (!isTree) return { kind: 'absent' };
    tree = (await mirror.readPart(entry.id, treeBytesLimit)).content ?? undefined;
  }
  return { kind: 'absent' };
}

async function treeOf(mirror: Mirror, revision: string): Promise<Buffer | undefined> {
  const commit = await mirror.read(revision, commitBytesLimit);
  if (commit?.type !== 'commit' || !commit.content) return undefined;
  const id = /^tree ([0-9a-f]+)\n/.exec(commit.content.toString('latin1', 0, 80))?.[1];
  return id ? ((await mirror.readPart(id, treeBytesLimit)).content ?? undefined) : undefined;
}

async function blob(mirror: Mirror, id: string, limitBytes: number): Promise<FileAt> {
  const object = await mirror.readPart(id, limitBytes);
  if (object.type !== 'blob') return { kind: 'absent' };
  if (!object.content) return { kind: 'too-large', sizeBytes: object.sizeBytes };
  return { kind: 'file', content: object.content };
}

/** A tree is `<mode> <name>\0<id as bytes>` again and again. */
function findEntry(tree: Buffer, name: string, idBytes: number): { mode: string; id: string } | undefined {
  const wanted = Buffer.from(name, 'utf8');
  let at = 0;
  while (at < tree.length) {
    const space = tree.indexOf(32, at);
    const end = tree.indexOf(0, space);
    if (space < 0 || end < 0) return undefined;
    if (tree.subarray(space + 1, end).equals(wanted)) {
      return { mode: tree.toString('latin1', at, space), id: tree.toString('hex', end + 1, end + 1 + idBytes) };
    }
    at = end + 1 + idBytes;
  }
  return undefined;
}
