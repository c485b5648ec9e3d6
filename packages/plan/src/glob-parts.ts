// Reads a pattern: letters, stars, sets and choices, in order.

export const partsOf = (pattern: string): Part[] => parseSequence({ pattern, braces: bracesOf(pattern), at: 0 });

export type Takes = (character: string) => boolean;
export type Part =
  | { readonly kind: 'one'; readonly takes: Takes }
  | { readonly kind: 'many'; readonly takes: Takes }
  | { readonly kind: 'choice'; readonly choices: readonly (readonly Part[])[] };

const anything: Takes = () => true;
const notSlash: Takes = (character) => character !== '/';
const isSlash: Takes = (character) => character === '/';

type Cursor = { readonly pattern: string; readonly braces: Braces; at: number };

function parseSequence(cursor: Cursor): Part[] {
  const { pattern, braces } = cursor;
  const parts: Part[] = [];
  while (cursor.at < pattern.length && !isBreak(braces, cursor.at)) {
    const character = pattern.charAt(cursor.at);
    const folders = foldersAt(cursor);
    if (folders) {
      parts.push(folders.part);
      cursor.at += folders.length;
    } else if (character === '*') {
      while (pattern.charAt(cursor.at) === '*') cursor.at += 1;
      parts.push({ kind: 'many', takes: notSlash });
    } else if (character === '?') {
      cursor.at += 1;
      parts.push({ kind: 'one', takes: notSlash });
    } else {
      parts.push(choiceAt(cursor) ?? setAt(cursor) ?? literalAt(cursor));
    }
  }
  return parts;
}

// Two stars that are a whole folder: before a slash they may stand for none, at the end for everything that is inside.
function foldersAt({ pattern, braces, at }: Cursor): { part: Part; length: number } | null {
  const isStart =
    at === 0 || pattern.charAt(at - 1) === '/' || braces.get(at - 1) === 'open' || isBreak(braces, at - 1);
  if (!isStart || !pattern.startsWith('**', at)) return null;
  const many: Part = { kind: 'many', takes: anything };
  if (at + 2 >= pattern.length || isBreak(braces, at + 2)) return { part: many, length: 2 };
  if (pattern.charAt(at + 2) !== '/') return null;
  const slash: Part = { kind: 'one', takes: isSlash };
  return { part: { kind: 'choice', choices: [[], [many, slash]] }, length: 3 };
}

/** `{this,that}`; without a comma, or without an end, a brace is a brace. */
function choiceAt(cursor: Cursor): Part | null {
  if (cursor.braces.get(cursor.at) !== 'open') return null;
  const choices: Part[][] = [];
  do {
    cursor.at += 1;
    choices.push(parseSequence(cursor));
  } while (cursor.braces.get(cursor.at) === 'comma');
  cursor.at += 1;
  return { kind: 'choice', choices };
}

type Braces = ReadonlyMap<number, 'open' | 'comma' | 'close'>;

const isBreak = (braces: Braces, at: number): boolean => braces.get(at) === 'comma' || braces.get(at) === 'close';

/** Found beforehand in one pass: trying and failing at each brace would double the work with every one. */
function bracesOf(pattern: string): Braces {
  const braces = new Map<number, 'open' | 'comma' | 'close'>();
  const open: { readonly at: number; readonly commas: number[] }[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    if (character === '{') open.push({ at, commas: [] });
    else if (character === ',') open.at(-1)?.commas.push(at);
    else if (character === '}') {
      const pair = open.pop();
      if (!pair || pair.commas.length === 0) continue;
      braces.set(pair.at, 'open').set(at, 'close');
      for (const comma of pair.commas) braces.set(comma, 'comma');
    }
  }
  return braces;
}

/** `[abc]`, `[a-z]`, `[!a-z]`: one character, never a slash. */
function setAt(cursor: Cursor): Part | null {
  const { pattern } = cursor;
  const match = /^\[([!^]?)(\]?[^\]/]*)\]/.exec(pattern.slice(cursor.at));
  const inside = match?.[2];
  if (!match || !inside) return null;
  cursor.at += match[0].length;
  const isOutside = match[1] !== '';
  const ranges: [string, string][] = [];
  for (let at = 0; at < inside.length; ) {
    const isRange = inside.charAt(at + 1) === '-' && at + 2 < inside.length;
    ranges.push([inside.charAt(at), inside.charAt(isRange ? at + 2 : at)]);
    at += isRange ? 3 : 1;
  }
  const isIn: Takes = (character) => ranges.some(([low, high]) => low <= character && character <= high);
  return { kind: 'one', takes: (character) => character !== '/' && isIn(character) !== isOutside };
}

function literalAt(cursor: Cursor): Part {
  const literal = cursor.pattern.charAt(cursor.at);
  cursor.at += 1;
  return { kind: 'one', takes: (character) => character === literal };
}
