// The links that programs write into their output (OSC 8), as parts of a line; only addresses that open a page are kept. Pure.

export type LinkPart = { readonly text: string; readonly href: string | null };

const link = /\x1b\]8;[^;\x07\x1b]*;([^\x07\x1b]*)(?:\x07|\x1b\\)/g;

/** The line without the codes of links. What has no end is a link up to the end of the line, as in a terminal. */
export function linkParts(text: string): LinkPart[] {
  if (!text.includes('\x1b]8;')) return [{ text, href: null }];
  const parts: LinkPart[] = [];
  let [from, href]: [number, string | null] = [0, null];
  for (const found of text.matchAll(link)) {
    parts.push({ text: text.slice(from, found.index), href });
    from = found.index + found[0].length;
    href = safeAddress(found[1] ?? '');
  }
  parts.push({ text: text.slice(from), href });
  return parts.filter((part) => part.text !== '');
}

const safe: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);
const longest = 2000;

/** A log is not trusted: nothing that runs a script, reads a file or starts a program. */
export function safeAddress(address: string): string | null {
  if (address.length > longest || !URL.canParse(address)) return null;
  const url = new URL(address);
  return safe.has(url.protocol) ? url.href : null;
}
