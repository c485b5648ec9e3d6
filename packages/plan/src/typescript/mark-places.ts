// Makes a script say where its objects are written: each object literal gets the number of an entry that knows the place of
// every key. Only insertions, none with a line end: a place in the script leads back to the place in the file.
import {
  type AnyNode,
  type ExportAllDeclaration,
  type ExportNamedDeclaration,
  type Expression,
  type ImportDeclaration,
  type Literal as LiteralNode,
  type ObjectExpression,
  type PrivateIdentifier,
  type Program,
  parse,
} from 'acorn';
import type { Finding } from '../draft.ts';
import { deepestPlace } from './deepest-place.ts';
import { lineStartsOf, type TreeSource } from './tree-source.ts';

/** Where a value is written. Offsets are those of the configuration, whatever the file. */
export type Span = { readonly offset: number; readonly end: number };
export type WrittenKey = {
  readonly keyOffset: number;
  readonly value: Span;
  /** Of a list that is written out, its entries. */
  readonly items: readonly Span[] | null;
};
/** An object literal: where it is, and its keys that are written out. */
export type Literal = Span & { readonly keys: ReadonlyMap<string, WrittenKey> };

export type WrittenImport = {
  readonly specifier: string;
  /** What the marked script calls it. */
  readonly name: string;
  readonly type: string | null;
  readonly offset: number;
};

export type MarkedScript = {
  readonly text: string;
  readonly imports: readonly WrittenImport[];
  /** From a place in the marked text, as the engine tells it, to an offset of the configuration. */
  offsetAt(line: number, column: number): number;
  /** Where `export default` stands; the beginning of the file without it. */
  readonly entryOffset: number;
};

/** The names under which the marked script finds what the sandbox brings. */
export type MarkNames = { readonly place: string; readonly made: string; readonly spread: string };

export type Marked = { readonly kind: 'marked'; readonly script: MarkedScript } | Refused;
export type Refused = { readonly kind: 'refused'; readonly findings: readonly Finding[] };

/** `javascript` is as long as the source's text; `ahead` counts characters of it that are not in the file. */
export function markPlaces(
  source: TreeSource,
  javascript: string,
  names: MarkNames,
  literals: Literal[],
  ahead = 0,
): Marked {
  const at = source.start - ahead;
  let program: Program;
  try {
    program = parse(javascript, { ecmaVersion: 'latest', sourceType: 'module', preserveParens: false });
  } catch (error) {
    return { kind: 'refused', findings: [syntaxMistake(error, source, at)] };
  }
  const marks = new Marks(javascript, at, names, literals);
  marks.visit(program);
  if (marks.findings.length > 0) return { kind: 'refused', findings: marks.findings };
  const { text, edits } = marks.applied();
  const lineStarts = lineStartsOf(text);
  return {
    kind: 'marked',
    script: {
      text,
      imports: marks.imports.sort((one, other) => one.offset - other.offset),
      entryOffset: marks.entryOffset ?? source.start,
      offsetAt(line, column) {
        const lineStart = lineStarts[Math.min(Math.max(line, 1), lineStarts.length) - 1] ?? 0;
        const before = originalOf(edits, Math.min(lineStart + Math.max(column, 1) - 1, text.length));
        return Math.min(Math.max(at + before, source.start), source.start + source.text.length);
      },
    },
  };
}

function syntaxMistake(error: unknown, source: TreeSource, at: number): Finding {
  if (!(error instanceof SyntaxError)) {
    return { offset: deepestPlace(source), rule: 'depth', message: 'this is nested too deeply to be read', hint: null };
  }
  const { pos } = error as SyntaxError & { pos?: number };
  const told = error.message.replace(/ \(\d+:\d+\)$/, '');
  const message = `this is not JavaScript: ${told.charAt(0).toLowerCase()}${told.slice(1)}`;
  return { offset: Math.max(at + (pos ?? 0), source.start), rule: 'syntax', message, hint: null };
}

/** An insertion, or, with `length`, as many spaces. */
type Edit = { readonly at: number; readonly put: string; readonly length: number };

function originalOf(edits: readonly Edit[], offset: number): number {
  let added = 0;
  for (const { at, put, length } of edits) {
    if (length > 0) continue;
    if (at + added >= offset) break;
    if (at + added + put.length > offset) return at;
    added += put.length;
  }
  return offset - added;
}

class Marks {
  readonly imports: WrittenImport[] = [];
  readonly findings: Finding[] = [];
  entryOffset: number | undefined;
  readonly #text: string;
  readonly #at: number;
  readonly #names: MarkNames;
  readonly #literals: Literal[];
  readonly #edits: Edit[] = [];

