// The line index of a step's log, chunk by chunk: when its lines began to be printed, and how a terminal stood before each chunk.
import { countLines, type MemberHead, type TimedLines, terminalStateAfter } from '@signalbox/protocol/browser';

type Arrival = { readonly place: number; readonly at: number };

/** Costs a little for each moment and each chunk, and no more for a line than to count it. */
export class LineIndex {
  /** Of the text that is not in a chunk yet: from which place on it came when. */
  #arrivals: Arrival[] = [];
  #isInsideLine = false;
  #state = '';

  /** What follows `place` of the waiting text. */
  came(place: number, at: number): void {
    const last = this.#arrivals.at(-1);
    if (last?.place === place) this.#arrivals.pop();
    // A clock that was set back stands still.
    this.#arrivals.push({ place, at: Math.max(at, last?.at ?? 0) });
  }

  /** The next chunk is this, the beginning of the waiting text. `lines`: line ends in it. */
  take(chunk: Buffer): { head: MemberHead; lines: number } {
    const { times, lines } = this.#timesOf(chunk);
    const head = { isInsideLine: this.#isInsideLine, state: utf8(this.#state), times };
    this.#isInsideLine = chunk.at(-1) !== newline;
    this.#state = stateAfter(this.#state, chunk);
    return { head, lines };
  }

  #timesOf(chunk: Buffer): { times: TimedLines[]; lines: number } {
    const times: TimedLines[] = [];
    let lines = 0;
    let begins = this.#isInsideLine ? 0 : 1;
    for (const [index, { place, at }] of this.#arrivals.entries()) {
      if (place >= chunk.length) break;
      const to = Math.min(this.#arrivals[index + 1]?.place ?? chunk.length, chunk.length);
      // A line begins behind each line end but the last byte's, behind which nothing came yet.
      const ends = countLines(chunk.subarray(place, to));
      lines += ends;
      const endsAtEnd = chunk[to - 1] === newline ? 1 : 0;
      times.push({ lines: begins + ends - endsAtEnd, at });
      begins = endsAtEnd;
    }
    const current = this.#arrivals.findLast(({ place }) => place <= chunk.length);
    const later = this.#arrivals.filter(({ place }) => place > chunk.length);
    this.#arrivals = [
      ...(current ? [{ place: 0, at: current.at }] : []),
      ...later.map(({ place, at }) => ({ place: place - chunk.length, at })),
    ];
    return { times: times.filter((one) => one.lines > 0), lines };
  }
}

/** The state is that of all the text, but mostly some lines at its end are enough to tell: programs reset what they have set. */
function stateAfter(before: string, chunk: Buffer): string {
  const isOpen = before !== '' && !/(?:m|\x1b\\)$/.test(before);
  if (!isOpen && !chunk.includes(codeBegin)) return before;
  const cut = Math.max(0, chunk.length - mostlyEnough);
  const end = chunk.toString('latin1', cut);
  const coloursThere = /\x1b\[0*m/.test(end) || !chunk.includes('\x1b[');
  // Sought by its second character: the first one is everywhere in a text with colours.
  const isEnough = !isOpen && coloursThere && (end.includes(linkStart) || !chunk.includes(linkStart.slice(1)));
  return terminalStateAfter(before, isEnough ? end : chunk.toString('latin1'));
}

const newline = 10;
const codeBegin = 27;
const linkStart = '\x1b]8;';
const mostlyEnough = 4096;
/** It was put together of bytes. */
const utf8 = (state: string) => (state === '' ? '' : Buffer.from(state, 'latin1').toString());
