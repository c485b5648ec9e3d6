// The list that the sandbox wrote becomes the tree of values that the stages read: each value with the place where it was
// written. Nothing in the list is trusted: what makes no sense ends the reading.
import type { Finding } from '../draft.ts';
import { holesIn } from '../expressions.ts';
import { counted, limits } from '../limits.ts';
import { remember } from '../memory.ts';
import { quote } from '../printable.ts';
import type { Entry, List, Scalar, Table, Value } from '../tree.ts';
import type { Made } from './answer.ts';
import type { Literal, Span, WrittenKey } from './mark-places.ts';
import { marks, words } from './words.ts';

/** Null when what is wrong with it is in `found`. */
export function decode(made: Made, found: Finding[]): Value | null {
  try {
    return new Decoder(made, found).root();
  } catch (error) {
    if (!(error instanceof Nonsense)) throw error;
    const hint = 'return plain objects, lists, texts, numbers and true/false';
    const message = 'what the configuration returns cannot be read';
    found.push({ offset: made.entry, rule: 'result', message, hint });
    return null;
  }
}

class Nonsense extends Error {}

const root = 'the configuration';

/** Where the keys of an object come from: its own literal, then those that were spread into it. */
type Mark = { readonly literal: Literal | null; readonly spread: readonly Mark[]; readonly calls: readonly number[] };
const nowhere: Mark = { literal: null, spread: [], calls: [] };

/** `id` is the same for values that are the same and written at the same place: they are one object. */
type Measured = {
  readonly value: Value;
  readonly depth: number;
  readonly size: number;
  readonly id: number;
  /** What it was made of: with the same parts, kind and place another is the same. */
  readonly parts: readonly (Measured | null)[];
  readonly kind: number;
};

/** A key of an object, and where it and its value are written. */
type Column = {
  readonly name: string;
  readonly keyOffset: number | undefined;
  readonly at: Span;
  readonly items: readonly Span[] | null;
  readonly named: string;
};
const none: readonly never[] = [];

class Decoder {
  readonly #made: Made;
  readonly #found: Finding[];
  /** In the order in which the sandbox met them; null while one is being read. */
  readonly #met: (Measured | null)[] = [];
  /** Lanes made by a loop have equal steps, each an object of its own: as one, they are checked and read once. */
  readonly #scalars = new Map<number, Measured>();
  readonly #equal = new Map<number, Measured>();
  readonly #columns = new Map<number, readonly Column[]>();
  #ids = 0;
  #at = 0;

  constructor(made: Made, found: Finding[]) {
    this.#made = made;
    this.#found = found;
  }

  root(): Value | null {
    const { value, depth, size } = this.#value({ offset: this.#made.entry, end: this.#made.entry }, null, root, 0);
    if (depth > limits.depth.most) {
      const message = `values lie more than ${limits.depth.most} deep in each other`;
      return this.#refuse(value.offset, 'depth', message);
    }
    if (size > limits.values.most) {
      const message = `with what is shared written out the configuration has more than ${counted(limits.values.most)} values`;
      return this.#refuse(value.offset, 'values', message);
    }
    return value;
  }

