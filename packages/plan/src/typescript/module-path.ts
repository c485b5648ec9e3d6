// Which file of the tree an import means. Nothing outside of the tree has a name here.
import { quote } from '../printable.ts';

/** What is imported for its types and its helpers. No file of the tree has this name. */
export const builtIn = 'signalbox';

export type ModuleKind = 'script' | 'json' | 'text';

export type Resolved =
  | { readonly kind: 'file'; readonly path: string; readonly as: ModuleKind }
  | { readonly kind: 'built-in' }
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string | null };

/** `from` is the path of the file that imports, from the top of the tree; `type` what its import says after `with`. */
export function resolveImport(from: string, specifier: string, type: string | null): Resolved {
  if (specifier === builtIn) return { kind: 'built-in' };
  const named = quote(specifier);
  if (!/^\.\.?\//.test(specifier)) {
    const message = `${named} cannot be imported: only files of the tree can`;
    return { kind: 'refused', message, hint: hintFor(specifier) };
  }
  if (/[\\\0?#%]/.test(specifier)) {
    return {
      kind: 'refused',
      message: `${named} is no path in the tree`,
      hint: 'write it with / and plain characters',
    };
  }
  const path = joined(from, specifier);
  if (path === null) return { kind: 'refused', message: `${named} leads out of the tree`, hint: null };
  const as = kindOf(path, type);
  if (as) return { kind: 'file', path, as };
  const isBare = !/\.[A-Za-z0-9]+$/.test(path);
  return {
    kind: 'refused',
    message: `${named} cannot be imported: ${isBare ? 'it has no ending' : 'nothing is known of its ending'}`,
    hint: isBare
      ? `write the whole name: \`${specifier}.ts\``
      : "`import text from '…' with { type: 'text' }` reads any file as text",
  };
}

const endings: Readonly<Record<string, ModuleKind>> = {
  ts: 'script',
  mts: 'script',
  js: 'script',
  mjs: 'script',
  json: 'json',
  txt: 'text',
};

function kindOf(path: string, type: string | null): ModuleKind | null {
  if (type === 'text') return 'text';
  const ending = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(endings, ending) ? (endings[ending] ?? null) : null;
}

/** Null when it leads out of the tree. */
function joined(from: string, specifier: string): string | null {
  const names = from.split('/').slice(0, -1);
  for (const name of specifier.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return null;
  }
  return names.length > 0 ? names.join('/') : null;
}

function hintFor(specifier: string): string | null {
  if (
    specifier.startsWith('node:') ||
    /^(fs|path|os|child_process|process|crypto|http|https|url|util)$/.test(specifier)
  ) {
    return 'a configuration runs in a sandbox, without Node: no disk, no network, no clock';
  }
  if (/^[a-z]+:/i.test(specifier)) return 'there is no network; commit the file, and import it by its path';
  if (specifier.startsWith('/')) return 'paths are relative to the file that imports: `./pools.ts`';
  return 'packages are not installed here; files of the tree begin with ./ or ../';
}
