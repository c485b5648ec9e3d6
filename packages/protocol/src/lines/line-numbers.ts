// Where a number of a line ends, with all that belongs to it: fractions, times and dates, addresses, versions, units.
import {
  blank,
  blanksEnd,
  codeAt,
  codesOf,
  digit,
  isDigitAt,
  isWordAt,
  kindAt,
  letter,
  wordEnd,
} from './line-codes.ts';

/** Behind the last of several, as in `1m 3s` and `2 minutes 5 seconds`, when each has a unit. `at` is at a digit. */
export function quantityEnd(text: string, at: number): number {
  // Where it ends if what comes next is no quantity: `1m2nd` has no minutes.
  let [end, next] = [0, at];
  for (;;) {
    const number = numberEnd(text, next);
    const unit = unitEnd(text, number);
    if (unit === number) return end || number;
    next = blanksEnd(text, unit);
    end = next === unit ? number : unit;
    if (!isDigitAt(text, next)) return unit;
  }
}

/** `1,234.5`, `02:51:23`, `2026-11-23T02:51:23.5Z`, `10.0.0.1:80`, `3/120`: one number each. */
function numberEnd(text: string, at: number): number {
  let end = digitsEnd(text, at);
  while (isJoin(codeAt(text, end)) && isDigitAt(text, end + 1) && !isIdAt(text, end)) {
    end = digitsEnd(text, end + 1);
  }
  return codeAt(text, end) === capitalZ && !isWordAt(text, end + 1) ? end + 1 : end;
}

const isJoin = codesOf('.,:/+-T');
const capitalT = 84;
const capitalZ = 90;

/** What comes behind a join is an id, which is not a part of the number before it. */
const isIdAt = (text: string, join: number) => codeAt(text, join) !== capitalT && hexEnd(text, join + 1) > 0;

function digitsEnd(text: string, at: number): number {
  let end = at;
  while (isDigitAt(text, end)) end++;
  return end;
}

/** The same when no unit follows. One that is written with the number may be followed by the next number. */
function unitEnd(text: string, at: number): number {
  const isApart = kindAt(text, at) === blank;
  const start = isApart ? blanksEnd(text, at) : at;
  const micro = microEnd(text, start);
  let end = micro;
  while (isLetterAt(text, end)) end++;
  if (end === micro || end - start > longestUnit) return at;
  const name = micro > start ? `u${text.slice(micro, end)}` : text.slice(start, end);
  if (!(isApart ? unitsApart : units).has(name.toLowerCase())) return at;
  const follows = kindAt(text, end);
  return follows < digit || (follows === digit && !isApart) ? end : at;
}

const isLetterAt = (text: string, at: number) => kindAt(text, at) === letter && codeAt(text, at) !== underscore;
const underscore = 95;
const longestUnit = 12;

/** The sign for millionths is one character of two kinds, or two bytes. */
function microEnd(text: string, at: number): number {
  const first = codeAt(text, at);
  if (first < 128) return at;
  const second = codeAt(text, at + 1);
  if ((first === 0xc2 && second === 0xb5) || (first === 0xce && second === 0xbc)) return at + 2;
  return first === 0xb5 || first === 0x3bc ? at + 1 : at;
}

const words = 'second seconds sec secs minute minutes min mins hour hours hr hrs day days millisecond milliseconds';
const sizes = 'b kb mb gb tb kib mib gib tib byte bytes';
const unitsApart = new Set(`ns us ms s ${words} ${sizes}`.split(' '));
const units = new Set(`m h d k g ${[...unitsApart].join(' ')}`.split(' '));

/** Where an id of hexadecimal digits ends that begins here, with letters as well as digits; 0 when none does. */
export function hexEnd(text: string, at: number): number {
  if (codeAt(text, at) === zero && (codeAt(text, at + 1) | 32) === smallX) {
    const end = wordEnd(text, at);
    return end > at + 2 && isHex(text, at + 2, end) ? end : 0;
  }
  const end = wordEnd(text, at);
  const uuid = end - at === 8 ? uuidEnd(text, at) : 0;
  if (uuid > 0) return uuid;
  return end - at >= shortestId && isHex(text, at, end) && isMixed(text, at, end) ? end : 0;
}

const zero = 48;
const smallX = 120;
/** A short form of a commit id. */
const shortestId = 7;

function uuidEnd(text: string, at: number): number {
  let [start, end] = [at, at];
  for (const length of [8, 4, 4, 4, 12]) {
    end = start + length;
    if (wordEnd(text, start) !== end || !isHex(text, start, end)) return 0;
    if (length === 12) return end;
    if (text.charAt(end) !== '-') return 0;
    start = end + 1;
  }
  return 0;
}

function isHex(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = codeAt(text, at) | 32;
    if (!isDigitAt(text, at) && (code < 97 || code > 102)) return false;
  }
  return true;
}

/** Words such as `defaced` have no digit, and numbers no letter. */
function isMixed(text: string, from: number, to: number): boolean {
  let digits = 0;
  for (let at = from; at < to; at++) if (isDigitAt(text, at)) digits++;
  return digits > 0 && digits < to - from;
}