  #refuse(offset: number, rule: string, message: string): null {
    this.#found.push({ offset, rule, message, hint: null });
    return null;
  }

  /** `at` is where the value is written, as far as what holds it knows. */
  #value(at: Span, items: readonly Span[] | null, named: string, depth: number): Measured {
    // The sandbox stops at 100: a list that goes on was not written by ours.
    if (depth > 200) throw new Nonsense();
    const word = this.#next();
    if (word >= words.text) {
      return this.#scalar(word, at, () => this.#text(this.#textAt(word - words.text), at, named));
    }
    switch (word) {
      case words.number: {
        const text = this.#textAt(this.#next());
        return this.#leaf(scalar(at, 'number', text, Number(text)));
      }
      case words.yes:
      case words.no:
        return this.#scalar(word, at, () => scalar(at, 'boolean', String(word === words.yes), word === words.yes));
      case words.nothing:
        return this.#leaf(scalar(at, 'nothing', '', null));
      case words.again:
        return this.#again(at, named);
      case words.list:
        return this.#entries(at, items, named, depth);
      case words.table:
        return this.#table(at, depth);
      case words.other:
        return this.#leaf(this.#other(at, named, this.#textAt(this.#next())));
      case words.tooMuch:
        this.#tell(at, 'values', `${named} has more entries or levels than anything may have`, null);
        return this.#leaf(unknown(at));
      default:
        throw new Nonsense();
    }
  }

  #scalar(word: number, at: Span, make: () => Scalar): Measured {
    // Both are far below 2^26: the characters of all files, and the texts that fit into the sandbox's memory.
    const key = word * 67_108_864 + at.offset;
    const known = this.#scalars.get(key);
    if (known) return known;
    const made = this.#leaf(make());
    this.#scalars.set(key, made);
    return made;
  }

  #leaf(value: Scalar): Measured {
    this.#ids += 1;
    return { value, depth: 1, size: 1, id: this.#ids, parts: none, kind: 0 };
  }

  #text(text: string, at: Span, named: string): Scalar {
    if (/\0|\p{Surrogate}/u.test(text)) {
      this.#tell(at, 'bytes', `the text of ${named} holds a NUL or half a character`, null);
      return unknown(at);
    }
    return scalar(at, 'text', text, text);
  }

  #again(at: Span, named: string): Measured {
    const met = this.#met[this.#next()];
    if (met === undefined) throw new Nonsense();
    if (met) return met;
    this.#tell(at, 'circle', `${named} stands inside itself`, null);
    return this.#leaf(unknown(at));
  }

  #other(at: Span, named: string, what: string): Scalar {
    if (what === 'undefined' && named === root) {
      this.#tell(
        at,
        'result',
        'the configuration returns nothing',
        'write `return`, or => ({ … }) with the parentheses',
      );
      return unknown(at);
    }
    const described = descriptions.get(what) ?? `a value of the kind ${quote(what)}`;
    const hint = hints.get(what) ?? 'a configuration is made of plain objects, lists, texts, numbers and true/false';
    this.#tell(at, 'result', `${named} is ${described}`, hint);
    return unknown(at);
  }

  #entries(at: Span, written: readonly Span[] | null, named: string, depth: number): Measured {
    const place = this.#begin();
    const count = this.#next();
    const parts: Measured[] = [];
    const known = written?.length === count ? written : null;
    const entry = `an entry of ${named}`;
    for (let index = 0; index < count; index += 1)
      parts.push(this.#value(known?.[index] ?? at, null, entry, depth + 1));
    return this.#end(place, -1, at.offset, parts, () => {
      const items = parts.map(({ value }) => value);
      return { kind: 'list', ...at, hasHoles: items.some(({ hasHoles }) => hasHoles), items } satisfies List;
    });
  }

  #table(at: Span, depth: number): Measured {
    const place = this.#begin();
    const word = this.#made.list[this.#at] ?? marks.none;
    const mark = this.#mark(0);
    const shape = this.#next();
    const own = mark.literal ?? at;
    // What calls made keeps its own, and so do things made of pieces: where their keys are from may differ.
    const isAlone = mark.calls.length > 0 || mark.spread.length > 0 || mark.literal === null;
    const columns = isAlone ? this.#columnsOf(mark, own, shape) : this.#knownColumns(word, mark, own, shape);
    const parts: (Measured | null)[] = [];
    for (const { at: written, items, named } of columns) {
      if (this.#made.list[this.#at] === words.missing) {
        this.#at += 1;
        parts.push(null);
      } else parts.push(this.#value(written, items, named, depth + 1));
    }
    return this.#end(place, isAlone ? null : shape, own.offset, parts, () => this.#tableOf(mark, own, columns, parts));
  }

  #tableOf({ calls }: Mark, own: Span, columns: readonly Column[], parts: readonly (Measured | null)[]): Table {
    const entries = new Map<string, Entry>();
    let hasHoles = false;
    for (const [index, { name, keyOffset }] of columns.entries()) {
      const part = parts[index];
      if (!part) continue;
      // A key that nobody wrote down, as in `jobs[name] = …`: its value knows where it was written.
      const offset = keyOffset ?? part.value.offset;
      if (name === '__proto__' || /\0|\p{Surrogate}/u.test(name)) {
        const isProto = name === '__proto__';
        const message = isProto ? '`__proto__` cannot be a key' : 'a key holds a NUL or half a character';
        this.#tell({ offset, end: offset }, 'key', message, 'take another name');
        continue;
      }
      entries.set(name, { key: name, keyOffset: offset, value: part.value });
      hasHoles ||= part.value.hasHoles;
    }
    const { offset, end } = own;
    const table: Table = { kind: 'table', offset, end, hasHoles, entries, isPartial: false };
    return calls.length > 0 ? { ...table, madeBy: calls } : table;
  }

  /** Of a literal that many objects were made by. */
  #knownColumns(word: number, mark: Mark, own: Span, shape: number): readonly Column[] {
    return remember(this.#columns, word * 67_108_864 + shape, () => this.#columnsOf(mark, own, shape));
  }

  #columnsOf(mark: Mark, own: Span, shape: number): readonly Column[] {
    const names = this.#made.shapes[shape];
    if (!names) throw new Nonsense();
    return names.map((name) => {
      const { keyOffset, value = own, items = null }: Partial<WrittenKey> = writtenKey(mark, name) ?? {};
      return { name, keyOffset, at: value, items, named: quote(name) };
    });
  }

  #mark(depth: number): Mark {
    const word = this.#next();
    if (word === marks.none) return nowhere;
    if (word !== marks.long) return { literal: this.#made.literals[word] ?? null, spread: [], calls: [] };
    const literal = this.#made.literals[this.#next()] ?? null;
    const calls = this.#made.calls[this.#next()] ?? [];
    const count = this.#next();
    if (depth > 10 || count > 10_000) throw new Nonsense();
    const spread: Mark[] = [];
    for (let index = 0; index < count; index += 1) spread.push(this.#mark(depth + 1));
    return { literal, spread, calls };
  }

  #begin(): number {
    return this.#met.push(null) - 1;
  }

  /** Equal ones of one kind and place are one; `kind` is null for what stays alone. */
  #end(
    place: number,
    kind: number | null,
    offset: number,
    parts: readonly (Measured | null)[],
    make: () => Value,
  ): Measured {
    let hash = ((kind ?? 0) * 31 + offset) | 0;
    let depth = 0;
    let size = 1;
    for (const part of parts) {
      hash = (Math.imul(hash, 31) + (part?.id ?? 0)) | 0;
      if (!part) continue;
      if (part.depth > depth) depth = part.depth;
      size += part.size;
    }
    const known = kind === null ? undefined : this.#equal.get(hash);
    if (known && known.kind === kind && known.value.offset === offset && areSame(known.parts, parts)) {
      this.#met[place] = known;
      return known;
    }
    this.#ids += 1;
    const measured = { value: make(), depth: depth + 1, size, id: this.#ids, parts, kind: kind ?? 0 };
    this.#met[place] = measured;
    if (kind !== null) this.#equal.set(hash, measured);
    return measured;
  }

  #next(): number {
    const word = this.#made.list[this.#at];
    if (word === undefined) throw new Nonsense();
    this.#at += 1;
    return word;
  }

  #textAt(number: number): string {
    const text = this.#made.texts[number];
    if (text === undefined) throw new Nonsense();
    return text;
  }

  #tell({ offset }: Span, rule: string, message: string, hint: string | null): void {
    this.#found.push({ offset, rule, message, hint });
  }
}

