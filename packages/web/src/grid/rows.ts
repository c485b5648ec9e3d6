// The pushes that a grid holds: newer pages laid over older ones, single jobs and pipelines put in where they changed.
import type { Grid, JobBrief, PipelineWithJobs, PushDetail } from '@signalbox/protocol/browser';

/** A fresh first page over what was loaded before: nothing older is lost, unless so much came that a hole would be left. */
export function laidOver(old: Grid | undefined, fresh: Grid): Grid {
  const oldest = fresh.rows.at(-1)?.push.id;
  if (!old || oldest === undefined || fresh.next === null) return fresh;
  const newestKnown = old.rows[0]?.push.id ?? 0;
  if (newestKnown < oldest) return fresh;
  const older = old.rows.filter((row) => row.push.id < oldest);
  return older.length === 0 ? fresh : { ...fresh, rows: [...fresh.rows, ...older], next: old.next };
}

/** An older page after what is there. */
export function continued(grid: Grid, older: Grid): Grid {
  const known = new Set(grid.rows.map((row) => row.push.id));
  return { ...grid, rows: [...grid.rows, ...older.rows.filter((row) => !known.has(row.push.id))], next: older.next };
}

export function withPipeline(grid: Grid, fresh: PipelineWithJobs): Grid {
  return changed(grid, fresh.pipeline.id, () => fresh);
}

export function withJob(grid: Grid, job: JobBrief): Grid {
  return changed(grid, job.pipelineId, (old) => ({
    ...old,
    jobs: old.jobs.map((one) => (one.id === job.id ? job : one)),
  }));
}

/** The pipeline that its own plan made last: by the push, or by hand. */
export function newestOf(detail: PushDetail): PipelineWithJobs | undefined {
  return detail.pipelines
    .filter(isPlanned)
    .reduce<PipelineWithJobs | undefined>(
      (newest, one) => (newest && newest.pipeline.id > one.pipeline.id ? newest : one),
      undefined,
    );
}

/** The pipelines that stand for a push: of its plan the newest, and whatever others came beside it, the oldest first. */
export function standingOf(detail: PushDetail): PipelineWithJobs[] {
  const newest = newestOf(detail);
  const others = detail.pipelines.filter((one) => !isPlanned(one)).sort((a, b) => a.pipeline.id - b.pipeline.id);
  return newest ? [newest, ...others] : others;
}

/** Others hold only some jobs: they come beside the plan's, not in their place. */
function isPlanned({ pipeline }: PipelineWithJobs): boolean {
  return pipeline.cause === 'push' || pipeline.cause === 'manual';
}

function changed(grid: Grid, pipelineId: number, change: (old: PipelineWithJobs) => PipelineWithJobs): Grid {
  return {
    ...grid,
    rows: grid.rows.map((row) => {
      if (!row.pipelines.some((one) => one.pipeline.id === pipelineId)) return row;
      return { ...row, pipelines: row.pipelines.map((one) => (one.pipeline.id === pipelineId ? change(one) : one)) };
    }),
  };
}
