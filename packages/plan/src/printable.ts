// Text from a tree, made safe to show: no control character reaches a terminal, no value fills a page.

const hidden = /[\0-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]|\p{Surrogate}/gu;

/** Each character that has no picture, or that turns the writing direction, becomes one that says so. Tabs stay. */
export const printable = (text: string): string => text.replace(hidden, '\ufffd');

/** A value as messages show it: in backquotes, on one line, not too long. */
export function quote(text: string, most = 60): string {
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return `\`${printable(short.replace(/\s+/g, ' '))}\``;
}

/** `a, b and 4 more`: a list that stays short. */
export function listed(words: readonly string[], most = 12): string {
  const shown = words.slice(0, most).map((word) => quote(word));
  const rest = words.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
