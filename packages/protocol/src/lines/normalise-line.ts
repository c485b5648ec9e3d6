// Strikes out of a line what differs from run to run: times, durations, sizes, numbers, ids, and the directories of paths. What two
// runs print alike is then the same text. Pure, in one pass over the characters.
import { blank, blanksEnd, codeAt, codesOf, digit, isDigitAt, kindAt, letter, wordEnd } from './line-codes.ts';
import { hexEnd, quantityEnd } from './line-numbers.ts';
import { drivePathAt, filePathAt, pathAt } from './line-paths.ts';

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
  let [out, from, at] = ['', 0, 0];
  while (at < plain.length) {
    const kind = kindAt(plain, at);
    const end = kind === letter ? wordEnd(plain, at) : at + 1;
    const struck: Struck | undefined =
      kind === letter
        ? wordAt(plain, at, end)
        : kind === digit
          ? numberAt(plain, at)
          : kind === blank
            ? blanksAt(plain, at)
            : codeAt(plain, at) === slash
              ? pathAt(plain, at)
              : undefined;
    if (struck) {
      out += plain.slice(from, struck.start ?? at) + struck.put;
      from = struck.end;
    }
    at = struck ? (struck.next ?? struck.end) : end;
  }
  return withoutEnds(from === 0 ? plain : out + plain.slice(from));
}

/** From here to there something else stands; `next` is where to look on. */
type Struck = { readonly start?: number; readonly end: number; readonly put: string; readonly next?: number };

const slash = 47;
const lastHexLetter = 102;
const lastCapital = 90;
const numberSign = 35;
const colon = 58;
const isSlash = codesOf('/\\');

/** Each run of blanks is one by now. Beyond ASCII there are others, which are left alone. */
function withoutEnds(text: string): string {
  const end = text.endsWith(' ') ? -1 : text.length;
  return text.startsWith(' ') || end < 0 ? text.slice(text.startsWith(' ') ? 1 : 0, end) : text;
}

/** Nearly every word is none of what is struck out: it costs a look at its length, or at its first letter. */
function wordAt(text: string, at: number, end: number): Struck | undefined {
  const length = end - at;
  const first = codeAt(text, at);
  const isHex = length >= 7 && (first | 32) <= lastHexLetter;
  // What is written with a number belongs to it.
  if ((!isHex && length > 4) || codeAt(text, at - 1) === numberSign) return undefined;
  const id = isHex ? hexEnd(text, at) : 0;
  if (id > 0) return { end: id, put: '#' };
  if (length === 1 && codeAt(text, end) === colon && isSlash(codeAt(text, end + 1))) return drivePathAt(text, at);
  if (length === 3 && first <= lastCapital && isDate(text, at, end)) return { end, put: '#' };
  if (length !== 4 || !text.startsWith('file://', at)) return undefined;
  const path = filePathAt(text, end + 3);
  return path && { start: end + 3, ...path };
}

function numberAt(text: string, at: number): Struck {
  const end = hexEnd(text, at) || quantityEnd(text, at);
  // `64bit`, `2nd`: the letters stay, whatever digits come behind them.
  const next = wordEnd(text, end);
  return next === at + 1 && codeAt(text, at) === zero ? { end: next, put: '0' } : { end, put: '#', next };
}

const zero = 48;

function blanksAt(text: string, at: number): Struck | undefined {
  const end = blanksEnd(text, at);
  return end === at + 1 && text.charAt(at) === ' ' ? undefined : { end, put: ' ' };
}

/** A month or a weekday, and a number or another of them behind it. */
function isDate(text: string, at: number, end: number): boolean {
  if (!dates.has(text.slice(at, end))) return false;
  let next = end;
  while (text.charAt(next) === ',' || kindAt(text, next) === blank) next++;
  return next > end && (isDigitAt(text, next) || dates.has(text.slice(next, wordEnd(text, next))));
}

const dates = new Set('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun'.split(' '));
