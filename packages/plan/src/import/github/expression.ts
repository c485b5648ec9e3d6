// The expressions of GitHub's workflows, `github.ref == 'refs/heads/main' && !cancelled()`, as trees.

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** `matrix.os`, `steps['a'].outputs.b`; `*` stands for all, null for a name that is worked out. */
  | { readonly kind: 'path'; readonly names: readonly (string | null)[] }
  | { readonly kind: 'call'; readonly name: string; readonly given: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'pair'; readonly by: Operator; readonly left: Expression; readonly right: Expression };

const operators = ['||', '&&', '==', '!=', '<=', '>=', '<', '>'] as const;
export type Operator = (typeof operators)[number];

/** The tighter it binds, the higher. */
const ranks = { '||': 1, '&&': 2, '==': 3, '!=': 3, '<': 4, '<=': 4, '>': 4, '>=': 4 } as const satisfies Record<
  Operator,
  number
>;

/** Null for what is none, or nests deeper than anybody writes. */
export function parseExpression(text: string): Expression | null {
  const words = wordsOf(text);
  if (!words) return null;
  const reader: Reader = { words, at: 0, depth: 0 };
  const parsed = readPairs(reader, 1);
  return parsed && reader.at === words.length ? parsed : null;
}

type Word = { readonly kind: 'mark' | 'name' | 'number' | 'text'; readonly text: string };
type Reader = { readonly words: readonly Word[]; at: number; depth: number };

const deepest = 40;
const longest = 4000;

function wordsOf(text: string): Word[] | null {
  if (text.length > longest) return null;
  const pattern =
    /\s+|(?<text>'(?:[^']|'')*')|(?<number>-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))|(?<name>[A-Za-z_][A-Za-z0-9_-]*)|(?<mark>\|\||&&|[=!<>]=|[!<>()[\].,*])/y;
  const words: Word[] = [];
  while (pattern.lastIndex < text.length) {
    const groups = pattern.exec(text)?.groups;
    if (!groups) return null;
    const [kind, word] = Object.entries(groups).find(([, found]) => found !== undefined) ?? [];
    if (word === undefined) continue;
    if (kind === 'text') words.push({ kind, text: word.slice(1, -1).replaceAll("''", "'") });
    else words.push({ kind: kind as Word['kind'], text: word });
  }
  return words;
}

function take(reader: Reader, mark: string): boolean {
  const word = reader.words[reader.at];
  if (word?.kind !== 'mark' || word.text !== mark) return false;
  reader.at += 1;
  return true;
}

function readPairs(reader: Reader, lowest: number): Expression | null {
  if (reader.depth > deepest) return null;
  reader.depth += 1;
  let left = readOne(reader);
  while (left) {
    const word = reader.words[reader.at];
    const by = operators.find((operator) => word?.kind === 'mark' && word.text === operator);
    if (!by || ranks[by] < lowest) break;
    reader.at += 1;
    const right = readPairs(reader, ranks[by] + 1);
    left = right && { kind: 'pair', by, left, right };
  }
  reader.depth -= 1;
  return left;
}

function readOne(reader: Reader): Expression | null {
  const word = reader.words[reader.at];
  if (!word) return null;
  reader.at += 1;
  if (word.kind === 'text') return { kind: 'literal', value: word.text };
  if (word.kind === 'number') return { kind: 'literal', value: Number(word.text) };
  if (word.kind === 'name') return readName(reader, word.text);
  if (word.text === '(') {
    const inside = readPairs(reader, 1);
    return inside && take(reader, ')') ? readNames(reader, inside) : null;
  }
  if (word.text !== '!' || reader.depth > deepest) return null;
  reader.depth += 1;
  const of = readOne(reader);
  reader.depth -= 1;
  return of && { kind: 'not', of };
}

function readName(reader: Reader, name: string): Expression | null {
  const lower = name.toLowerCase();
  if (lower === 'true' || lower === 'false') return { kind: 'literal', value: lower === 'true' };
  if (lower === 'null') return { kind: 'literal', value: null };
  if (!take(reader, '(')) return readNames(reader, { kind: 'path', names: [name] });
  const given: Expression[] = [];
  while (!take(reader, ')')) {
    if (given.length > 0 && !take(reader, ',')) return null;
    const one = readPairs(reader, 1);
    if (!one) return null;
    given.push(one);
  }
  return readNames(reader, { kind: 'call', name: lower, given });
}

/** What follows a dot or stands in brackets. Of what is worked out, only that something follows is known. */
function readNames(reader: Reader, of: Expression): Expression | null {
  const names: (string | null)[] = of.kind === 'path' ? [...of.names] : [null];
  const before = names.length;
  for (;;) {
    if (take(reader, '.')) {
      const word = reader.words[reader.at];
      if (word?.kind !== 'name' && !(word?.kind === 'mark' && word.text === '*')) return null;
      reader.at += 1;
      names.push(word.text);
    } else if (take(reader, '[')) {
      const inside = take(reader, '*') ? null : readPairs(reader, 1);
      if (!take(reader, ']')) return null;
      names.push(inside?.kind === 'literal' ? String(inside.value) : null);
    } else {
      return names.length === before ? of : { kind: 'path', names };
    }
  }
}

/** `matrix.os`; null when some name of it is worked out, or it is no path. */
export function pathOf(expression: Expression): readonly string[] | null {
  if (expression.kind !== 'path' || expression.names.includes(null)) return null;
  return expression.names as readonly string[];
}

export type Part = { readonly kind: 'text' | 'hole'; readonly text: string };

/** A text, cut where expressions begin and end; of one without an end, the rest is text. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (let start = text.indexOf('${{'); start >= 0; start = text.indexOf('${{', from)) {
    const end = endOf(text, start + 3);
    if (end < 0) break;
    if (start > from) parts.push({ kind: 'text', text: text.slice(from, start) });
    parts.push({ kind: 'hole', text: text.slice(start + 3, end).trim() });
    from = end + 2;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** Braces within quotes end nothing. */
function endOf(text: string, start: number): number {
  let isQuoted = false;
  for (let at = start; at < text.length; at += 1) {
    if (text.charAt(at) === "'") isQuoted = !isQuoted;
    else if (!isQuoted && text.startsWith('}}', at)) return at;
  }
  return -1;
}
