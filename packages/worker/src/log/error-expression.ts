// Expressions of repositories, which may be hostile: RE2 never goes back, so a line costs its length times the expression's size.
import type { AddedPattern, ErrorPatternSpec } from '@signalbox/protocol/browser';
import { RE2JS, RE2JSException } from 're2js';

/** Up to this size the engine tests with a table of states, which makes plain lines ten times faster. */
const largestSize = 100;

/** One that cannot be read, or is too big, finds nothing: the check of the configuration has refused it, if it was asked. */
export function addedPatterns(specs: readonly ErrorPatternSpec[]): AddedPattern[] {
  const added: AddedPattern[] = [];
  for (const { name, contains, matches, ignore } of specs) {
    const expression = matches === null ? null : compiled(matches);
    if (expression) added.push({ name, contains, test: (line) => expression.test(line), ignore });
    else if (matches === null) added.push({ name, contains, test: null, ignore });
  }
  return added;
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
