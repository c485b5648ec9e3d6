// Output that came at about the same time, as one: of a program that prints fast nobody can tell lines apart by their times, and each
// moment costs a call of the mask.

export type TimedText = { readonly bytes: Buffer; readonly at: number };

/** At the full speed of a worker, some hundred thousand bytes. */
const momentMillis = 5;

/** Is worth a call of its own; with others it would be copied once more. */
const bigPiece = 16_384;

export function inMoments(pieces: readonly TimedText[]): TimedText[] {
  const moments: TimedText[] = [];
  for (let from = 0; from < pieces.length; ) {
    const { at, bytes } = pieces[from]!;
    let to = from + 1;
    // Also where the clock was set back: then until it has caught up.
    while (bytes.length < bigPiece && to < pieces.length && isWithin(pieces[to]!, at)) to++;
    const alone = to === from + 1;
    moments.push({ at, bytes: alone ? bytes : Buffer.concat(pieces.slice(from, to).map((piece) => piece.bytes)) });
    from = to;
  }
  return moments;
}

const isWithin = ({ at, bytes }: TimedText, from: number) => at < from + momentMillis && bytes.length < bigPiece;
