// Lines in the address of a page: `#L120`, `#L120-140`.

export type LineRange = { readonly from: number; readonly to: number };

export function parseRange(hash: string): LineRange | null {
  const found = /^#?L(\d{1,10})(?:-L?(\d{1,10}))?$/.exec(hash);
  if (!found) return null;
  const first = Number(found[1]);
  const last = Number(found[2] ?? found[1]);
  if (first === 0 || last === 0) return null;
  return { from: Math.min(first, last), to: Math.max(first, last) };
}

/** Without the `#`. */
export function formatRange(range: LineRange): string {
  return range.from === range.to ? `L${range.from}` : `L${range.from}-${range.to}`;
}

/** What a click on a line number chooses: that line; with shift, all from the first chosen to it. */
export function chosen(old: LineRange | null, line: number, extend: boolean): LineRange {
  if (!extend || !old) return { from: line, to: line };
  return { from: Math.min(old.from, line), to: Math.max(line <= old.from ? old.to : line, old.from) };
}

export function holds(range: LineRange | null, line: number): boolean {
  return range !== null && line >= range.from && line <= range.to;
}
