// Instants and spans of time as people read them; the present is passed in, since the server's clock is the one that counts.

/** How long ago: `40 s ago`, `5 min ago`, `3 h ago`, `2 days ago`, then the day itself. */
export function ago(instant: string, now: number): string {
  const seconds = Math.round((now - Date.parse(instant)) / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 36) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  if (days <= 30) return `${days} days ago`;
  return instant.slice(0, 10);
}

/** How soon something comes: `now`, `in 40 s`, `in 5 min`, `in 3 h`, `in 2 days`. */
export function comes(instant: string, now: number): string {
  const seconds = Math.round((Date.parse(instant) - now) / 1000);
  if (seconds < 5) return 'at any moment';
  if (seconds < 90) return `in ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `in ${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 36 ? `in ${hours} h` : `in ${Math.round(hours / 24)} days`;
}

/** The time of day of an instant, to the minute. */
export function clock(instant: string): string {
  return instant.slice(11, 16);
}

/** The instant itself, for the title of what `ago` says. */
export function exact(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}

/** A length of time: `0.4 s`, `42 s`, `3 min 05 s`, `1 h 04 min`, `2 d 3 h`. */
export function duration(milliseconds: number): string {
  return lengthOf(milliseconds).replaceAll(' ', unbroken);
}

const unbroken = '\u00a0';

function lengthOf(milliseconds: number): string {
  const tenths = Math.max(0, Math.round(milliseconds / 100));
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(tenths / 10);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** From one instant to another, or to now while it goes on; null when it has not begun. */
export function between(start: string | null, end: string | null, now: number): string | null {
  if (!start) return null;
  return duration((end ? Date.parse(end) : now) - Date.parse(start));
}

/** A build id is an instant: 20261122160703 is 2026-11-22 16:07:03. */
export function buildInstant(buildId: string): string {
  return buildId.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3 $4:$5:$6 UTC');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