function scalar(at: Span, type: Scalar['type'], text: string, value: Scalar['value']): Scalar {
  const holes = type === 'text' ? holesIn(text) : [];
  return { kind: 'scalar', offset: at.offset, end: at.end, type, text, value, holes, hasHoles: holes.length > 0 };
}

const unknown = (at: Span): Scalar => scalar(at, 'unknown', '', null);

const areSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((part, index) => part === other[index]);

function writtenKey({ literal, spread }: Mark, key: string): WrittenKey | undefined {
  const own = literal?.keys.get(key);
  if (own) return own;
  for (let index = spread.length - 1; index >= 0; index -= 1) {
    const found = writtenKey(spread[index]!, key);
    if (found) return found;
  }
  return undefined;
}

const descriptions = new Map([
  ['function', 'a function'],
  ['undefined', 'missing'],
  ['symbol', 'a symbol'],
  ['bigint', 'a BigInt'],
  ['Promise', 'a promise'],
  ['NaN', 'not a number'],
  ['Infinity', 'infinite'],
  ['-Infinity', 'infinite'],
]);

const hints = new Map([
  ['function', 'call it, and give what it returns'],
  ['undefined', 'leave the entry out'],
  ['bigint', 'write it without n'],
  ['Promise', 'write `await` before it, in an async function'],
  ['Map', 'write `Object.fromEntries(map)`'],
  ['Set', 'write `[...set]`'],
]);
