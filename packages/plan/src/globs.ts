// Patterns for paths and branches, with picomatch's meaning (`dot`, `posix`; a test holds them equal) but not its regular
// expressions: `*a*a*a*a*b` against one path of 150 letters takes those six seconds, and patterns come from any tree.
// Here every match costs at most characters times pattern length, and says what it cost.

/** How many steps may still be made; below zero, too many were. */
export type Budget = { steps: number };
export type Glob = (path: string) => boolean;

/** True for what matches a pattern, and none that begins with `!`. Only such patterns: true for everything else. */
export function createMatcher<Subject>(
  patterns: readonly string[],
  globOf: (pattern: string) => (subject: Subject) => boolean,
): (subject: Subject) => boolean {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!')).map(globOf);
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => globOf(pattern.slice(1)));
  return (subject) =>
    (wanted.length === 0 || wanted.some((matches) => matches(subject))) &&
    !unwanted.some((matches) => matches(subject));
}

/** One pattern: `**` any folders, `*` and `?` within one, `[a-z]`, `[!a-z]`, `{this,that}`. */
export function createGlob(pattern: string, budget: Budget): Glob {
  const states: State[] = [];
  const start = compileSequence(parse({ pattern, braces: bracesOf(pattern), at: 0 }), end, states);
  // Nearly all paths are told apart by what a pattern begins and ends with. A slash after `**` may be missing in the path.
  const prefix = /^[^*?[{]*/.exec(pattern)?.[0] ?? '';
  const suffix = (/[^*?\]}]*$/.exec(pattern)?.[0] ?? '').replace(/^\//, '');
  const marks = new Int32Array(states.length);
  let mark = 0;
  let isEnd = false;

  const enter = (first: number, into: number[]) => {
    const open = [first];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      budget.steps -= 1;
      if (id === end) isEnd = true;
      const state = states[id];
      if (!state || marks[id] === mark) continue;
      marks[id] = mark;
      if (state.takes) into.push(id);
      else open.push(state.next, state.other);
    }
  };

  return (path) => {
    budget.steps -= 1;
    if (!path.startsWith(prefix) || !path.endsWith(suffix)) return false;
    let active: number[] = [];
    isEnd = false;
    mark += 1;
    enter(start, active);
    for (let at = 0; at < path.length; at += 1) {
      const character = path.charAt(at);
      const following: number[] = [];
      isEnd = false;
      mark += 1;
      for (const id of active) {
        budget.steps -= 1;
        const state = states[id];
        if (state?.takes?.(character)) enter(state.next, following);
      }
      if (following.length === 0 && !isEnd) return false;
      active = following;
    }
    return isEnd;
  };
}

type Takes = (character: string) => boolean;
/** Without `takes` it is a fork: the match goes on from both. */
type State = { takes: Takes | null; next: number; other: number };
const end = -1;
const nowhere = -2;

type Part =
  | { readonly kind: 'one'; readonly takes: Takes }
  | { readonly kind: 'many'; readonly takes: Takes }
  | { readonly kind: 'choice'; readonly choices: readonly (readonly Part[])[] };

const anything: Takes = () => true;
const notSlash: Takes = (character) => character !== '/';
const isSlash: Takes = (character) => character === '/';

type Cursor = { readonly pattern: string; readonly braces: Braces; at: number };

function parse(cursor: Cursor): Part[] {
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
    choices.push(parse(cursor));
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

/** Back to front: each part knows the state that follows it. */
function compileSequence(parts: readonly Part[], next: number, states: State[]): number {
  let following = next;
  for (const part of [...parts].reverse()) {
    if (part.kind === 'one') {
      following = states.push({ takes: part.takes, next: following, other: nowhere }) - 1;
    } else if (part.kind === 'many') {
      const fork = states.push({ takes: null, next: nowhere, other: following }) - 1;
      const loop = states.push({ takes: part.takes, next: fork, other: nowhere }) - 1;
      states[fork] = { takes: null, next: loop, other: following };
      following = fork;
    } else {
      let entry = nowhere;
      for (const choice of part.choices) {
        const branch = compileSequence(choice, following, states);
        entry = states.push({ takes: null, next: branch, other: entry }) - 1;
      }
      following = entry;
    }
  }
  return following;
}
