// Strikes out of a line what differs from run to run: times, durations, sizes, numbers, ids, and the directories of paths. What two
// runs print alike is then the same text. Pure, in one pass over the characters.
import { blank, blanksEnd, digit, isDigitAt, kindOf, letter, wordEnd } from './line-codes.ts';
import { hexEnd, quantityEnd } from './line-numbers.ts';
import { drivePathAt, type FoundPath, filePathAt, pathAt } from './line-paths.ts';

/**
 * Of a plain line (`plainLine`). It knows ASCII only, so bytes that stand for characters (latin1) give the bytes of the same answer.
 *
 * - Blanks become one, and go at both ends.
 * - Numbers become `#`, with what is a part of them: times, addresses, versions, units. A lone `0` stays, for none and some are
 *   not the same; so do digits within a word, for `TS2304` is a name.
 * - Hexadecimal words of seven and more characters, `0x…` and UUIDs become `#`; so does a month or a weekday before a number.
 * - Absolute paths keep their last name (`/#/main.c`); below a directory for temporary files nothing (`/#`).
 */
export function normaliseLine(plain: string): string {
  const scan: Scan = { text: plain, at: 0, out: '', from: 0 };
  while (scan.at < plain.length) {
    const code = plain.charCodeAt(scan.at);
    const kind = kindOf(code);
    if (kind === letter) takeWord(scan);
    else if (kind === digit) takeNumber(scan);
    else if (kind === blank) takeBlanks(scan);
    else if (code === slash) takePath(scan, pathAt(plain, scan.at));
    else scan.at++;
  }
  return withoutEnds(scan.out + plain.slice(scan.from));
}

type Scan = {
  readonly text: string;
  at: number;
  /** What is done, of all before `from`. */
  out: string;
  from: number;
};

const slash = 47;
const lastHexLetter = 102;
const lastCapital = 90;

/** Each run of blanks is one by now. Beyond ASCII there are others, which are left alone. */
function withoutEnds(text: string): string {
  const end = text.endsWith(' ') ? -1 : text.length;
  return text.startsWith(' ') || end < 0 ? text.slice(text.startsWith(' ') ? 1 : 0, end) : text;
}

/** From here to there something else stands. */
function put(scan: Scan, end: number, instead: string): void {
  scan.out += scan.text.slice(scan.from, scan.at) + instead;
  scan.at = end;
  scan.from = end;
}

/** Nearly every word is none of what is struck out: it costs a look at its length, or at its first letter. */
function takeWord(scan: Scan): void {
  const { text, at } = scan;
  const end = wordEnd(text, at);
  const length = end - at;
  const id = length >= 7 && (text.charCodeAt(at) | 32) <= lastHexLetter ? hexEnd(text, at) : 0;
  // What is written with a number belongs to it.
  if (text.charAt(at - 1) === '#') scan.at = end;
  else if (id > 0) put(scan, id, '#');
  else if (length === 1 && /^:[\\/]/.test(text.slice(end, end + 2))) takePath(scan, drivePathAt(text, at));
  else if (length === 3 && text.charCodeAt(at) <= lastCapital && isDate(text, at, end)) put(scan, end, '#');
  else if (length === 4 && text.startsWith('file://', at)) {
    const path = filePathAt(text, end + 3);
    scan.at = path ? end + 3 : end;
    if (path) takePath(scan, path);
  } else scan.at = end;
}

function takeNumber(scan: Scan): void {
  const { text, at } = scan;
  const end = hexEnd(text, at) || quantityEnd(text, at);
  const rest = wordEnd(text, end);
  if (rest === at + 1 && text.charAt(at) === '0') scan.at = rest;
  else {
    put(scan, end, '#');
    // `64bit`, `2nd`: the letters stay, whatever digits come behind them.
    scan.at = rest;
  }
}

function takeBlanks(scan: Scan): void {
  const end = blanksEnd(scan.text, scan.at);
  if (end === scan.at + 1 && scan.text.charAt(scan.at) === ' ') scan.at = end;
  else put(scan, end, ' ');
}

function takePath(scan: Scan, path: FoundPath | undefined): void {
  if (path) put(scan, path.end, path.put);
  else scan.at++;
}

/** A month or a weekday, and a number or another of them behind it. */
function isDate(text: string, at: number, end: number): boolean {
  if (!dates.has(text.slice(at, end))) return false;
  let next = end;
  while (text.charAt(next) === ',' || kindOf(text.charCodeAt(next)) === blank) next++;
  return next > end && (isDigitAt(text, next) || dates.has(text.slice(next, wordEnd(text, next))));
}

const dates = new Set('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun'.split(' '));
