// Whether a difference is one of order: its lines stand near by in the other log too, as those of commands that ran at once.
import { keyOf, type LineWindow } from './compared-lines.ts';

type Keys = { readonly here: readonly string[]; readonly there: readonly string[] };
export type Moved = {
  /** Of the next difference; the windows stand behind it. */
  look(keys: Keys, here: LineWindow, there: LineWindow): boolean;
};

/** How far is near: lines that are looked through behind a difference, and remembered of those before it. */
const near = 1000;

export function createMoved(): Moved {
  // Lines of differences that were only on one side, the newest last.
  const only = { here: new Set<string>(), there: new Set<string>() };
  return {
    look(keys, here, there) {
      const isMoved =
        keys.here.every(isIn(only.there, keys.here.length > 0 ? there : null)) &&
        keys.there.every(isIn(only.here, keys.there.length > 0 ? here : null));
      remember(only.here, keys.here);
      remember(only.there, keys.there);
      return isMoved && keys.here.length + keys.there.length > 0;
    },
  };
}

function isIn(before: ReadonlySet<string>, window: LineWindow | null): (key: string) => boolean {
  const ahead = new Set<string>();
  for (let at = 0; window && at < Math.min(near, window.length); at++) ahead.add(keyOf(window.at(at)));
  return (key) => before.has(key) || ahead.has(key);
}

function remember(known: Set<string>, keys: readonly string[]): void {
  for (const key of keys) {
    known.delete(key);
    known.add(key);
  }
  for (const key of known) {
    if (known.size <= near) return;
    known.delete(key);
  }
}
