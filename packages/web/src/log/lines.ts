// Cuts the text of a log into lines as a terminal would leave them: `\r` writes over the line, colours go on to the next.
import { terminalStateAfter } from '@signalbox/protocol/browser';

export type Line = {
  /** What is left of the line, with its colour codes. */
  readonly text: string;
  /** Codes of the colours, and of the link, that are still open when the line begins. */
  readonly style: string;
  /** Characters that were left out at the end, because no one reads so long a line. */
  readonly cut: number;
  /** When it was printed; null: nobody knows. */
  readonly at: number | null;
};

/** Shown of a line at once, some screens of it on a phone; the rest when it is asked for. */
export const longestLine = 2000;

/** Lines of a text that ends at a line end; a last line without one is a line too. `each` sees them as they were printed. */
export function linesOf(
  text: string,
  style: string,
  each?: (raw: string, index: number, hasEnd: boolean) => void,
): Line[] {
  const lines: Line[] = [];
  let carried = style;
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const raw = end < 0 ? text.slice(start) : text.slice(start, end);
    each?.(raw, lines.length, end >= 0);
    lines.push(lineOf(raw, carried));
    carried = terminalStateAfter(carried, raw);
    start = end < 0 ? text.length : end + 1;
  }
  return lines;
}

export function lineOf(raw: string, style: string): Line {
  const text = overwritten(raw);
  if (text.length <= longestLine) return { text, style, cut: 0, at: null };
  return { text: text.slice(0, longestLine), style, cut: text.length - longestLine, at: null };
}

/** What stands after the last `\r` that something follows: progress bars write over themselves. */
export function overwritten(raw: string): string {
  let end = raw.length;
  while (end > 0 && raw.charCodeAt(end - 1) === 13) end--;
  const last = raw.lastIndexOf('\r', end - 1);
  if (last < 0 || end === 0) return raw.slice(0, end);
  return terminalStateAfter('', raw.slice(0, last)) + raw.slice(last + 1, end);
}
