// The line index of a member lies in its own gzip head, as an extra field (RFC 1952): when its lines were printed, and how a terminal
// stood before them. It goes wherever the member goes, costs no row and no file, and every gunzip passes over it.

/** So many lines one after another that began at the same time, in milliseconds since 1970. */
export type TimedLines = { readonly lines: number; readonly at: number };
export type MemberHead = {
  /** Its first byte goes on with a line that began before. */
  readonly isInsideLine: boolean;
  /** Codes that bring a terminal into the state in which it begins; `terminalStateAfter` makes them. */
  readonly state: string;
  /** Of the lines that begin in it, in their order. */
  readonly times: readonly TimedLines[];
};

/** Servers leave 512 bytes for heads; the rest is gzip's own. */
const mostBytes = 480;
const mostStateBytes = 340;
export const plainHeadBytes = 10;
const extraFlag = 4;
/** Deflate, no time, unknown system: nothing that differs from machine to machine. */
const gzipWithExtra = [0x1f, 0x8b, 8, extraFlag, 0, 0, 0, 0, 0, 255];
const fieldName = [0x53, 0x62] as const; // Sb
const version = 1;
/** Beyond it dates are written in other ways. */
const endOfYear9999 = 253_402_300_799_999;

/**
 * A gzip head to stand in the place of the plain one, of `plainHeadBytes`, that zlib makes. Times closer together than there is room
 * for become one.
 */
export function gzipHeadOf(head: MemberHead): Uint8Array {
  const field = fieldOf(head);
  const extra = [...fieldName, field.length & 255, field.length >> 8, ...field];
  return Uint8Array.from([...gzipWithExtra, extra.length & 255, extra.length >> 8, ...extra]);
}

/** Undefined where there is none, as of earlier workers, or where it is not as this makes it: a worker is not trusted. */
export function headOf(member: Uint8Array): MemberHead | undefined {
  if (member.length < 12 || (member[3]! & extraFlag) === 0) return undefined;
  const end = 12 + word(member, plainHeadBytes);
  if (end > member.length) return undefined;
  for (let at = 12; at + 4 <= end; ) {
    const to = at + 4 + word(member, at + 2);
    if (to > end) return undefined;
    if (member[at] === fieldName[0] && member[at + 1] === fieldName[1]) return readField(member.subarray(at + 4, to));
    at = to;
  }
  return undefined;
}

const word = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8);

function fieldOf({ isInsideLine, state, times }: MemberHead): number[] {
  const encoded = new TextEncoder().encode(state);
  const known = encoded.length > mostStateBytes ? new Uint8Array() : encoded;
  const begin = [version, isInsideLine ? 1 : 0];
  pushNumber(begin, known.length);
  begin.push(...known);
  for (let closest = 1; ; closest *= 2) {
    const field = [...begin];
    let last = 0;
    for (const { lines, at } of atLeastApart(times, closest)) {
      pushNumber(field, Math.max(0, at - last));
      pushNumber(field, lines);
      last = Math.max(at, last);
    }
    if (field.length <= mostBytes) return field;
  }
}

/** The same lines with fewer times: those that came within so many milliseconds count as one. */
function atLeastApart(times: readonly TimedLines[], millis: number): TimedLines[] {
  const apart: { lines: number; at: number }[] = [];
  for (const { lines, at } of times) {
    if (lines === 0) continue;
    const last = apart.at(-1);
    if (last && at - last.at < millis) last.lines += lines;
    else apart.push({ lines, at });
  }
  return apart;
}

function readField(field: Uint8Array): MemberHead | undefined {
  let at = 2;
  const number = (): number => {
    for (let [value, factor] = [0, 1]; ; factor *= 128) {
      const byte = field[at++];
      if (byte === undefined || factor > 2 ** 42) return Number.NaN;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  if (field[0] !== version || field.length > mostBytes) return undefined;
  const stateBytes = number();
  if (!(at + stateBytes <= field.length)) return undefined;
  const state = new TextDecoder().decode(field.subarray(at, at + stateBytes));
  at += stateBytes;
  const times: TimedLines[] = [];
  for (let last = 0; at < field.length; ) {
    const time = last + number();
    const lines = number();
    if (!(time <= endOfYear9999) || !(lines > 0)) return undefined;
    times.push({ lines, at: time });
    last = time;
  }
  return { isInsideLine: field[1] === 1, state, times };
}

/** Seven bits a byte, the lowest first. */
function pushNumber(to: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) to.push((rest % 128) | 128);
  to.push(rest);
}
