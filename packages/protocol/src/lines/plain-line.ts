// A line of a log as a person reads it: without colours, links and controls, as a progress bar has left it.

/** Sequences of terminals: CSI (colours), OSC (links, titles), and the short ones. */
const sequences = /\x1b(?:\[[0-?]*[ -/]*[@-~]?|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)/g;
const needsWork = /[\x00-\x1f\x7f]/;

/** `raw` is one line without its end, of characters or of bytes that stand for characters (latin1): it is the same for both. */
export function plainLine(raw: string): string {
  if (!needsWork.test(raw)) return raw;
  return lastWritten(raw)
    .replace(sequences, '')
    .replaceAll('\t', ' ')
    .replace(/[\x00-\x1f\x7f]/g, '');
}

/** What stands after the last `\r` that something follows. */
function lastWritten(raw: string): string {
  let end = raw.length;
  while (end > 0 && raw.charCodeAt(end - 1) === carriageReturn) end--;
  return end === 0 ? '' : raw.slice(raw.lastIndexOf('\r', end - 1) + 1, end);
}

const carriageReturn = 13;
