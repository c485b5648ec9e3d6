// Expressions of repositories, which may be hostile: RE2 never goes back, so a line costs its length times the expression's size.
import type { AddedPattern, ErrorPatternSpec } from '@signalbox/protocol/browser';
import { RE2JS, RE2JSException } from 're2js';

/** Up to this size the engine tests with a table of states, which makes plain lines ten times faster. */
const largestSize = 100;

/** One that cannot be read, or is too big, finds nothing: the check of the configuration has refused it, if it was asked. */
export function addedPatterns(specs: readonly ErrorPatternSpec[]): AddedPattern[] {
  return specs.flatMap(({ name, contains, matches, ignore }) => {
    if (matches === null) return [{ name, contains, test: null, ignore }];
    const expression = compiled(matches);
    return expression ? [{ name, contains, test: (line: string) => expression.test(line), ignore }] : [];
  });
}

function compiled(source: string): RE2JS | null {
  try {
    const expression = RE2JS.compile(source);
    return expression.programSize() <= largestSize ? expression : null;
  } catch (error) {
    if (error instanceof RE2JSException) return null;
    throw error;
  }
}
