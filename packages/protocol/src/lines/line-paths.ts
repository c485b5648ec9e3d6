// Absolute paths in a line: where one begins and ends, and which part of it is its directory.

export type FoundPath = {
  /** Where what is struck out ends: the last name stays, unless all is temporary. */
  readonly end: number;
  readonly put: string;
};

/** `at` is at a slash. Undefined when no path begins there that has a directory. */
export function pathAt(text: string, at: number): FoundPath | undefined {
  return mayBegin(text, at) ? directoryOf(text, at, at) : undefined;
}

/** `C:\…`: `at` is at the letter of the drive. */
export const drivePathAt = (text: string, at: number): FoundPath | undefined =>
  at === 0 || begins.includes(text.charAt(at - 1)) ? directoryOf(text, at, at + 2) : undefined;

/** Behind `file://`. */
export const filePathAt = (text: string, at: number): FoundPath | undefined =>
  text.charAt(at) === '/' ? directoryOf(text, at, at) : undefined;

function directoryOf(text: string, start: number, root: number): FoundPath | undefined {
  let end = root;
  let last = -1;
  for (; end < text.length && !ends.includes(text.charAt(end)); end++) {
    if (text.charAt(end) === '/' || text.charAt(end) === '\\') last = end;
  }
  if (last <= root) return undefined;
  return temporary.test(text.slice(start, end)) ? { end, put: '/#' } : { end: last + 1, put: '/#/' };
}

const ends = ' \t"\'`()<>|:;,*?&=[]{}';
const temporary = /^(?:\/private)?(?:\/tmp|\/var\/tmp|\/var\/folders)\/|^[A-Za-z]:[\\/].*[\\/]te?mp[\\/]/i;

/** Not within a word, a relative path or an address; but behind a short option, as in `-I/usr/include`. */
function mayBegin(text: string, at: number): boolean {
  if (at === 0 || begins.includes(text.charAt(at - 1))) return true;
  return /^-[A-Za-z]$/.test(text.slice(Math.max(0, at - 2), at)) && (at === 2 || ' \t'.includes(text.charAt(at - 3)));
}

const begins = ' \t"\'`([{<=,;>|';
