// A plan as readable text: what would run, where, after what; what would not, and why. Without colour.
import type { Plan, PlannedJob } from './draft.ts';
import { counted } from './limits.ts';
import { printMistake } from './print-mistakes.ts';
import { printable } from './printable.ts';

export function printPlan({ jobs, leftOut, warnings }: Plan): string {
  const parts = [`${count(jobs.length, 'job')}, ${counted(leftOut.length)} left out`];
  if (jobs.length > 0) {
    const rows = jobs.map((job) => [job.name, job.pool, afterOf(job), doesOf(job), `line ${job.origin.line}`]);
    parts.push(table(['job', 'pool', 'after', 'does', 'from'], rows));
  }
  if (leftOut.length > 0) {
    const rows = leftOut.map(({ name, kind, reason, line }) => [name, kind, reason, `line ${line}`]);
    parts.push(table(['left out', 'kind', 'because', 'from'], rows));
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

const widest = 60;

/** Columns as wide as their widest cell; the last is not filled up. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((row) => row.map((cell) => printable(cell.replaceAll('\n', ' '))));
  const widths = head.map((_, column) =>
    Math.min(
      widest,
      lines.reduce((most, line) => Math.max(most, line[column]?.length ?? 0), 0),
    ),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
