// Reads the entry and all that it imports, from the tree alone, before anything runs: so it is known what a result depends on.
import type { Finding } from '../draft.ts';
import { counted, limits } from '../limits.ts';
import type { TreeFile } from '../load.ts';
import { nearestHint } from '../nearest.ts';
import { quote } from '../printable.ts';
import { refuseBytes } from '../refuse-bytes.ts';
import { builtIn, builtInText } from './built-in.ts';
import { jsonModule, textModule } from './data-module.ts';
import { refuseDepth } from './deepest-place.ts';
import { type Literal, type Marked, type MarkedScript, type MarkNames, markPlaces } from './mark-places.ts';
import { type ModuleKind, resolveImport } from './module-path.ts';
import type { SandboxModule } from './sandbox.ts';
import { stripTypes } from './strip-types.ts';
import { type TreeSource, treeSource } from './tree-source.ts';

/** `beside`: what the folder of an absent file holds instead, for a hint. */
export type ScriptFile = TreeFile & { readonly beside?: readonly string[] };
/** Paths begin at the top of the tree, with `/` between names, and without `.` and `..`. */
export type ReadScript = (path: string) => Promise<ScriptFile>;

export type ReadModule = { readonly source: TreeSource; readonly script: MarkedScript };
export type Modules = {
  readonly modules: ReadonlyMap<string, ReadModule>;
  readonly texts: ReadonlyMap<string, SandboxModule>;
  readonly literals: readonly Literal[];
  readonly names: MarkNames;
};
/** `files` in one space of offsets, the entry first. */
export type ModulesRead = { readonly files: readonly TreeSource[] } & (
  | { readonly kind: 'modules'; readonly modules: Modules }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[]; readonly broken: boolean }
);

export async function readModules(entry: string, read: ReadScript): Promise<ModulesRead> {
  const gathering = new Gathering(entry);
  for (let wanted = gathering.next(); wanted; wanted = gathering.next()) {
    gathering.take(wanted, await read(wanted.path));
  }
  return gathering.gathered();
}

type Wanted = { readonly path: string; readonly as: ModuleKind; readonly offset: number };

/** A file can be read as what it is and as text: these are two modules. No path in the tree has a `#` here. */
const keyOf = (path: string, as: ModuleKind): string => (as === 'text' ? `${path}#text` : path);

class Gathering {
  readonly #findings: Finding[] = [];
  readonly #literals: Literal[] = [];
  readonly #files: TreeSource[] = [];
  readonly #modules = new Map<string, ReadModule>();
  readonly #texts = new Map<string, SandboxModule>([[builtIn, { text: builtInText, imports: new Map() }]]);
  readonly #seen: Set<string>;
  readonly #todo: Wanted[];
  #names = namesFor('');
  #characters = 0;
  #broken = false;

  constructor(entry: string) {
    this.#seen = new Set([entry]);
    this.#todo = [{ path: entry, as: 'script', offset: 0 }];
  }

  next(): Wanted | undefined {
    return this.#todo.shift();
  }

  take(wanted: Wanted, file: ScriptFile): void {
    const text = file.kind === 'text' ? withoutMark(file.text) : '';
    const source = treeSource(wanted.path, text, this.#files.at(-1));
    const isEntry = this.#files.length === 0;
    if (isEntry || file.kind === 'text') this.#files.push(source);
    if (file.kind !== 'text') {
      this.#findings.push({ offset: wanted.offset, rule: 'import', ...missing(wanted.path, file) });
      return;
    }
    this.#characters += text.length;
    const tooMuch = beyond(source, wanted, this.#files.length, this.#characters);
    if (tooMuch) {
      this.#findings.push(tooMuch);
      this.#todo.length = 0;
      return;
    }
    if (isEntry) this.#names = namesFor(text);
    const marked = this.#mark(source, wanted.as);
    if (marked.kind === 'refused') this.#findings.push(...marked.findings);
    else this.#keep(wanted, source, marked.script);
  }

  gathered(): ModulesRead {
    const files = this.#files;
    if (this.#findings.length > 0) return { kind: 'refused', files, findings: this.#findings, broken: this.#broken };
    const modules = { modules: this.#modules, texts: this.#texts, literals: this.#literals, names: this.#names };
    return { kind: 'modules', files, modules };
  }

  #mark(source: TreeSource, as: ModuleKind): Marked {
    if (as === 'text') return textModule(source);
    const bytes = refuseBytes(source.text).map((one) => ({ ...one, offset: one.offset + source.start }));
    const refused = [...bytes, ...refuseDepth(source)];
    if (refused.length > 0) return { kind: 'refused', findings: refused };
    if (as === 'json') return jsonModule(source, this.#names, this.#literals);
    const stripped = stripTypes(source);
    if (stripped.kind === 'script') return markPlaces(source, stripped.text, this.#names, this.#literals);
    if (stripped.broken) {
      this.#broken = true;
      this.#todo.length = 0;
    }
    return { kind: 'refused', findings: [stripped.finding] };
  }

  #keep(wanted: Wanted, source: TreeSource, script: MarkedScript): void {
    const imports = new Map<string, string>();
    for (const { specifier, name, type, offset } of script.imports) {
      const resolved = resolveImport(wanted.path, specifier, type);
      if (resolved.kind === 'refused') {
        this.#findings.push({ offset, rule: 'import', message: resolved.message, hint: resolved.hint });
        continue;
      }
      const key = resolved.kind === 'built-in' ? builtIn : keyOf(resolved.path, resolved.as);
      imports.set(name, key);
      if (resolved.kind === 'built-in' || this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.#todo.push({ path: resolved.path, as: resolved.as, offset });
    }
    const key = keyOf(wanted.path, wanted.as);
    this.#modules.set(key, { source, script });
    this.#texts.set(key, { text: script.text, imports });
  }
}

/** A script that has our names already gets others: it could not mean anything good. */
function namesFor(text: string): MarkNames {
  let word = '$signalbox';
  while (text.includes(word)) word += '_';
  return { place: `${word}Place`, made: `${word}Made`, spread: `${word}Spread` };
}

const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text);

function missing(path: string, file: Exclude<ScriptFile, { kind: 'text' }>): Pick<Finding, 'message' | 'hint'> {
  if (file.kind === 'unreadable') return { message: file.says, hint: null };
  const name = path.slice(path.lastIndexOf('/') + 1);
  return {
    message: `there is no file ${quote(path, 200)} in the tree`,
    hint: nearestHint(name, file.beside ?? []) ?? 'is it committed, and spelled as it is there?',
  };
}

function beyond(source: TreeSource, wanted: Wanted, files: number, characters: number): Finding | null {
  const hint = 'data that is this big is best made by a job';
  if (source.text.length > limits.fileCharacters.most) {
    const length = counted(source.text.length);
    const message = `the file has ${length} characters; ${counted(limits.fileCharacters.most)} are the limit`;
    return { offset: source.start, rule: 'file', message, hint };
  }
  if (files > limits.modules.most) {
    const message = `with this import more than ${counted(limits.modules.most)} files are read`;
    return { offset: wanted.offset, rule: 'modules', message, hint: null };
  }
  if (characters > limits.moduleCharacters.most) {
    const message = `with this file more than ${counted(limits.moduleCharacters.most)} characters are read`;
    return { offset: wanted.offset, rule: 'modules', message, hint };
  }
  return null;
}
