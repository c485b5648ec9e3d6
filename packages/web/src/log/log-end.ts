// The end of a log that grows: how far it is known in bytes and lines, and what is there of the line that has no end yet.
import { terminalStateAfter, timesOf } from '@signalbox/protocol/browser';
import { type Line, linesOf, overwritten } from './lines.ts';
import { type Marker, markersOf } from './sections.ts';

/** Text as the stream of a log brings it: its place in bytes, and where it ends. */
export type LogText = {
  readonly from: number;
  readonly next: number;
  readonly text: string;
  /** When the lines were printed that begin in it, as `timesOf` reads it. */
  readonly times?: string | undefined;
};

/** What is there of a line without an end: the codes that were open when it began, what was printed, and when. */
export type Begun = { readonly style: string; readonly raw: string; readonly at: number | null };

export type Grown = {
  /** The first of `lines`; a line of which only the end came is not among them. */
  readonly firstLine: number;
  readonly lines: readonly Line[];
  readonly markers: ReadonlyMap<number, readonly Marker[]>;
  readonly whole: number;
  readonly isOpen: boolean;
};

/** Kept of a line without an end; of a longer one, it is read again what is shown of it. */
const longestOpenLine = 65_536;

export class LogEnd {
  /** Up to here its line ends are counted; null: nobody has looked. */
  bytes: number | null = null;
  #whole = 0;
  /** null: not known. */
  #begun: Begun | null = null;

  /** The server has so many bytes, with so many line ends. */
  count(bytes: number, whole: number): void {
    if (this.bytes !== null && bytes <= this.bytes) return;
    this.bytes = bytes;
    this.#whole = whole;
    this.#begun = null;
  }

  /** What stands at this place behind the last line end, in whole characters; '' where nothing does. */
  know(bytes: number, begun: Begun): void {
    if (bytes === this.bytes) this.#begun = shortened(begun);
  }

  /** `known`: all of it was counted already; `gap`: it is not what comes next, and somebody must look. */
  take({ from, next, text, times }: LogText): Grown | 'known' | 'gap' {
    if (this.bytes !== null && next <= this.bytes) return 'known';
    if (this.bytes === null || from !== this.bytes) return 'gap';
    const begun = this.#begun;
    const cut = begun ? 0 : text.indexOf('\n') + 1;
    const isMiddle = !begun && cut === 0;
    const printed = isMiddle ? '' : (begun?.raw ?? '') + text.slice(cut);
    const style = begun?.style ?? '';
    const firstLine = this.#whole + (begun ? 1 : 2);
    const markers = new Map<number, readonly Marker[]>();
    const lines = linesOf(printed, style, (raw, index, hasEnd) => {
      const found = hasEnd ? markersOf(raw, firstLine + index) : [];
      if (found.length > 0) markers.set(firstLine + index, found);
    });
    const lastEnd = printed.lastIndexOf('\n') + 1;
    // Times are of lines that begin here: one less where the first goes on, one more where it was left out above.
    const told = timesOf(times);
    const without = told.length - lines.length;
    const timed = lines.map((line, index) => {
      const isBegun = index === 0 && begun !== null && begun.raw !== '';
      return { ...line, at: isBegun ? begun.at : (told[index + without] ?? null) };
    });
    this.bytes = next;
    this.#whole += text.split('\n').length - 1;
    this.#begun = isMiddle
      ? null
      : shortened({
          style: terminalStateAfter(style, printed.slice(0, lastEnd)),
          raw: printed.slice(lastEnd),
          at: lastEnd < printed.length ? (timed.at(-1)?.at ?? null) : null,
        });
    return { firstLine, lines: timed, markers, whole: this.#whole, isOpen: isMiddle || lastEnd < printed.length };
  }
}

/** What writes over itself for hours is no longer than what is left of it. */
function shortened({ style, raw, at }: Begun): Begun | null {
  const ends = /\r+$/.exec(raw)?.[0] ?? '';
  const short = raw.includes('\r') ? overwritten(raw) + ends : raw;
  return short.length > longestOpenLine ? null : { style, raw: short, at };
}
