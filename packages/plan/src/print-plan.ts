// A plan as readable text: what would run, where, after what; what would not, and why. Without colour.
import type { Plan, PlannedJob } from './draft.ts';
import { counted } from './limits.ts';
import { printMistake } from './print-mistakes.ts';
import { printable } from './printable.ts';

export function printPlan({ jobs, leftOut, warnings }: Plan): string {
  const parts = [`${count(jobs.length, 'job')}, ${counted(leftOut.length)} left out`];
  if (jobs.length > 0) {
    const rows = jobs.map((job) => [job.name, job.pool, `line ${job.origin.line}`, afterOf(job), doesOf(job)]);
    parts.push(table(['job', 'pool', 'from', 'after', 'does'], rows));
  }
  if (leftOut.length > 0) {
    const rows = leftOut.map(({ name, kind, reason, line }) => [name, kind, `line ${line}`, reason]);
    parts.push(table(['left out', 'kind', 'from', 'because'], rows));
  }
  if (warnings.length > 0) {
    parts.push(warnings.map((warning) => `warning: ${printMistake(warning)}`).join('\n\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

const count = (number: number, word: string): string => `${counted(number)} ${word}${number === 1 ? '' : 's'}`;

function afterOf({ needs }: PlannedJob): string {
  return needs.length > 3 ? `${needs.slice(0, 2).join(', ')} and ${needs.length - 2} more` : needs.join(', ');
}

function doesOf({ spec }: PlannedJob): string {
  const [first] = spec.steps;
  return spec.steps.length === 1 && first ? first.name : count(spec.steps.length, 'step');
}

/** Columns as wide as their widest cell; the last is not filled up, and may be long. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((row) => row.map((cell) => printable(cell.replaceAll('\n', ' '))));
  const widths = head.map((_, column) => lines.reduce((most, line) => Math.max(most, line[column]?.length ?? 0), 0));
  const row = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
  return lines.map((line) => row(line).join('  ').trimEnd()).join('\n');
}
