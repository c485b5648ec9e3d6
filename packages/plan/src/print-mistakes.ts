// Mistakes for a terminal or a log: where, what, the line with a caret, what to do. Without colour.
import type { Mistake } from '@signalbox/protocol';
import { counted } from './limits.ts';
import { printable } from './printable.ts';

export function printMistakes(mistakes: readonly Mistake[], word: 'mistake' | 'warning' = 'mistake'): string {
  const parts = mistakes.map((mistake) =>
    word === 'warning' ? `warning: ${printMistake(mistake)}` : printMistake(mistake),
  );
  const count = mistakes.length === 1 ? `1 ${word}` : `${counted(mistakes.length)} ${word}s`;
  return `${[...parts, count].join('\n\n')}\n`;
}

export function printMistake({ file, line, column, message, hint, excerpt }: Mistake): string {
  const number = String(line);
  const lines = [`${printable(file)}:${line}:${column}: ${message}`];
  if (excerpt.trim() !== '') {
    lines.push(`  ${number} | ${excerpt}`);
    // Tabs are repeated, so that the caret stands under the column whatever a tab is wide.
    const before = excerpt.slice(0, column - 1).replace(/[^\t]/g, ' ');
    if (column <= excerpt.length + 1) lines.push(`  ${' '.repeat(number.length)} | ${before}^`);
  }
  if (hint !== null) lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}
