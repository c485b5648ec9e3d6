// The word that was probably meant.
import { distance } from 'fastest-levenshtein';

/** The nearest of the words, if it is near enough to be a slip: a third of the letters, at least one. */
export function nearest(word: string, words: Iterable<string>): string | null {
  const lower = word.toLowerCase().slice(0, 200);
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(lower.length / 3)) + 1;
  for (const candidate of words) {
    if (Math.abs(candidate.length - lower.length) >= bestDistance) continue;
    const away = distance(lower, candidate.toLowerCase());
    // Two words without a letter in common are never the same word misspelt.
    if (away < bestDistance && away < Math.min(lower.length, candidate.length)) {
      best = candidate;
      bestDistance = away;
    }
  }
  return best;
}

export function nearestHint(word: string, words: Iterable<string>): string | null {
  const found = nearest(word, words);
  return found === null ? null : `did you mean \`${found}\`?`;
}
