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
  const entry = await entryAt(mirror, revision, path);
  if (!entry) return { kind: 'absent' };
  if (entry.what !== 'a file') return { kind: 'other', what: entry.what };
  return blob(mirror, entry.id, limitBytes);
}

/** Names of what lies directly in a directory; none when it is no directory. */
export async function namesAt(mirror: Mirror, revision: string, directory: string): Promise<string[]> {
  const entry = await entryAt(mirror, revision, directory);
  if (entry?.what !== 'a directory') return [];
  const tree = (await mirror.readPart(entry.id, treeBytesLimit)).content;
  return tree ? [...entriesOf(tree, revision.length / 2)].map(({ name }) => name.toString('utf8')) : [];
}

type Found = { readonly what: 'a file' | Extract<FileAt, { kind: 'other' }>['what']; readonly id: string };

/** Undefined when it is not there. Of a path that goes through a link or a submodule, that is found. */
async function entryAt(mirror: Mirror, revision: string, path: string): Promise<Found | undefined> {
  const names = path.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) return undefined;
  let tree = await treeOf(mirror, revision);
  for (const [depth, name] of names.entries()) {
    const wanted = Buffer.from(name, 'utf8');
    const entry = tree && first(entriesOf(tree, revision.length / 2), (each) => each.name.equals(wanted));
    if (!entry) return undefined;
    const what = kinds[entry.mode] ?? 'a file';
    if (depth === names.length - 1 || what === 'a symbolic link' || what === 'a submodule')
      return { what, id: entry.id };
    if (what !== 'a directory') return undefined;
    tree = (await mirror.readPart(entry.id, treeBytesLimit)).content ?? undefined;
  }
  return undefined;
}

const kinds: Readonly<Record<string, Found['what']>> = {
  '120000': 'a symbolic link',
  '160000': 'a submodule',
  '40000': 'a directory',
};

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

function first<Item>(items: Iterable<Item>, isIt: (item: Item) => boolean): Item | undefined {
  for (const item of items) if (isIt(item)) return item;
  return undefined;
}

type TreeEntry = { readonly mode: string; readonly name: Buffer; readonly id: string };

/** A tree is `<mode> <name>\0<id as bytes>` again and again. */
function* entriesOf(tree: Buffer, idBytes: number): Generator<TreeEntry> {
  let at = 0;
  while (at < tree.length) {
    const space = tree.indexOf(32, at);
    const end = tree.indexOf(0, space);
    if (space < 0 || end < 0) return;
    const id = tree.toString('hex', end + 1, end + 1 + idBytes);
    yield { mode: tree.toString('latin1', at, space), name: tree.subarray(space + 1, end), id };
    at = end + 1 + idBytes;
  }
}
