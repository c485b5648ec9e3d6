// The YAML library's errors in words that say what to do.
import type { YAMLParseError } from 'yaml';
import type { Finding } from './draft.ts';
import { expressionOf } from './schema/expression.ts';

export function syntaxMistake(error: YAMLParseError, text: string, end: number): Finding {
  const offset = Math.min(error.pos[0], end);
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, Math.min(lineEnd < 0 ? text.length : lineEnd, lineStart + 1000));
  return {
    offset,
    rule: 'yaml',
    message: `this is not YAML: ${lowerFirst(error.message)}`,
    hint: hintFor(error, line),
  };
}

function hintFor(error: YAMLParseError, line: string): string | null {
  if (error.code === 'TAB_AS_INDENT') return 'indent with spaces';
  if (/[[,]\s*[^'"\s[\],]*\$\{\{/.test(line))
    return `inside [ ] an expression must stand in quotes: ["${expressionOf('matrix.key')}"]`;
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY' || error.code === 'MULTILINE_IMPLICIT_KEY') {
    return 'text that holds a colon and a space must stand in quotes, or after `|` on lines of its own';
  }
  if (error.code === 'BAD_INDENT') return 'what belongs together begins in the same column';
  if (error.code === 'BAD_SCALAR_START') return 'text that begins with @ or ` must stand in quotes';
  if (error.code === 'MISSING_CHAR') return 'something that was opened is not closed';
  return null;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
