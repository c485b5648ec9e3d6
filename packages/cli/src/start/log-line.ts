// What of a child's log a person should see on the terminal: warnings and errors, in one line each.

const levels = { 40: 'warn', 50: 'error', 60: 'fatal' } as const;
const seriousWords = new Set<string>(['warn', 'error', 'fatal']);

/** @returns undefined for a line that nobody needs to see now; it is in the file. */
export function seriousLine(line: string): { level: string; text: string } | undefined {
  if (!line.startsWith('{')) return undefined;
  let entry: { level?: unknown; msg?: unknown; message?: unknown; err?: { message?: unknown } };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    // Not a line of the log after all.
    return undefined;
  }
  const level = typeof entry.level === 'number' ? levels[entry.level as keyof typeof levels] : entry.level;
  if (typeof level !== 'string' || !seriousWords.has(level)) return undefined;
  const parts = [entry.msg, entry.message, entry.err?.message].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  return { level, text: [...new Set(parts)].join(': ') };
}
