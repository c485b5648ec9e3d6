// The times of lines as a log shows them: of the day, since the step began, since the line before; and where it was slow. Pure.

export const timeModes = ['none', 'absolute', 'relative', 'delta'] as const;
export type TimeMode = (typeof timeModes)[number];

/** A pause between two lines that is pointed at. */
export const slowGapMillis = 10_000;

export function timeText(mode: TimeMode, at: number | null, before: number | null, start: number | null): string {
  if (at === null || mode === 'none') return '';
  switch (mode) {
    case 'absolute':
      return new Date(at).toISOString().slice(11, 23);
    case 'relative':
      return start === null ? '' : elapsed(at - start);
    case 'delta':
      return before === null ? '' : `+${elapsed(at - before)}`;
    default:
      return mode satisfies never;
  }
}

/** How long nothing was printed before a line, where that was long. */
export function slowGap(at: number | null, before: number | null): number | null {
  if (at === null || before === null) return null;
  return at - before >= slowGapMillis ? at - before : null;
}

/** `0.004`, `59.120`, `1:02.003`, `2:00:00.000`: seconds with their thousandths, so that the column stands in line. */
export function elapsed(milliseconds: number): string {
  const all = Math.max(0, Math.round(milliseconds));
  const seconds = `${Math.floor(all / 1000) % 60}`;
  const thousandths = String(all % 1000).padStart(3, '0');
  const minutes = Math.floor(all / 60_000);
  if (minutes === 0) return `${seconds}.${thousandths}`;
  if (minutes < 60) return `${minutes}:${seconds.padStart(2, '0')}.${thousandths}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds.padStart(2, '0')}.${thousandths}`;
}
