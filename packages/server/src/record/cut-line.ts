// A line as an answer shows it: cut around what was found in it, with the columns of that in the text that is left.

export type CutLine = {
  readonly text: string;
  /** Where `text` begins in the line. */
  readonly startByte: number;
  /** Columns as JavaScript counts them: `text.slice(from, to)` is what was found, or what is left of it. */
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
};

/** How much is left before what was found, where the line is cut. */
const before = 200;

export function cutLine(line: Buffer, [matchFrom, matchTo]: readonly [number, number], most: number): CutLine {
  const isWhole = line.length <= most;
  const start = isWhole ? 0 : wholeCharacters(line, Math.max(0, Math.min(matchFrom - before, line.length - most)));
  const end = isWhole ? line.length : wholeCharacters(line, start + most);
  const [from, to] = [Math.max(start, matchFrom), Math.min(matchTo, end)];
  const head = line.toString('utf8', start, from);
  // Apart, so that the columns are true also where bytes are no characters.
  const found = line.toString('utf8', from, to);
  const text = head + found + line.toString('utf8', to, end);
  return { text, startByte: start, from: head.length, to: head.length + found.length, isWhole };
}

/** At most so many bytes, without the half of a UTF-8 character at their end. */
export function wholeCharacters(bytes: Buffer, most: number): number {
  if (bytes.length <= most) return bytes.length;
  for (let end = most; end > most - 4 && end > 0; end--) if ((bytes[end]! & 0xc0) !== 0x80) return end;
  return most;
}
