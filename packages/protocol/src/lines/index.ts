// Lines of logs: what is plain of them, what is the same from run to run, which look like the reason of a failure, and their index.
export { countLines } from './count-lines.ts';
export { type AddedPattern, errorLineCharacters, errorPatternOf, literalsOf } from './error-matcher.ts';
export { type ErrorPattern, errorPatterns, falseAlarms } from './error-patterns.ts';
export { fingerprintOf } from './fingerprint.ts';
export { type MaybeTimedLines, timesOf, timesText } from './line-times.ts';
export { gzipHeadOf, headOf, type MemberHead, plainHeadBytes, type TimedLines } from './member-head.ts';
export { normaliseLine } from './normalise-line.ts';
export { plainLine } from './plain-line.ts';
export { terminalStateAfter } from './terminal-state.ts';
