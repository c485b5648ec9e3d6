// A gap as lines of a comment: what has no equal, where it stands in the source, what to do instead.
import type { Gap } from './gap.ts';

const widest = 100;

export function commentOf({ file, line, what, instead }: Gap): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of `No equal: ${what} (${file}:${line}). ${instead}`.split(/\s+/)) {
    if (current !== '' && current.length + word.length + 1 > widest) {
      lines.push(current);
      current = '';
    }
    current += current === '' ? word : ` ${word}`;
  }
  lines.push(current);
  return lines.map((text, index) => (index === 0 ? ` ${text}` : `   ${text}`));
}
