// Whoever types a search, or opens an address with one but without lines, is taken to a match; once for each text.
import { useEffect, useRef } from 'react';

type Options = {
  /** Lines that match, as far as they are known. */
  readonly lines: readonly number[];
  readonly text: string;
  /** The address named lines: those come first. */
  readonly beganAtLines: boolean;
  readonly goTo: (lines: readonly number[]) => void;
};

export function useFirstMatch({ lines, text, beganAtLines, goTo }: Options): void {
  const done = useRef(beganAtLines ? text : '');
  useEffect(() => {
    if (text === '') done.current = '';
    if (lines.length === 0 || done.current === text) return;
    done.current = text;
    goTo(lines);
  });
}
