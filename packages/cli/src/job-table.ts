// Jobs as a table for people: number, state, name, where, how long, and why.
import type { JobBrief } from '@signalbox/protocol/browser';
import { clean, type Output, table } from './output.ts';
import { duration, paint, standing } from './words.ts';

export function jobTable(output: Output, jobs: readonly JobBrief[]): string[] {
  const heads = ['JOB', 'STATE', 'NAME', 'POOL', 'TOOK', 'WHY'];
  const rows = jobs.map((job) => [
    String(job.id),
    paint(output, standing(job)),
    clean(job.name),
    job.pool,
    duration(job.startedAt, job.finishedAt),
    whyOf(job),
  ]);
  return table(output, heads, rows);
}

/** A green job needs no reason. */
const whyOf = (job: JobBrief) => (job.verdict === 'passed' || !job.reason ? '' : clean(job.reason.text));
