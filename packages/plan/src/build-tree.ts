// The YAML library's nodes become our values: aliases shared, merges (`<<`) applied, duplicate keys and tags refused.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
  Scalar as YamlScalar,
} from 'yaml';
import { type Built, leaf, measured, offsetOf, rangeOf, tagOffset, typed } from './built.ts';
import type { Finding } from './draft.ts';
import { holesIn } from './expressions.ts';
import { counted, limits } from './limits.ts';
import { nearestHint } from './nearest.ts';
import { quote } from './printable.ts';
import { lineSeenFrom, type Source } from './source.ts';
import type { Entry, List, Merged, Scalar, Table, Value } from './tree.ts';

/** Null when the tree cannot be walked safely; what is wrong is in `found`. */
export function buildTree(document: Document.Parsed, source: Source, found: Finding[]): { value: Value | null } {
  const version = document.directives?.yaml;
  if (version?.explicit && version.version !== '1.2') {
    const message = `a configuration is YAML 1.2, not ${version.version}`;
    return { value: refuse(found, 0, 'directive', message, 'remove the line that begins with %YAML') };
  }
  const built = new Builder(source, found).build(document.contents as Node);
  if (built === null) return { value: null };
  if (built.depth > limits.depth.most) {
    const message = `values lie more than ${limits.depth.most} deep in each other, aliases counted`;
    return { value: refuse(found, built.value.offset, 'depth', message, null) };
  }
  if (built.size > limits.values.most) {
    const message = `with its aliases written out the file has more than ${counted(limits.values.most)} values`;
    return { value: refuse(found, built.value.offset, 'values', message, 'aliases of aliases multiply') };
  }
  return { value: built.value };
}

function refuse(found: Finding[], offset: number, rule: string, message: string, hint: string | null): null {
  found.push({ offset, rule, message, hint });
  return null;
}

class Builder {
  readonly #source: Source;
  readonly #found: Finding[];
  /** What each anchor names so far; null while it is being built. */
  readonly #anchors = new Map<string, Built | null>();

  constructor(source: Source, found: Finding[]) {
    this.#source = source;
    this.#found = found;
  }

  build(node: Node): Built | null {
    if (isAlias(node)) return this.#alias(node.source, offsetOf(node));
    const { anchor } = node;
    if (anchor !== undefined) this.#anchors.set(anchor, null);
    const built = this.#plain(node);
    if (anchor !== undefined && built) this.#anchors.set(anchor, built);
    return built;
  }

