// A plan as readable text: what would run, where, after what; what would not, and why. Without colour.
import type { Plan, PlannedJob } from './draft.ts';
import { durationOf } from './durations.ts';
import { counted } from './limits.ts';
import { printMistake } from './print-mistakes.ts';
import { printable } from './printable.ts';

export function printPlan({ jobs, leftOut, warnings }: Plan): string {
  const parts = [`${count(jobs.length, 'job')}, ${counted(leftOut.length)} left out`];
  const files = new Set([...jobs.map((job) => job.origin.file), ...leftOut.map(({ file }) => file)]);
  const where = ({ file, line }: { file?: string | undefined; line: number }) =>
    files.size > 1 && file !== undefined ? `${file}:${line}` : `line ${line}`;
  if (jobs.length > 0) {
    // Most files say nothing about order: then there is no column of it.
    const orders = jobs.map(orderOf);
    const isUsual = orders.every((text) => text === '');
    const rows = jobs.map((job, index) => {
      const order = isUsual ? [] : [orders[index] ?? ''];
      return [job.name, job.pool, where(job.origin), afterOf(job), ...order, doesOf(job)];
    });
    parts.push(printTable(['job', 'pool', 'from', 'after', ...(isUsual ? [] : ['order']), 'does'], rows));
    parts.push(...printBecause(jobs));
  }
  if (leftOut.length > 0) {
    const rows = leftOut.map((each) => [each.name, each.kind, where(each), each.reason]);
    parts.push(printTable(['left out', 'kind', 'from', 'because'], rows));
  }
  if (warnings.length > 0) {
    parts.push(warnings.map((warning) => `warning: ${printMistake(warning)}`).join('\n\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

/** Jobs that run for the same reasons stand together; where all run for one, it is said once. */
function printBecause(jobs: readonly PlannedJob[]): string[] {
  const groups = new Map<string, { readonly names: string[]; readonly because: readonly string[] }>();
  for (const { name, because } of jobs) {
    const key = because.join('\n');
    const group = groups.get(key) ?? { names: [], because };
    group.names.push(name);
    groups.set(key, group);
  }
  const [first, ...more] = groups.values();
  if (first && more.length === 0) return [printable(`why: ${first.because.join('; ')}`)];
  const rows = [...groups.values()].map(({ names, because }) => [several(names), because.join('; ')]);
  return [printTable(['runs', 'because'], rows)];
}

const several = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');

const count = (number: number, word: string): string => `${counted(number)} ${word}${number === 1 ? '' : 's'}`;

function afterOf({ needs }: PlannedJob): string {
  return several(needs);
}

/** What is not usual about when it runs. */
function orderOf({ order }: PlannedJob): string {
  const { priority, coalesce, concurrencyGroup, delaySeconds } = order;
  const words = [
    priority === 0 ? null : `priority ${priority}`,
    concurrencyGroup === null ? null : `concurrency ${concurrencyGroup}`,
    coalesce === 0 ? null : `coalesces ${coalesce}`,
    delaySeconds === 0 ? null : `delay ${durationOf(delaySeconds)}`,
  ];
  return words.filter((word) => word !== null).join(', ');
}

function doesOf({ spec, order }: PlannedJob): string {
  if (order.gate !== null) return `waits for a person: ${order.gate}`;
  const [first] = spec.steps;
  return spec.steps.length === 1 && first ? first.name : count(spec.steps.length, 'step');
}

/** Columns as wide as their widest cell; the last is not filled up, and may be long. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((row) => row.map((cell) => printable(cell.replaceAll('\n', ' '))));
  const widths = head.map((_, column) => lines.reduce((most, line) => Math.max(most, line[column]?.length ?? 0), 0));
  const row = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
  return lines.map((line) => row(line).join('  ').trimEnd()).join('\n');
}
