// From one of some lines to the next or the one before, from wherever one is, and round. Pure.

export function nextOf(lines: readonly number[], from: number | null, by: 1 | -1): number | null {
  if (lines.length === 0) return null;
  if (by === 1) return lines.find((line) => line > (from ?? 0)) ?? lines[0]!;
  return lines.findLast((line) => line < (from ?? 0)) ?? lines.at(-1)!;
}
