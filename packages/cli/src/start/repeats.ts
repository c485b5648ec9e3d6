// Keeps a message that comes again and again from flooding the terminal: said once a minute, with how often it came.

const quietMs = 60_000;

/** @returns what to say for a line, or undefined while the same was said a moment ago. Numbers and ids do not count. */
export function createRepeats(now: () => number = () => performance.now()): (text: string) => string | undefined {
  const said = new Map<string, { at: number; held: number }>();
  return (text) => {
    const shape = text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '#');
    const before = said.get(shape);
    if (before && now() - before.at < quietMs) {
      before.held += 1;
      return undefined;
    }
    // What has not come for a while is forgotten: there may be many shapes.
    for (const [one, { at }] of said) if (now() - at >= quietMs) said.delete(one);
    said.set(shape, { at: now(), held: 0 });
    return before && before.held > 0 ? `${text} (and ${before.held} times more since)` : text;
  };
}
