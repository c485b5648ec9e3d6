// What a repository counts as an error line: read, and each expression tried, so that a mistake is found before a run.
import type { ErrorPatternSpec } from '@signalbox/protocol';
import { RE2JS, RE2JSException } from 're2js';
import type { Finding } from './draft.ts';
import { limits } from './limits.ts';
import { flagAt, listAt, type Scalar, scalarAt, type Table, textAt, textsOf } from './tree.ts';

export function readErrorPatterns(file: Table | null, found: Finding[]): ErrorPatternSpec[] {
  const list = file ? listAt(file, 'error-patterns') : undefined;
  return (list?.items ?? []).flatMap((item) => {
    if (item.kind !== 'table') return [];
    const single = scalarAt(item, 'contains');
    const contains = single ? [single] : textsOf(listAt(item, 'contains'));
    const expression = scalarAt(item, 'matches');
    if (expression) tryExpression(expression, found);
    return [
      {
        name: textAt(item, 'name') ?? '',
        contains: contains.map(({ text }) => text),
        matches: expression?.text ?? null,
        ignore: flagAt(item, 'ignore', false),
      },
    ];
  });
}

function tryExpression({ text, offset }: Scalar, found: Finding[]): void {
  const complain = (message: string, hint: string) => found.push({ offset, rule: 'error-expression', message, hint });
  try {
    const size = RE2JS.compile(text).programSize();
    if (size <= limits.errorExpression.most) return;
    complain(
      `the expression is too big: ${size} steps, ${limits.errorExpression.most} are allowed`,
      'count with smaller numbers in {…}, or say more in `contains`',
    );
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    complain(`it is no regular expression of RE2: ${error.message}`, 'RE2 knows no lookahead and no backreference');
  }
}
