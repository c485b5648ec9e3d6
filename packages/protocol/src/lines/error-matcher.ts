// Says of one line whether it looks like the reason of a failure, and by which pattern.
import { errorPatterns, falseAlarms } from './error-patterns.ts';

/** A pattern of a repository. `test` is made of its expression by who has an engine that a hostile one cannot hold up. */
export type AddedPattern = {
  readonly name: string;
  readonly contains: readonly string[];
  readonly test: ((line: string) => boolean) | null;
  readonly ignore: boolean;
};

/** So much of a line is looked at: no pattern walks a line of a megabyte. */
export const errorLineCharacters = 500;

/**
 * The name of the pattern; null: it is an ordinary line. What a repository says comes first: its exceptions, its patterns; these
 * hold also where a built-in rule takes the line for a false alarm. `plain` as `plainLine` gives it.
 */
export function errorPatternOf(plain: string, added: readonly AddedPattern[] = []): string | null {
  const line = plain.length > errorLineCharacters ? plain.slice(0, errorLineCharacters) : plain;
  let own: string | null = null;
  for (const { name, contains, test, ignore } of added) {
    if (own !== null && !ignore) continue;
    if (!contains.some((text) => line.includes(text)) || !(test?.(line) ?? true)) continue;
    if (ignore) return null;
    own = name;
  }
  if (own !== null) return own;
  for (const { name, contains, matches } of errorPatterns) {
    if (!contains.some((text) => line.includes(text)) || !(matches?.test(line) ?? true)) continue;
    return falseAlarms.some((alarm) => alarm.test(line)) ? null : name;
  }
  return null;
}

/** Every line that any of them could find holds one of these. */
export const literalsOf = (added: readonly AddedPattern[] = []): string[] => [
  ...new Set([...errorPatterns, ...added.filter(({ ignore }) => !ignore)].flatMap(({ contains }) => contains)),
];
