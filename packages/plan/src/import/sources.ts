// The files that are imported, as trees of values; and for every value of them its file, its line and the comments above it.
import type { Mistake } from '@signalbox/protocol';
import type { Finding } from '../draft.ts';
import { counted, limits } from '../limits.ts';
import { parseValue } from '../parse-yaml.ts';
import { refuseBytes } from '../refuse-bytes.ts';
import { type Place, placeOf, type Source, sourceOf } from '../source.ts';
import { told } from '../tell.ts';
import type { Entry, Table, Value } from '../tree.ts';

/** Values of several files end up in one job: each remembers its own. */
export type Sources = {
  /** Null when it cannot be read; why is in `mistakes`. */
  readonly read: (file: string, text: string) => Table | null;
  readonly mistakes: Mistake[];
  /** Something for which no other tool would take the file either. */
  readonly refuse: (at: Value | Entry, message: string, hint: string | null) => void;
  readonly placeOf: (of: Value | Entry) => Place;
  /** Whole lines that hold nothing else and stand right above, without their #. */
  readonly commentsAbove: (of: Value | Entry) => string[];
  /** The same above each key of a mapping. */
  readonly commentsWithin: (table: Table, but: ReadonlySet<string>) => string[];
  /** The lines that a value takes up, for showing what was not taken over. */
  readonly linesOf: (value: Value, most: number) => string[];
  readonly isReference: (value: Value) => boolean;
  /** A value made of others stands where this one does. */
  readonly adopt: <Made extends Value>(made: Made, from: Value) => Made;
  readonly adoptEntry: (made: Entry, from: Entry) => void;
};

export function createSources(): Sources {
  const homes = new WeakMap<object, Source>();
  const mistakes: Mistake[] = [];
  const startOf = (of: Value | Entry): number => ('keyOffset' in of ? of.keyOffset : of.offset);
  const homeOf = (of: Value | Entry): Source => homes.get(of) ?? nowhere;
  return {
    mistakes,
    read(file, given) {
      const text = given.startsWith('\ufeff') ? given.slice(1) : given;
      const source = sourceOf([{ file, text: text.slice(0, limits.fileCharacters.most) }]);
      const found: Finding[] = [];
      const value = text.length > limits.fileCharacters.most ? refuseLarge(text, found) : parse(source, found);
      if (value && found.length === 0) settle(value, source, homes);
      mistakes.push(...told(source, found));
      if (found.length > 0 || value?.kind !== 'table') return null;
      return value;
    },
    refuse(at, message, hint) {
      mistakes.push(...told(homeOf(at), [{ offset: startOf(at), rule: 'import', message, hint }]));
    },
    placeOf(of) {
      return placeOf(homeOf(of), startOf(of));
    },
    commentsAbove(of) {
      const source = homeOf(of);
      return commentsAbove(source, startOf(of));
    },
    commentsWithin(table, but) {
      const entries = [...table.entries.values()].filter(({ key }) => !but.has(key));
      return entries.flatMap((entry) => commentsAbove(homeOf(entry), entry.keyOffset));
    },
    linesOf(value, most) {
      const source = homeOf(value);
      const from = source.text.lastIndexOf('\n', value.offset - 1) + 1;
      const lines = source.text.slice(from, value.end).trimEnd().split(/\r?\n/).slice(0, most);
      const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
      return lines.map((line) => line.slice(indent));
    },
    adopt(made, from) {
      homes.set(made, homeOf(from));
      return made;
    },
    adoptEntry(made, from) {
      homes.set(made, homeOf(from));
    },
    isReference(value) {
      return /!reference\s*$/.test(homeOf(value).text.slice(Math.max(0, value.offset - 40), value.offset));
    },
  };
}

const nowhere = sourceOf([]);

function parse(source: Source, found: Finding[]): Value | null {
  found.push(...refuseBytes(source.text));
  const [file] = source.files;
  if (found.length > 0 || !file) return null;
  const findings: Finding[] = [];
  const value = parseValue(source, file, findings);
  // GitLab's own tag is no mistake: `isReference` knows it again. Hints are for configurations of ours.
  for (const finding of findings) {
    const { rule, offset } = finding;
    if (rule === 'tag' && source.text.startsWith('!reference', offset)) continue;
    found.push(ownHints.has(rule) ? { ...finding, hint: null } : finding);
  }
  if (found.length === 0 && value?.kind !== 'table') {
    const message = 'the file must be a mapping of keys to values';
    found.push({ offset: value?.offset ?? 0, rule: 'root', message, hint: null });
  }
  return value;
}

const ownHints = new Set(['root', 'documents', 'tokens']);

function refuseLarge(text: string, found: Finding[]): null {
  const message = `the file has ${counted(text.length)} characters; ${counted(limits.fileCharacters.most)} are the limit`;
  found.push({ offset: 0, rule: 'file', message, hint: 'import its parts one by one' });
  return null;
}

/** What aliases share is walked once. */
function settle(value: Value, source: Source, homes: WeakMap<object, Source>): void {
  if (homes.has(value)) return;
  homes.set(value, source);
  if (value.kind === 'list') for (const item of value.items) settle(item, source, homes);
  if (value.kind !== 'table') return;
  for (const entry of value.entries.values()) {
    homes.set(entry, source);
    settle(entry.value, source, homes);
  }
}

/** Comments of the same indentation: those of a script above are deeper. */
function commentsAbove({ text }: Source, offset: number): string[] {
  let lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  const indents = [before.search(/\S/), before.length].filter((indent) => indent >= 0);
  // `{ a: 1 }` on one line: what stands above belongs to all of it.
  if (!/^\s*(- +)*$/.test(before)) return [];
  const comments: string[] = [];
  while (lineStart > 0) {
    const end = lineStart - 1;
    lineStart = text.lastIndexOf('\n', end - 1) + 1;
    const match = /^( *)#(.*?)\r?$/.exec(text.slice(lineStart, end));
    if (!match || !indents.includes(match[1]?.length ?? -1)) break;
    comments.unshift(match[2] ?? '');
    if (comments.length >= 40) break;
  }
  return comments;
}
