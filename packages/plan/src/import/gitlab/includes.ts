// `include:` of a file: those of the same tree are read and laid under it; what lies elsewhere is a gap.
import { createGlob } from '../../globs.ts';
import { limits } from '../../limits.ts';
import { quote } from '../../printable.ts';
import { type Entry, type Table, textAt, type Value, valueAt } from '../../tree.ts';
import { type Gap, gapAt } from '../gap.ts';
import type { Sources } from '../sources.ts';
import { mergeTables } from './merge.ts';

/** The tree around the files, for those that they include. */
export type Tree = {
  /** Null when there is no such file. */
  readonly read: (path: string) => string | null;
  readonly paths: () => readonly string[];
};

export type Included = { readonly root: Table; readonly files: readonly string[]; readonly gaps: readonly Gap[] };

export function withIncludes(file: string, text: string, tree: Tree | undefined, sources: Sources): Included | null {
  const gaps: Gap[] = [];
  const files: string[] = [];
  const read = (path: string, content: string, depth: number): Table | null => {
    files.push(path);
    const own = sources.read(path, withoutHeader(content));
    if (!own) return null;
    let under: Table | null = null;
    for (const item of includesOf(own)) {
      for (const { path: next, text: nextText } of localFiles(item, tree, sources, gaps)) {
        // Twice the same is the same; more are no files that anybody wrote.
        if (files.includes(next)) continue;
        if (files.length >= mostFiles || depth >= mostFiles) {
          sources.refuse(item.at, `more than ${mostFiles} files are included`, 'import them one by one');
          return null;
        }
        const table = read(next, nextText, depth + 1);
        if (table) under = under ? mergeTables(under, table, sources) : table;
      }
    }
    return under ? mergeTables(under, own, sources) : own;
  };
  const root = read(file, text, 0);
  return root && { root, files, gaps };
}

const mostFiles = 100;

/** A file may begin with a document of its own that says what it is told. Places stay as they are. */
function withoutHeader(text: string): string {
  const header = /^(?:\s*#.*\n|\s*\n)*spec:[\s\S]*?\n---[ \t]*\r?\n/.exec(text)?.[0];
  return header === undefined ? text : header.replace(/[^\r\n]/g, ' ') + text.slice(header.length);
}

type Item = { readonly at: Value | Entry; readonly value: Value };

function includesOf(root: Table): Item[] {
  const entry = root.entries.get('include');
  if (!entry) return [];
  if (entry.value.kind === 'list') return entry.value.items.map((value) => ({ at: value, value }));
  return [{ at: entry, value: entry.value }];
}

function localFiles(
  { at, value }: Item,
  tree: Tree | undefined,
  sources: Sources,
  gaps: Gap[],
): { path: string; text: string }[] {
  const local = value.kind === 'scalar' ? value.text : value.kind === 'table' ? textAt(value, 'local') : undefined;
  const isRemote = local === undefined || /^https?:/.test(local);
  if (isRemote || local.includes('$') || !tree) {
    const kinds =
      value.kind === 'table' ? [...value.entries.keys()].filter((key) => key !== 'rules' && key !== 'inputs') : [];
    const what =
      kinds.length > 0 && value.kind === 'table'
        ? kinds.map((key) => `${key}: ${textAt(value, key) ?? '…'}`).join(', ')
        : (local ?? 'include');
    gaps.push(
      gapAt(
        sources,
        at,
        quote(`include ${what}`, 120),
        'It lies elsewhere: import that file too, and join what is made of it.',
      ),
    );
    return [];
  }
  if (value.kind === 'table') {
    for (const key of ['rules', 'inputs']) {
      const entry = value.entries.get(key);
      if (entry && valueAt(value, key))
        gaps.push(gapAt(sources, entry, `${quote(key)} of an include`, 'The file is taken as it is, always.'));
    }
  }
  const path = local.replace(/^\/+/, '');
  if (path.split('/').includes('..')) {
    sources.refuse(at, `${quote(local)} leads out of the tree`, null);
    return [];
  }
  const paths = path.includes('*') ? matching(path, tree) : [path];
  return paths.flatMap((one) => {
    const text = tree.read(one);
    if (text !== null) return [{ path: one, text }];
    sources.refuse(at, `there is no file ${quote(one)} in the tree`, 'it is looked for from the top of the tree');
    return [];
  });
}

function matching(pattern: string, tree: Tree): string[] {
  const matches = createGlob(pattern, { steps: limits.globSteps.most });
  return tree
    .paths()
    .filter((path) => /\.ya?ml$/.test(path) && matches(path))
    .slice(0, mostFiles);
}
