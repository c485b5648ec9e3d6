// Times, spans and lists as people read them in an explanation. Instants are UTC, as everywhere in texts of the server.

/** 12:01:10 on the day of `at`, else with its date. */
export function clock(instant: string, at: string): string {
  const [day, time] = new Date(instant).toISOString().split('T') as [string, string];
  return at.startsWith(day) ? time.slice(0, 8) : `${day} ${time.slice(0, 5)}`;
}

/** 45 s, 3 min, 1 h 30 min, 2 d 4 h: the two largest parts. */
export function span(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.round(Math.abs(seconds));
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** "a, b and 3 more". */
export function listed(names: readonly string[], all = names.length): string {
  const shown = names.slice(0, 3);
  const more = all - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? shown.join() : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

export const counted = (count: number, noun: string, many = `${noun}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? noun : many}`;
