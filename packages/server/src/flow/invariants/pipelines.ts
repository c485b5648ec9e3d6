// What is always so of pipelines, and of what was told: a push becomes a pipeline, and a pipeline ends with its jobs.
import { sql } from '../../base/index.ts';
import type { Invariant } from './invariant.ts';

export const ofPipelines = {
  'pipelines-end-with-their-jobs': {
    sentence: 'A pipeline has ended when all of its jobs have, and not before.',
    cure: 'Start a server with the role timer: it ends pipelines that were forgotten.',
    statement: (graceSeconds) => sql`
      select 'pipeline ' || pipeline.id || ' has ended, and its job ' || job.id || ' is ' || job.state as offending
      from job join pipeline on pipeline.id = job.pipeline_id
      where job.finished_at is null and job.state <> 'done' and pipeline.finished_at is not null
      union all
      select 'pipeline ' || pipeline.id || ' has not ended, and all of its jobs have'
      from pipeline left join job on job.pipeline_id = pipeline.id
      where pipeline.finished_at is null and not pipeline.open_for_jobs
      group by pipeline.id
      having coalesce(bool_and(job.state = 'done'), true)
        and coalesce(max(job.finished_at), pipeline.created_at) < now() - make_interval(secs => ${graceSeconds})`,
  },
  'pipelines-are-as-their-worst-job': {
    sentence: 'The verdict of a pipeline is that of its worst job.',
    cure: 'Rerun one of its jobs: the verdict is made anew. Report it with the ids of both.',
    statement: () => sql`
      select 'pipeline ' || pipeline.id || ' is ' || coalesce(pipeline.verdict, 'without a verdict') || ', its worst job '
             || worst.verdict as offending
      from pipeline join (
        select pipeline_id, (array['failed', 'errored', 'cancelled', 'passed', 'skipped'])[
                 min(array_position(array['failed', 'errored', 'cancelled', 'passed', 'skipped'], job.verdict))] as verdict
        from job group by pipeline_id
      ) as worst on worst.pipeline_id = pipeline.id
      where pipeline.finished_at is not null and pipeline.verdict is distinct from worst.verdict`,
  },
  'pushes-are-planned': {
    sentence: 'Every push of the last week has its pipeline, or is in the outbox to get one.',
    cure: 'Start it by hand: on the page of the push, or POST /api/v1/pushes/ID/pipelines.',
    statement: (graceSeconds) => sql`
      select 'push ' || push.id || ' of ' || push.branch || ' has no pipeline, and nobody is told to make one' as offending
      from push
      where push.revision is not null
        and push.received_at between now() - interval '7 days' and now() - make_interval(secs => ${graceSeconds})
        and not exists (select 1 from pipeline where pipeline.push_id = push.id and pipeline.request_key = 'push')
        and not exists (
          select 1 from graphile_worker._private_jobs as entry join graphile_worker._private_tasks as task on task.id = entry.task_id
          where task.identifier = 'push-received/plan-pipeline' and entry.payload ->> 'pushId' = push.id::text)`,
  },
  'nothing-told-is-given-up': {
    sentence: 'Everything that was told has been heard, or will be tried again.',
    cure: 'Mend what the entry says, then: select graphile_worker.reschedule_jobs(array[ID], attempts => 0).',
    statement: () => sql`
      select 'entry ' || id || ' (' || task_identifier || ') was tried ' || attempts || ' times: ' || coalesce(last_error, 'no error')
             as offending
      from graphile_worker.jobs where attempts >= max_attempts`,
  },
} as const satisfies Record<string, Invariant>;
