// Which sections of a log are open: as their marks say, where something failed, and as the reader wants. Pure.
import type { Hidden } from './row-map.ts';
import type { Section } from './sections.ts';

export type Folding = {
  /** What the reader opened or closed, by the line of the section. */
  readonly chosen: ReadonlyMap<number, boolean>;
  /** What the reader did to all of them, also to those that nobody has seen yet; null: nothing. */
  readonly all: boolean | null;
  /** Lines that must be in sight: errors of a failed step, what the address names. */
  readonly wanted: readonly number[];
  /** The step failed and nobody knows in which line, or it runs: what it did last is what people want to see. */
  readonly openLast: boolean;
};

export function isOpen(section: Section, isLast: boolean, { chosen, all, wanted, openLast }: Folding): boolean {
  const own = chosen.get(section.line) ?? all;
  if (own !== null) return own;
  if (wanted.some((line) => line >= section.line && line <= section.end)) return true;
  return section.open ?? (openLast && isLast);
}

/** The lines of closed sections, but for the one that names each. */
export function hiddenLines(sections: readonly Section[], folding: Folding): Hidden[] {
  const last = sections.findLast((section) => section.depth === 0)?.line ?? 0;
  return sections
    .filter((section) => section.end > section.line && !isOpen(section, section.line >= last, folding))
    .map((section) => ({ from: section.line + 1, to: section.end }));
}
