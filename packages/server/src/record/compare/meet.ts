// Where two lists of lines that begin with a difference meet again: by the lines that each of them holds once. Pure.

export type Meeting = { readonly here: number; readonly there: number };

/**
 * `enough`: so many lines in the same order make it sure. `isAll`: nothing comes behind these lines. The longest run of such lines decides, so that one that has moved does
 * not; what is the same right before the first of them belongs to it. Undefined when they do not meet here.
 */
export function meet(
  here: readonly string[],
  there: readonly string[],
  { enough, isAll }: { readonly enough: number; readonly isAll: boolean },
): Meeting | undefined {
  const chain = longestRise(commonOnce(here, there));
  const first = chain[0];
  if (!first || chain.length < enough) return inARow(here, there, isAll);
  let { here: at, there: other } = first;
  while (at > 0 && other > 0 && here[at - 1] === there[other - 1]) {
    at--;
    other--;
  }
  return { here: at, there: other };
}

/** In the order of `here`. */
function commonOnce(here: readonly string[], there: readonly string[]): Meeting[] {
  const places = new Map<string, { here: number; there: number }>();
  for (const [at, key] of here.entries()) {
    const known = places.get(key);
    if (known) known.here = -2;
    else places.set(key, { here: at, there: -1 });
  }
  for (const [at, key] of there.entries()) {
    const known = places.get(key);
    if (known) known.there = known.there === -1 ? at : -2;
  }
  return [...places.values()].filter((place) => place.here >= 0 && place.there >= 0);
}

/** The longest part in which `there` rises too: patience sorting. */
function longestRise(pairs: readonly Meeting[]): Meeting[] {
  const tops: number[] = [];
  const before: number[] = [];
  for (const [index, { there }] of pairs.entries()) {
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tops[middle]!]!.there < there) low = middle + 1;
      else high = middle;
    }
    before.push(low > 0 ? tops[low - 1]! : -1);
    tops[low] = index;
  }
  const rise: Meeting[] = [];
  for (let index = tops.at(-1) ?? -1; index >= 0; index = before[index]!) rise.push(pairs[index]!);
  return rise.reverse();
}

/** Logs that say the same again and again have no line that is there once: three alike in a row are as good, near by. */
function inARow(here: readonly string[], there: readonly string[], isAll: boolean): Meeting | undefined {
  const most = Math.min(near, here.length + there.length);
  for (let sum = 1; sum < most; sum++) {
    for (let at = Math.max(0, sum - there.length + 1); at <= Math.min(sum, here.length - 1); at++) {
      const other = sum - at;
      let length = 0;
      while (length < row && at + length < here.length && here[at + length] === there[other + length]) length++;
      const isEnd = isAll && length > 0 && at + length === here.length && other + length === there.length;
      if (length === row || isEnd) return { here: at, there: other };
    }
  }
  return undefined;
}

const near = 200;
const row = 3;
