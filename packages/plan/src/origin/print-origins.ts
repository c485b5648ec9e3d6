// Origins for a terminal: one field with each step and its line; many fields one a line, with the place that says most.
import type { FieldOrigin, LaneOrigins, OriginStep } from '@signalbox/protocol';
import { printable } from '../printable.ts';

export function printOrigins({ lane, fields }: LaneOrigins): string {
  const [only] = fields;
  if (fields.length === 1 && only) return `${lane}.${printField(only)}\n`;
  const rows = fields.map(({ field, value, chain }) => [field, short(value), placeText(mainStep(chain)), wayOf(chain)]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lane}\n\n${lines.map((line) => printable(line)).join('\n')}\n`;
}

function printField({ field, value, chain }: FieldOrigin): string {
  const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value);
  const [first = '', ...rest] = text.split('\n').map(printable);
  const head = rest.length === 0 ? `${field} = ${first}` : [`${field} =`, first, ...rest].join('\n    ');
  return [head, ...chain.map(printStep)].join('\n');
}

function printStep(step: OriginStep): string {
  const { line, column, excerpt, says } = step;
  const number = String(line);
  const lines = [`  ${placeText(step)}:${column}  ${says}`];
  if (excerpt.trim() !== '') {
    lines.push(`    ${number} | ${excerpt}`);
    // Tabs are repeated, so that the caret stands under the column whatever a tab is wide.
    const before = excerpt.slice(0, column - 1).replace(/[^\t]/g, ' ');
    if (column <= excerpt.length + 1) lines.push(`    ${' '.repeat(number.length)} | ${before}^`);
  }
  return lines.join('\n');
}

const placeText = (step: OriginStep | undefined): string => (step ? `${printable(step.file)}:${step.line}` : '');

/** Where one would change it: where it is written, else what stands in. */
export const mainStep = (chain: readonly OriginStep[]): OriginStep | undefined =>
  chain.find(({ kind }) => kind === 'written') ??
  chain.find(({ kind }) => kind === 'matrix' || kind === 'chunk') ??
  chain[0];

/** `template, expression`: what a person would not see in that line. */
function wayOf(chain: readonly OriginStep[]): string {
  const kinds = [...new Set(chain.map(({ kind }) => kind))];
  return kinds.filter((kind) => kind !== 'written').join(', ');
}

function short(value: FieldOrigin['value']): string {
  const text = typeof value === 'string' ? value : value === null ? '-' : JSON.stringify(value);
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 50 ? `${line.slice(0, 49)}…` : line === text.trim() ? line : `${line} …`;
}
