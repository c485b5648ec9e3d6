// When the lines of a part were printed, and how a terminal stood before it: from the heads of the members that were read for it. Pure.
// Line ends are counted, not believed: what a worker says of its own lines can be wrong for them only.
import { countLines, headOf, type MaybeTimedLines, terminalStateAfter } from '@signalbox/protocol/browser';

type Member = { readonly start: number; readonly size: number; readonly bytes: Uint8Array };
/** What some members hold, end to end. */
export type MembersText = {
  readonly startByte: number;
  readonly bytes: Buffer;
  readonly members: readonly Member[];
};

/** Of the lines that begin at `from` or behind it, and before `to`, in their order. Empty where nobody knows any. */
export function lineTimes({ startByte, bytes, members }: MembersText, from: number, to: number): MaybeTimedLines[] {
  const times: { lines: number; at: number | null }[] = [];
  for (const { start, size, bytes: member } of members) {
    const [begin, end] = [Math.max(from, start), Math.min(to, start + size)];
    if (begin >= end) continue;
    const head = headOf(member);
    const isInside = start > startByte ? bytes[start - startByte - 1] !== newline : start > 0 && head?.isInsideLine;
    // Whether a line begins at the very beginning is known to whoever asks, and not here.
    if (isInside === undefined && begin === start) return [];
    const first = isInside ? 0 : 1;
    const linesTo = (byte: number) =>
      byte === start ? 0 : first + countLines(bytes.subarray(start - startByte, byte - 1 - startByte));
    const before = linesTo(begin);
    for (const lines of timesBetween(head?.times ?? [], before, linesTo(end) - before)) {
      const last = times.at(-1);
      if (last?.at === lines.at) last.lines += lines.lines;
      else times.push({ ...lines });
    }
  }
  return times.some(({ at }) => at !== null) ? times : [];
}

/** So many lines of them, without the first ones. What they do not say is not known. */
function* timesBetween(times: readonly MaybeTimedLines[], without: number, count: number): Generator<MaybeTimedLines> {
  let [skip, left] = [without, count];
  for (const { lines, at } of times) {
    const here = Math.min(lines - skip, left);
    skip = Math.max(0, skip - lines);
    if (here <= 0) continue;
    yield { lines: here, at };
    left -= here;
  }
  if (left > 0) yield { lines: left, at: null };
}

/** Codes that bring a terminal into the state before this byte; undefined where nobody knows. */
export function stateBefore({ startByte, bytes, members }: MembersText, byte: number): string | undefined {
  const [member] = members;
  const begin = member && (startByte === 0 ? '' : headOf(member.bytes)?.state);
  if (begin === undefined) return undefined;
  // As bytes, for characters of a link may be cut. What the worker said is read as text, too: nothing but such codes goes out.
  const before = Buffer.concat([Buffer.from(begin), bytes.subarray(0, byte - startByte)]);
  return Buffer.from(terminalStateAfter('', before.toString('latin1')), 'latin1').toString();
}

const newline = 10;
