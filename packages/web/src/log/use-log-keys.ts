// What the keys do in a log. `keyboard-help.tsx` lists them.
import type { RefObject } from 'react';
import { useKeys } from '../parts/keys.ts';

type Keys = {
  /** The lines are not in sight: nothing moves them. */
  readonly isHidden: boolean;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly goToError: (by: 1 | -1) => void;
  readonly goToMatch: (by: 1 | -1) => void;
  readonly toggleFollow: () => void;
  readonly toggleSections: () => void;
  readonly nextTimes: () => void;
  readonly compare: () => void;
  readonly onlyMatches: () => void;
  readonly toStart: () => void;
  readonly toEnd: () => void;
  readonly chooseHere: () => void;
  readonly extend: (by: 1 | -1) => void;
};

export function useLogKeys(keys: Keys): void {
  useKeys(keys.isHidden ? { d: keys.compare } : commandsOf(keys));
}

const commandsOf = (keys: Keys): Record<string, (event: KeyboardEvent) => void> =>
  Object.fromEntries<(event: KeyboardEvent) => void>([
    ['n', () => keys.goToError(1)],
    ['p', () => keys.goToError(-1)],
    ['m', () => keys.goToMatch(1)],
    ['M', () => keys.goToMatch(-1)],
    ['f', keys.toggleFollow],
    ['o', keys.toggleSections],
    ['t', keys.nextTimes],
    ['d', keys.compare],
    ['v', keys.onlyMatches],
    ['g', keys.toStart],
    ['G', keys.toEnd],
    ['x', keys.chooseHere],
    ['/', () => keys.input.current?.select()],
    ['ArrowDown', (event) => extend(event, keys, 1)],
    ['ArrowUp', (event) => extend(event, keys, -1)],
  ]);

/** With Shift; without it the panel scrolls. */
function extend(event: KeyboardEvent, keys: Keys, by: 1 | -1): void {
  if (!event.shiftKey) return;
  event.preventDefault();
  keys.extend(by);
}
