// Which format a file of results has: what its configuration says, else what its name promises, else how it begins.
import { formatOf, type ResultFormatName, resultFormats } from './formats.ts';

export function findFormat(asked: string | null, path: string, head: string): ResultFormatName | undefined {
  if (asked !== null && Object.hasOwn(resultFormats, asked)) return asked as ResultFormatName;
  return formatOf(path) ?? beginsLike(head);
}

function beginsLike(head: string): ResultFormatName | undefined {
  const text = head.replace(/^\ufeff/, '').trimStart();
  if (text.startsWith('<')) return 'junit';
  if (text.startsWith('{'))
    return /^\{[^\n]*"Action"\s*:/.test(text) ? 'go-test' : /sarif|"runs"/i.test(text) ? 'sarif' : undefined;
  if (/^(TAP version \d+|1\.\.\d+|(not )?ok\b)/.test(text)) return 'tap';
  return /^[▶✔✖﹣]/.test(text) ? 'node-spec' : undefined;
}
