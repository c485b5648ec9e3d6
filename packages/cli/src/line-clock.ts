// Puts before each line of a log when it was printed: `signalbox log --times`.
import type { RunDetail } from '@signalbox/protocol/browser';
import type { Output } from './output.ts';

export const timeKinds = ['absolute', 'relative', 'delta'] as const;
export type TimeKind = (typeof timeKinds)[number];

export type LineClock = {
  /** The text of a step goes on like this; one time for each line that begins in it. */
  stamp(text: string, times: readonly (number | null)[]): string;
  /** What stands before a line that was printed then. */
  of(at: number | null): string;
};
export type LineClocks = {
  /** Each step has its own: times since it began, and since the line before. */
  step(index: number): LineClock;
  /** Says so where of no line anything was known. */
  end(): void;
};

export function lineClocks(output: Output, kind: TimeKind, run: () => RunDetail['run']): LineClocks {
  let [lines, known] = [0, 0];
  const count = (at: number | null) => {
    lines++;
    if (at !== null) known++;
  };
  return {
    step: (index) => clockOf(output, kind, () => Date.parse(run().steps[index]?.startedAt ?? ''), count),
    end() {
      if (lines === 0 || known > 0) return;
      output.note('When these lines were printed is not known: their worker did not say, as none of earlier versions.');
    },
  };
}

function clockOf(output: Output, kind: TimeKind, start: () => number, count: (at: number | null) => void): LineClock {
  let before = Number.NaN;
  let mark = '';
  let ended = '\n';
  const of = (at: number | null) => {
    count(at);
    const said = at === null ? '-' : timeText(kind, at, start(), before);
    before = at ?? Number.NaN;
    return `${output.style('dim', kind === 'absolute' ? said.padEnd(24) : said.padStart(11))} `;
  };
  return {
    of,
    stamp(text, times) {
      let [stamped, next] = ['', 0];
      for (const line of text === '' ? [] : text.split(lineEnds)) {
        const begins = ended === '\n';
        if (begins) mark = of(times[next++] ?? null);
        // What goes back to the beginning of its line would else write over the time.
        stamped += begins || (ended === '\r' && line !== '\n') ? mark + line : line;
        ended = line.at(-1) ?? ended;
      }
      return stamped;
    },
  };
}

/** Behind each line end, and behind each return that is not the end of a line. */
const lineEnds = /(?<=\n)(?!$)|(?<=\r)(?=[^\r\n])/;

function timeText(kind: TimeKind, at: number, start: number, before: number): string {
  if (kind === 'absolute') return new Date(at).toISOString();
  const millis = at - (kind === 'relative' ? start : before);
  return Number.isNaN(millis) ? '-' : `${kind === 'delta' ? '+' : ''}${elapsed(millis)}`;
}

/** `0.004`, `1:02.003`, `2:00:00.000`. */
function elapsed(millis: number): string {
  const all = Math.max(0, Math.round(millis));
  const seconds = ((all % 60_000) / 1000).toFixed(3);
  const minutes = Math.floor(all / 60_000);
  if (minutes === 0) return seconds;
  const of = (number: number | string, length = 2) => String(number).padStart(length, '0');
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}:${of(seconds, 6)}` : `${hours}:${of(minutes % 60)}:${of(seconds, 6)}`;
}
