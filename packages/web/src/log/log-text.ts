// The text of one step's log as far as it is here: segments of whole lines, with holes between them where nothing was read yet.
import { isErrorLine } from './errors.ts';
import { codesAfter, type Line, lineOf, linesOf } from './lines.ts';

type Segment = {
  startByte: number;
  endByte: number;
  /** Number of its first line, from 1. */
  startLine: number;
  lines: Line[];
  errors: number[];
  /** Colour codes in force where it ends. */
  endStyle: string;
};

export type Row =
  | { readonly kind: 'line'; readonly number: number; readonly line: Line }
  | ({ readonly kind: 'hole' } & Hole);

/** What is not here: bytes, the number of its first line, how many lines. */
export type Hole = {
  readonly fromByte: number;
  readonly toByte: number;
  readonly startLine: number;
  readonly lines: number;
};
/** Where whole lines belong. `endByte` is told, since of an endless line not every byte is kept. */
export type Place = { readonly startByte: number; readonly endByte: number; readonly startLine: number };

/** Small pieces of a live log are put into the last segment until it has this many lines. */
const fullSegment = 4000;
/** More lines than this are not kept: the middle is let go, and can be read again. */
const mostLines = 400_000;

export class LogText {
  #segments: Segment[] = [];
  #partial: Line | null = null;
  /** Row number at which each segment begins, and the number of all rows. */
  #starts: number[] = [];
  #rows = 0;

  get rowCount(): number {
    return this.#rows;
  }

  /** Number of the last line that has its end. */
  get lastWholeLine(): number {
    const last = this.#segments.at(-1);
    return last ? last.startLine + last.lines.length - 1 : 0;
  }

  get lastLine(): number {
    return this.lastWholeLine + (this.#partial ? 1 : 0);
  }

  /** The first hole, if something is not here. */
  get hole(): Hole | null {
    const at = this.#segments.findIndex((one, index) => one.endByte < (this.#segments[index + 1]?.startByte ?? 0));
    const row = at < 0 ? null : this.row((this.#starts[at] ?? 0) + (this.#segments[at]?.lines.length ?? 0));
    return row?.kind === 'hole' ? row : null;
  }

  get errorLines(): number[] {
    return this.#segments.flatMap((segment) => segment.errors);
  }

  row(index: number): Row | null {
    if (this.#partial && index === this.#rows - 1) {
      return { kind: 'line', number: this.lastLine, line: this.#partial };
    }
    const at = this.#starts.findLastIndex((start) => start <= index);
    const segment = this.#segments[at];
    if (!segment) return null;
    const offset = index - (this.#starts[at] ?? 0);
    const line = segment.lines[offset];
    if (line) return { kind: 'line', number: segment.startLine + offset, line };
    const next = this.#segments[at + 1];
    if (!next || offset !== segment.lines.length) return null;
    const startLine = segment.startLine + segment.lines.length;
    const lines = next.startLine - startLine;
    return { kind: 'hole', fromByte: segment.endByte, toByte: next.startByte, startLine, lines };
  }

  /** Where a line stands among the rows; null while it is not here. */
  rowOf(lineNumber: number): number | null {
    if (this.#partial && lineNumber === this.lastLine) return this.#rows - 1;
    const at = this.#segments.findLastIndex((segment) => segment.startLine <= lineNumber);
    const segment = this.#segments[at];
    if (!segment || lineNumber - segment.startLine >= segment.lines.length) return null;
    return (this.#starts[at] ?? 0) + lineNumber - segment.startLine;
  }

  /** Puts whole lines in their place. Where they follow a segment directly, they go on in its colours. */
  add({ startByte, endByte, startLine }: Place, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const before = this.#segments.findLast((segment) => segment.endByte <= startByte);
    const follows = before?.endByte === startByte ? before : null;
    const { lines, style } = linesOf(new TextDecoder().decode(bytes), follows?.endStyle ?? '');
    const errors = lines.flatMap((line, index) => (isErrorLine(line.text) ? [startLine + index] : []));
    if (follows && follows.lines.length < fullSegment) {
      for (const line of lines) follows.lines.push(line);
      follows.errors.push(...errors);
      follows.endByte = endByte;
      follows.endStyle = style;
    } else {
      this.#segments.push({ startByte, endByte, startLine, lines, errors, endStyle: style });
      this.#segments.sort((a, b) => a.startByte - b.startByte);
    }
    this.#letGo();
    this.#count();
  }

  /** The last line while it has no end: shown, and replaced by what comes. */
  setPartial(bytes: Uint8Array): void {
    if (bytes.length === 0) this.#partial = null;
    else {
      // A character may be cut at the end: as a stream, the decoder keeps it back.
      const text = new TextDecoder().decode(bytes, { stream: true });
      this.#partial = lineOf(text, codesAfter('', this.#segments.at(-1)?.endStyle ?? ''));
    }
    this.#count();
  }

  #letGo(): void {
    let lines = this.#segments.reduce((sum, segment) => sum + segment.lines.length, 0);
    while (lines > mostLines && this.#segments.length > 3) {
      const [gone] = this.#segments.splice(1, 1);
      lines -= gone?.lines.length ?? 0;
    }
  }

  #count(): void {
    this.#starts = [];
    let rows = 0;
    this.#segments.forEach((segment, index) => {
      this.#starts.push(rows);
      rows += segment.lines.length;
      const next = this.#segments[index + 1];
      if (next && next.startByte > segment.endByte) rows += 1;
    });
    this.#rows = rows + (this.#partial ? 1 : 0);
  }
}
