// Which lines of a log have been looked through for the marks of sections: read here, or searched by the server.
import type { Lines } from './line-store.ts';

export class SeenLines {
  /** In their order, and none touches another. */
  #parts: Lines[] = [];
  /** It changes when more was seen. */
  version = 0;

  add(from: number, to: number): void {
    if (to < from || this.endFrom(from) >= to) return;
    const isApart = (part: Lines) => part.to < from - 1 || part.from > to + 1;
    const touched = this.#parts.filter((part) => !isApart(part));
    const whole = {
      from: Math.min(from, ...touched.map((part) => part.from)),
      to: Math.max(to, ...touched.map((part) => part.to)),
    };
    this.#parts = [...this.#parts.filter(isApart), whole].sort((a, b) => a.from - b.from);
    this.version++;
  }

  /** The last line up to which all was seen from this one on; the one before it when it was not. */
  endFrom(line: number): number {
    return this.#parts.find((part) => part.from <= line && line <= part.to)?.to ?? line - 1;
  }
}
