// Characters that no configuration holds on purpose: each line that has one is a mistake, before anything reads it.
import type { Finding } from './draft.ts';

const refused = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|\p{Surrogate}/gu;

export function refuseBytes(text: string): Finding[] {
  const found: Finding[] = [];
  let lineEnd = -1;
  for (const match of text.matchAll(refused)) {
    if (match.index <= lineEnd) continue;
    const next = text.indexOf('\n', match.index + 1);
    lineEnd = next < 0 ? text.length : next;
    found.push({ offset: match.index, rule: 'bytes', ...described(match[0]) });
  }
  return found;
}

function described(character: string): { message: string; hint: string } {
  if (character === '\0') return { message: 'a NUL byte stands here', hint: 'save the file as UTF-8 text' };
  if (character === '\r') {
    return { message: 'a carriage return without a line feed stands here', hint: 'end lines with LF or CRLF' };
  }
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { message: `the control character U+${code} stands here`, hint: 'remove it, or write it as \\u in "quotes"' };
}
