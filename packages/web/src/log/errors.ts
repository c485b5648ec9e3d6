// Which lines of a log look like the reason of a failure: a short list of what compilers and test runners print.
import { plainOf } from './spans.ts';

const signs: readonly RegExp[] = [
  /\b(?:fatal )?error(?:\[\w+\])?(?: \w+\d+)?:/i,
  /\b[A-Z]\w*(?:Error|Exception)\b(?: \[\w+\])?(?::| at |$)/,
  /^\s*(?:FAIL|FAILED|not ok)\b/,
  /^\s*[✕✖✗✘×] /,
  /^\s*(?:---\s*)?FAIL:/,
  /TEST-UNEXPECTED-|PROCESS-CRASH|AddressSanitizer|UndefinedBehaviorSanitizer|ThreadSanitizer/,
  /\bAssertion\b.*\bfailed\b|\bassertion failed\b/i,
  /^make(?:\[\d+\])?: \*\*\*/,
  /^Traceback \(most recent call last\)/,
  /^panic: |\bpanicked at\b/,
  /\bSegmentation fault\b|^Killed$|\bcore dumped\b/,
  /^npm (?:ERR!|error)/,
  /: (?:command )?not found$|: No such file or directory$|: Permission denied$/,
];
const innocent: readonly RegExp[] = [/\b(?:0|no) (?:errors?|failures?|failed)\b/i, /\berrors?: 0\b/i];

/** Only the first 500 characters are looked at: no pattern may walk a line of a megabyte. */
export function isErrorLine(text: string): boolean {
  const line = plainOf(text.slice(0, 500));
  if (!signs.some((sign) => sign.test(line))) return false;
  return !innocent.some((sign) => sign.test(line));
}