  constructor(text: string, at: number, names: MarkNames, literals: Literal[]) {
    this.#text = text;
    this.#at = at;
    this.#names = names;
    this.#literals = literals;
  }

  /** Without recursion: the parser's own depth is the limit. */
  visit(program: Program): void {
    const todo: AnyNode[] = [program];
    for (let node = todo.pop(); node; node = todo.pop()) {
      this.#look(node);
      for (const value of Object.values(node)) {
        if (Array.isArray(value)) {
          for (const child of value) if (isNode(child)) todo.push(child);
        } else if (isNode(value)) todo.push(value);
      }
    }
  }

  applied(): { text: string; edits: readonly Edit[] } {
    // What is inserted at one place stays in the order in which it came: outer objects are looked at first.
    const edits = this.#edits.sort((one, other) => one.at - other.at);
    const parts: string[] = [];
    let from = 0;
    for (const { at, put, length } of edits) {
      parts.push(this.#text.slice(from, at), put);
      from = at + length;
    }
    parts.push(this.#text.slice(from));
    return { text: parts.join(''), edits };
  }

  #look(node: AnyNode): void {
    switch (node.type) {
      case 'ObjectExpression':
        this.#literal(node);
        break;
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
        this.#noteImport(node.source, node);
        break;
      case 'ExportNamedDeclaration':
        if (node.source) this.#noteImport(node.source, node);
        break;
      case 'ExportDefaultDeclaration':
        this.entryOffset ??= this.#at + node.start;
        break;
      case 'ImportExpression': {
        const message = '`import` as a function cannot be used here: what is read is known before anything runs';
        this.#tell(node.start, message, 'write `import … from` at the top of the file');
        break;
      }
      case 'MetaProperty':
        if (node.meta.name === 'import') this.#tell(node.start, 'there is no `import.meta` here', null);
    }
  }

  /** The kind of a module is settled before the engine sees it: what follows `with` is taken away. */
  #noteImport(source: LiteralNode, node: ImportDeclaration | ExportAllDeclaration | ExportNamedDeclaration): void {
    const type = node.attributes.find(({ key }) => (key.type === 'Identifier' ? key.name : key.value) === 'type');
    const word = type ? String(type.value.value) : null;
    const specifier = String(source.value);
    // One file may be imported as what it is and as text: for the engine these are two names.
    const name = word === 'text' ? `${specifier}#text` : specifier;
    this.imports.push({ specifier, name, type: word, offset: this.#at + source.start });
    if (name !== specifier) this.#insert(source.end - 1, '#text');
    if (node.attributes.length === 0) return;
    const tail = this.#text.slice(source.end, node.end);
    this.#edits.push({ at: source.end, put: `;${tail.slice(1).replace(/[^\r\n]/g, ' ')}`, length: tail.length });
  }

  #literal(node: ObjectExpression): void {
    const keys = new Map<string, WrittenKey>();
    let spreads = 0;
    let isJob = false;
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        spreads += 1;
        this.#insert(property.argument.start, `${this.#names.spread}(`);
        this.#insert(property.argument.end, ')');
        continue;
      }
      const key = property.computed ? null : nameOf(property.key);
      if (key === null) continue;
      if (key === 'steps' || key === 'gate') isJob = true;
      keys.set(key, { keyOffset: this.#at + property.key.start, ...this.#written(property.value) });
    }
    const id = this.#literals.length;
    this.#literals.push({ ...this.#span(node), keys });
    const { place, made } = this.#names;
    // Telling the calls that led here costs as much as ten objects: only what may be a job does.
    const mark = isJob || spreads > 0 ? `[${place}]:${made}(${id},${spreads})` : `[${place}]:${id}`;
    const last = node.properties.at(-1);
    // Before a comma that may follow: `{a: 1, }` becomes `{a: 1,[place]:7, }`.
    if (last) this.#insert(last.end, `,${mark}`);
    else this.#insert(node.start + 1, mark);
  }

  #written(value: Expression): Pick<WrittenKey, 'value' | 'items'> {
    const items: Span[] = [];
    const elements = value.type === 'ArrayExpression' ? value.elements : [];
    for (const element of elements) if (element && element.type !== 'SpreadElement') items.push(this.#span(element));
    const isWhole = value.type === 'ArrayExpression' && items.length === elements.length;
    return { value: this.#span(value), items: isWhole ? items : null };
  }

  #span(node: AnyNode): Span {
    return { offset: this.#at + node.start, end: this.#at + node.end };
  }

  #insert(at: number, put: string): void {
    this.#edits.push({ at, put, length: 0 });
  }

  #tell(at: number, message: string, hint: string | null): void {
    this.findings.push({ offset: this.#at + at, rule: 'import', message, hint });
  }
}

function nameOf(key: Expression | PrivateIdentifier): string | null {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : null;
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
