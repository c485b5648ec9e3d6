// The lines of a log that are here, by their numbers: blocks of them, of which those that were not looked at for longest are let go.
import type { Line } from './lines.ts';

export type Lines = { readonly from: number; readonly to: number };

/** Lines that are kept and let go together. */
const blockLines = 256;
/** Asked for at once, where fewer are missing. */
const fewestLines = 32;
/** More characters than this are not kept, however long the log is: a tab is to stay small. */
export const mostKeptCharacters = 6_000_000;

type Block = { readonly lines: (Line | undefined)[]; characters: number };

export class LineStore {
  /** Line ends that the server has. */
  whole = 0;
  /** What follows the last line end is shown as a line too. */
  hasOpenLine = false;
  /** The one used last stands last. */
  #blocks = new Map<number, Block>();
  /** A line that was read when it had no end. Doubted: there may be more of it by now. */
  #open: { readonly line: number; isDoubted: boolean } | null = null;
  #used = new Set<number>();
  #characters = 0;
  #most: number;

  constructor(most = mostKeptCharacters) {
    this.#most = most;
  }

  get last(): number {
    return this.whole + (this.hasOpenLine ? 1 : 0);
  }

  get keptCharacters(): number {
    return this.#characters;
  }

  line(number: number): Line | null {
    return this.#blocks.get(blockOf(number))?.lines[placeOf(number)] ?? null;
  }

  /** No line is here yet. */
  get isEmpty(): boolean {
    return this.#blocks.size === 0;
  }

  /** Whole lines, and the last one without its end if `isOpen`. */
  put(first: number, lines: readonly Line[], isOpen: boolean): void {
    for (const [index, line] of lines.entries()) this.#putLine(first + index, line);
    const last = first + lines.length - 1;
    if (isOpen) this.#open = { line: last, isDoubted: false };
    else if (this.#open && this.#open.line >= first && this.#open.line <= last) this.#open = null;
    this.#letGo();
  }

  /** The server has so many line ends. A log only grows, and answers may come out of order. */
  grew(whole: number, hasOpenLine: boolean): void {
    if (whole < this.whole) return;
    this.whole = whole;
    this.hasOpenLine = hasOpenLine;
    if (this.#open && whole >= this.#open.line) this.#open.isDoubted = true;
  }

  /** There are more bytes: the open line may have more of it. */
  doubtOpenLine(): void {
    if (this.#open) this.#open.isDoubted = true;
  }

  /** Of wanted lines the first that are not here, with some that come after. */
  missing(wanted: Lines): Lines | null {
    const to = Math.min(wanted.to, this.last);
    let from = Math.max(1, wanted.from);
    while (from <= to && this.#isHere(from)) from++;
    if (from > to) return null;
    let end = Math.min(Math.max(to, from + fewestLines - 1), this.last);
    // What is here already at the end is not asked for again.
    while (end > from && this.#isHere(end)) end--;
    return { from, to: end };
  }

  /** These are in use, and are not let go. */
  use(all: readonly Lines[]): void {
    this.#used = new Set();
    for (const { from, to } of all) {
      for (let index = blockOf(Math.max(1, from)); index <= blockOf(to); index++) {
        this.#used.add(index);
        const block = this.#blocks.get(index);
        if (!block) continue;
        this.#blocks.delete(index);
        this.#blocks.set(index, block);
      }
    }
  }

  #isHere(number: number): boolean {
    if (this.#open?.line === number && this.#open.isDoubted) return false;
    return this.line(number) !== null;
  }

  #putLine(number: number, line: Line): void {
    const index = blockOf(number);
    const block = this.#blocks.get(index) ?? { lines: [], characters: 0 };
    const place = placeOf(number);
    const grown = line.text.length - (block.lines[place]?.text.length ?? 0);
    block.lines[place] = line;
    block.characters += grown;
    this.#characters += grown;
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
  }

  #letGo(): void {
    for (const [index, block] of this.#blocks) {
      if (this.#characters <= this.#most) return;
      if (this.#used.has(index)) continue;
      this.#blocks.delete(index);
      this.#characters -= block.characters;
    }
  }
}

const blockOf = (number: number) => Math.floor((number - 1) / blockLines);
const placeOf = (number: number) => (number - 1) % blockLines;
