// Patterns for paths and branches, with picomatch's meaning (`dot`, `posix`; a test holds them equal) but not its regular
// expressions: `*a*a*a*a*b` against one path of 150 letters takes those six seconds, and patterns come from any tree.
// Here every match costs at most characters times pattern length, and says what it cost.

import { type Part, partsOf, type Takes } from './glob-parts.ts';

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
  const start = compileSequence(partsOf(pattern), end, states);
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

/** Without `takes` it is a fork: the match goes on from both. */
type State = { takes: Takes | null; next: number; other: number };
const end = -1;
const nowhere = -2;

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
