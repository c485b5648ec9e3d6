// The times of lines as short text, for a header or an event: `1795436400000*5 250 3*12 ?*7`. Each word is for one line, or for as many
// as stand behind its star: the milliseconds since the time before, the first one's since 1970; `?` where nobody knows.

/** So many lines one after another. `at`, in milliseconds since 1970, is null where nobody knows. */
export type MaybeTimedLines = { readonly lines: number; readonly at: number | null };

/**
 * Undefined where no time is known. Where not all have room, some that follow one another share the time of the first, and what has
 * no room even so is left out: it is not known. Two or three hundred times have room in 2,000 characters.
 */
export function timesText(
  times: readonly MaybeTimedLines[],
  mostCharacters = Number.POSITIVE_INFINITY,
): string | undefined {
  if (times.every(({ at }) => at === null)) return undefined;
  const words = wordsOf(times);
  if (lengthOf(words) <= mostCharacters) return words.join(' ');
  const fewer = wordsOf(fewerTimes(times, Math.floor(mostCharacters / longestUsualWord)));
  for (let [at, length] = [0, -1]; at < fewer.length; at++) {
    length += 1 + fewer[at]!.length;
    if (length > mostCharacters) return fewer.slice(0, at).join(' ');
  }
  return fewer.join(' ');
}

const lengthOf = (words: readonly string[]) => words.reduce((sum, word) => sum + 1 + word.length, -1);
const longestUsualWord = 12;

function wordsOf(times: readonly MaybeTimedLines[]): string[] {
  let last = 0;
  return times.map(({ lines, at }) => {
    const since = at === null ? '?' : String(at - last);
    last = at ?? last;
    return lines === 1 ? since : `${since}*${lines}`;
  });
}

/** Hardly more than `most`, where clocks only go on: one pass, for a worker may say anything. */
function fewerTimes(times: readonly MaybeTimedLines[], most: number): MaybeTimedLines[] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
  for (const { at } of times) [least, greatest] = [Math.min(least, at ?? least), Math.max(greatest, at ?? greatest)];
  const millis = (greatest - least) / most;
  const fewer: { lines: number; at: number | null }[] = [];
  for (const { lines, at } of times) {
    const last = fewer.at(-1);
    const isNear = last && (at === null || last.at === null ? last.at === at : at - last.at < millis);
    if (isNear) last.lines += lines;
    else fewer.push({ lines, at });
  }
  return fewer;
}

/** One for each line; empty for what cannot be read. */
export function timesOf(text: string | null | undefined, mostLines = 100_000): (number | null)[] {
  const times: (number | null)[] = [];
  let last = 0;
  for (const word of text ? text.split(' ') : []) {
    const [, since, count = '1'] = /^(\?|-?\d{1,16})(?:\*(\d{1,15}))?$/.exec(word) ?? [];
    if (since === undefined) return [];
    if (since !== '?') last += Number(since);
    const end = Math.min(times.length + Number(count), mostLines);
    while (times.length < end) times.push(since === '?' ? null : last);
  }
  return times;
}
