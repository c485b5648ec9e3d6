// The pools in which jobs of these pushes still wait: only of those a pause matters here.
import type { PushDetail } from '@signalbox/protocol/browser';

export function poolsInUse(rows: readonly PushDetail[]): ReadonlySet<string> {
  const jobs = rows.flatMap((row) => row.pipelines).flatMap((one) => one.jobs);
  return new Set(jobs.filter((job) => job.state !== 'done' && job.state !== 'running').map((job) => job.pool));
}
