// Lines of logs: what is plain of them, what is the same from run to run, and which look like the reason of a failure.
export { type AddedPattern, errorLineCharacters, errorPatternOf, literalsOf } from './error-matcher.ts';
export { type ErrorPattern, errorPatterns, falseAlarms } from './error-patterns.ts';
export { fingerprintOf } from './fingerprint.ts';
export { normaliseLine } from './normalise-line.ts';
export { plainLine } from './plain-line.ts';
