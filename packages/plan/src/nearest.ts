// The word that was probably meant.
import { distance } from 'fastest-levenshtein';

/** The nearest of the words, if it is near enough to be a slip: two letters in five, at least one. */
export function nearest(word: string, words: Iterable<string>): string | null {
  const lower = word.toLowerCase().slice(0, 200);
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(lower.length * 0.4)) + 1;
  for (const candidate of words) {
    if (Math.abs(candidate.length - lower.length) >= bestDistance) continue;
    const away = isSwap(lower, candidate.toLowerCase()) ? 1 : distance(lower, candidate.toLowerCase());
    // Two words without a letter in common are never the same word misspelt.
    if (away < bestDistance && away < Math.min(lower.length, candidate.length)) {
      best = candidate;
      bestDistance = away;
    }
  }
  return best;
}

/** Two neighbours that changed places: the commonest slip, and as near as a wrong letter. */
function isSwap(word: string, other: string): boolean {
  if (word.length !== other.length) return false;
  let at = 0;
  while (at < word.length && word[at] === other[at]) at += 1;
  return word[at] === other[at + 1] && word[at + 1] === other[at] && word.slice(at + 2) === other.slice(at + 2);
}

export function nearestHint(word: string, words: Iterable<string>): string | null {
  const found = nearest(word, words);
  return found === null ? null : `did you mean \`${found}\`?`;
}