  #plain(node: Node): Built | null {
    const isRefused = this.#refuseTag(node);
    if (isRefused && isScalar(node)) return leaf('unknown', offsetOf(node));
    if (isMap(node)) return this.#table(node);
    if (isSeq(node)) return this.#list(node.items as Node[], node);
    return isScalar(node) ? this.#scalar(node) : null;
  }

  #list(nodes: readonly Node[], node: Node): Built {
    const parts: Built[] = [];
    const aliases = new Map<number, number>();
    for (const item of nodes) {
      const built = this.build(item);
      if (built === null) continue;
      if (isAlias(item)) aliases.set(parts.length, offsetOf(item));
      parts.push(built);
    }
    const items = parts.map(({ value }) => value);
    const hasHoles = items.some((item) => item.hasHoles);
    const list: List = { kind: 'list', ...rangeOf(node), hasHoles, items, ...(aliases.size > 0 && { aliases }) };
    return measured(list, parts);
  }

  #table(node: YAMLMap): Built {
    const entries = new Map<string, Entry>();
    const parts: Built[] = [];
    let isPartial = false;
    const merges: { readonly source: Built; readonly offset: number; readonly placeOffset: number }[] = [];
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = this.#key(pair.key);
      const built = pair.value ? this.build(pair.value) : leaf('nothing', offsetOf(pair.key));
      if (key === null || built === null) continue;
      const keyOffset = offsetOf(pair.key);
      if (key === '<<' && isScalar(pair.key) && pair.key.type === YamlScalar.PLAIN) {
        merges.push({ source: built, offset: keyOffset, placeOffset: offsetOf(pair.value) });
        continue;
      }
      const first = entries.get(key);
      if (first) {
        const message = `${quote(key)} is here twice; the first is on ${lineSeenFrom(this.#source, first.keyOffset, keyOffset)}`;
        this.#tell(keyOffset, 'duplicate', message, 'keep one of them');
        continue;
      }
      const alias = isAlias(pair.value) ? { aliasOffset: offsetOf(pair.value) } : {};
      entries.set(key, { key, keyOffset, value: built.value, ...alias });
      parts.push(built);
    }
    const merged = merges.length > 0 && { merged: mergedOf(entries, merges) };
    for (const { source, offset } of merges) {
      if (!this.#merge(entries, source.value, offset)) isPartial = true;
      parts.push({ ...source, depth: source.depth - 1 });
    }
    const hasHoles = [...entries.values()].some((entry) => entry.value.hasHoles);
    return measured({ kind: 'table', ...rangeOf(node), hasHoles, entries, isPartial, ...merged }, parts);
  }

  /** Keys of the mapping itself win over merged ones, and earlier merged ones over later. */
  #merge(entries: Map<string, Entry>, value: Value, offset: number): boolean {
    const sources: readonly Value[] = value.kind === 'list' ? value.items : [value];
    for (const source of sources) {
      if (source.kind !== 'table') {
        const isReported = source.kind === 'scalar' && source.type === 'unknown';
        if (!isReported)
          this.#tell(offset, 'merge', '`<<` takes a mapping or a list of mappings', 'write `<<: *anchor`');
        return false;
      }
      if (source.isPartial) return false;
      for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
    }
    return true;
  }

  #key(node: Node | null): string | null {
    const offset = node ? offsetOf(node) : 0;
    if (!isScalar(node) || node.value === null) {
      const hint = isMap(node) ? 'text that begins with { must stand in quotes' : 'write `key: value`';
      this.#tell(offset, 'key', 'a key must be a word', hint);
      return null;
    }
    const built = this.build(node);
    if (built?.value.kind !== 'scalar') return null;
    if (built.value.text === '__proto__') {
      this.#tell(offset, 'key', '`__proto__` cannot be a key', 'take another name');
      return null;
    }
    return built.value.text;
  }

  #alias(name: string, offset: number): Built {
    const named = this.#anchors.get(name);
    if (named) return named;
    const hint = `if it is text that begins with *, put it in quotes: '*${name}'`;
    if (named === null) this.#tell(offset, 'alias', `\`*${name}\` stands inside what it names`, null);
    else
      this.#tell(
        offset,
        'alias',
        `no anchor before this is named ${quote(name)}`,
        nearestHint(name, this.#anchors.keys()) ?? hint,
      );
    return leaf('unknown', offset);
  }

  #scalar(node: YamlScalar): Built {
    const { value } = node;
    const isPlain = node.type === YamlScalar.PLAIN;
    const text = isPlain && value !== null ? (node.source ?? String(value)) : String(value ?? '');
    if (/\0|\p{Surrogate}/u.test(text)) {
      this.#tell(offsetOf(node), 'bytes', 'the text holds a NUL or half a character', 'remove the \\0 or \\u escape');
    }
    const holes = holesIn(text);
    const scalar: Scalar = {
      kind: 'scalar',
      ...rangeOf(node),
      hasHoles: holes.length > 0,
      text,
      holes,
      ...typed(value, text),
    };
    return { value: scalar, depth: 1, size: 1 };
  }

  #refuseTag(node: Node): boolean {
    const tag = node.tag;
    if (tag === undefined || /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(tag)) return false;
    const message = `tags such as ${quote(tag)} are not known here`;
    const hint =
      tag.startsWith('!') && !tag.startsWith('!!')
        ? `text that begins with ! must stand in quotes: '${tag}'`
        : 'remove it';
    this.#tell(tagOffset(this.#source.text, offsetOf(node), tag), 'tag', message, hint);
    return true;
  }

  #tell(offset: number, rule: string, message: string, hint: Finding['hint']): void {
    this.#found.push({ offset, rule, message, hint });
  }
}

/** Where merged keys come from, told before they are merged. */
function mergedOf(
  entries: ReadonlyMap<string, Entry>,
  merges: readonly { readonly source: Built; readonly placeOffset: number }[],
): Merged {
  const sources = merges.flatMap(({ source: { value }, placeOffset }) => {
    if (value.kind === 'table') return [{ offset: placeOffset, table: value }];
    if (value.kind !== 'list') return [];
    const tables: { offset: number; table: Table }[] = [];
    for (const [index, table] of value.items.entries()) {
      if (table.kind === 'table') tables.push({ offset: value.aliases?.get(index) ?? placeOffset, table });
    }
    return tables;
  });
  return { ownKeys: new Set(entries.keys()), sources };
}
