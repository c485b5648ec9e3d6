// The times of lines as a log shows them: of the day, since the step began, since the line before; and where it was slow. Pure.

export const timeModes = ['none', 'absolute', 'relative', 'delta'] as const;
export type TimeMode = (typeof timeModes)[number];

/** A pause between two lines that is pointed at. */
export const slowGapMillis = 10_000;

const printed = /^\W{0,2}(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?(?!\d)/;

/** The time that a program wrote at the beginning of its line, in plain text; without a zone it means UTC, as for steps. */
export function printedTime(plain: string): number | null {
  const [, day, time, fraction = '0', zone = 'Z'] = printed.exec(plain.slice(0, 60)) ?? [];
  if (!day) return null;
  const at = Date.parse(`${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
  return Number.isNaN(at) ? null : at;
}

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
