// What kind of character stands at a place of a line: blanks, digits, letters. Beyond ASCII nothing is told apart.

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

/** 0 behind the end and before the beginning, where `charCodeAt` is NaN: one of those makes all that follows three times slower. */
export const codeAt = (text: string, at: number): number => (at >= 0 && at < text.length ? text.charCodeAt(at) : 0);

export function kindAt(text: string, at: number): number {
  const code = codeAt(text, at);
  return code < 128 ? kinds[code]! : other;
}

export const isDigitAt = (text: string, at: number): boolean => kindAt(text, at) === digit;
export const isWordAt = (text: string, at: number): boolean => kindAt(text, at) >= digit;

/** Where the letters, digits and underscores from here on end. */
export function wordEnd(text: string, from: number): number {
  let end = from;
  while (isWordAt(text, end)) end++;
  return end;
}

export function blanksEnd(text: string, from: number): number {
  let end = from;
  while (kindAt(text, end) === blank) end++;
  return end;
}

/** The characters of a short text, to be asked for by their codes. */
export function codesOf(characters: string): (code: number) => boolean {
  const codes = new Uint8Array(128);
  for (const character of characters) codes[character.charCodeAt(0)] = 1;
  return (code) => code < 128 && codes[code] === 1;
}
