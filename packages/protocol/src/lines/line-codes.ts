// What kind of character a code is, for those who go through lines: blanks, digits, letters. Beyond ASCII nothing is told apart.

export const other = 0;
export const blank = 1;
export const digit = 2;
export const letter = 3;

const kinds = new Uint8Array(128);
for (const code of [9, 32]) kinds[code] = blank;
for (const [first, last] of ['09', 'AZ', 'az', '__']) {
  const kind = first === '0' ? digit : letter;
  for (let code = first!.charCodeAt(0); code <= last!.charCodeAt(0); code++) kinds[code] = kind;
}

/** Also of NaN, which is behind the end of a text: it must not become a key, which is looked up slowly. */
export const kindOf = (code: number): number => (code < 128 ? kinds[code]! : other);

export const isDigitAt = (text: string, at: number): boolean => kindOf(text.charCodeAt(at)) === digit;
export const isWordAt = (text: string, at: number): boolean => kindOf(text.charCodeAt(at)) >= digit;

/** Where the letters, digits and underscores from here on end. */
export function wordEnd(text: string, from: number): number {
  let end = from;
  while (isWordAt(text, end)) end++;
  return end;
}

export function blanksEnd(text: string, from: number): number {
  let end = from;
  while (kindOf(text.charCodeAt(end)) === blank) end++;
  return end;
}
