// Adds jobs to pipelines that were kept open. What comes from several callers at once goes together in one transaction.
import { Refused } from '@signalbox/protocol';
import { type Db, sql, type Tx } from '../base/index.ts';
import { type AddMemory, addPlain, isPlain } from './add-plain.ts';
import type { OrderPolicy } from './decide/rank.ts';
import { type Inserted, insertJobs } from './insert-jobs.ts';
import type { SubmittedJob } from './submit.ts';

export type AddAsked = { readonly pipelineId: number; readonly jobs: readonly SubmittedJob[] };
export type Added =
  | { readonly jobs: Inserted['jobs']; readonly topics: readonly string[] }
  | { readonly refused: Refused };

/**
 * For each what came of it; one that is refused holds up no other. A job whose name is there already is passed over.
 * Jobs that need nothing and are held by nothing go by themselves in one statement; the others take a transaction.
 */
export async function addJobs(
  db: Db,
  asked: readonly AddAsked[],
  policy: OrderPolicy,
  memory: AddMemory,
): Promise<Added[]> {
  const plain = await addPlain(
    db,
    asked.map((one) => (isPlain(one) ? one : null)),
    policy,
    memory,
  );
  const others = asked.filter((_, index) => !plain[index]);
  if (others.length === 0) return plain as Added[];
  const added = await addOthers(db, others, policy);
  return plain.map((one) => one ?? added.shift()!);
}

async function addOthers(db: Db, asked: readonly AddAsked[], policy: OrderPolicy): Promise<Added[]> {
  return db.transaction(async (tx) => {
    const pipelines = await readPipelines(tx, asked);
    const refusals = asked.map((one) => whyNot(one, pipelines.get(one.pipelineId)));
    const good = asked.filter((_, index) => refusals[index] === null);
    const fresh = withoutTwins(good).filter(({ pipelineId, job }) => !pipelines.get(pipelineId)!.jobs.has(job.name));
    const { jobs, topics } = await insertJobs(tx, fresh, policy);
    for (const job of jobs) pipelines.get(job.pipelineId)!.jobs.set(job.name, job);
    return asked.map((one, index) => {
      const refused = refusals[index];
      if (refused) return { refused };
      const there = pipelines.get(one.pipelineId)!.jobs;
      return { jobs: one.jobs.map((job) => there.get(job.name)!), topics: [`pipeline:${one.pipelineId}`, ...topics] };
    });
  });
}

type JobThere = Inserted['jobs'][number];
type Pipeline = { readonly isOpen: boolean; readonly jobs: Map<string, JobThere> };

/**
 * Whether each pipeline is open, and which of the jobs named are there. Locked so that until this is over it is not closed, and
 * nobody else adds a job that seemed not to be there.
 */
async function readPipelines(tx: Tx, asked: readonly AddAsked[]): Promise<Map<number, Pipeline>> {
  const ids = [...new Set(asked.map((one) => one.pipelineId))];
  const pipelines = await tx.query<{ id: number; isOpen: boolean }>(sql`
    select id, open_for_jobs as "isOpen" from pipeline where id = any (${ids}::bigint[]) order by id for no key update`);
  const names = asked.flatMap(({ pipelineId, jobs }) =>
    jobs.flatMap((job) => [job.name, ...job.needs].map((name) => ({ pipelineId, name }))),
  );
  const there = await tx.query<JobThere>(sql`
    select distinct job.id, job.pipeline_id as "pipelineId", job.name
    from unnest(${names.map((one) => one.pipelineId)}::bigint[], ${names.map((one) => one.name)}::text[]) as asked (pipeline_id, name)
    join job on job.pipeline_id = asked.pipeline_id and job.name = asked.name`);
  const found = new Map(pipelines.map(({ id, isOpen }) => [id, { isOpen, jobs: new Map<string, JobThere>() }]));
  for (const job of there) found.get(job.pipelineId)?.jobs.set(job.name, job);
  return found;
}

function whyNot({ pipelineId, jobs }: AddAsked, pipeline: Pipeline | undefined): Refused | null {
  if (!pipeline) return new Refused('not-found', `There is no pipeline ${pipelineId}.`);
  if (!pipeline.isOpen) {
    return new Refused('cannot-add', `Pipeline ${pipelineId} takes no more jobs: it was closed, or never kept open.`);
  }
  return checkNeeds(jobs, new Set(pipeline.jobs.keys()));
}

/** Every need is there or comes along, no job needs itself in a circle. null: all is well. */
export function checkNeeds(jobs: readonly SubmittedJob[], there: ReadonlySet<string>): Refused | null {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  if (byName.size < jobs.length) return new Refused('bad-request', 'Two of the jobs have the same name.');
  const state = new Map<string, 'open' | 'done'>();
  const visit = (job: SubmittedJob, path: readonly string[]): Refused | null => {
    if (state.get(job.name) === 'done') return null;
    if (state.get(job.name) === 'open') {
      return new Refused('bad-request', `Jobs need one another in a circle: ${[...path, job.name].join(' → ')}.`);
    }
    state.set(job.name, 'open');
    for (const need of job.needs) {
      const next = byName.get(need);
      if (!next && !there.has(need)) {
        return new Refused('bad-request', `Job "${job.name}" needs "${need}", which is not in the pipeline.`);
      }
      const wrong = next ? visit(next, [...path, job.name]) : null;
      if (wrong) return wrong;
    }
    state.set(job.name, 'done');
    return null;
  };
  for (const job of jobs) {
    const wrong = visit(job, []);
    if (wrong) return wrong;
  }
  return null;
}

/** Two callers may bring the same job at once. */
function withoutTwins(asked: readonly AddAsked[]) {
  const all = asked.flatMap(({ pipelineId, jobs }) => jobs.map((job) => ({ pipelineId, job })));
  return [...new Map(all.map((one) => [`${one.pipelineId} ${one.job.name}`, one])).values()];
}

/** false: it was closed before. @throws Refused not-found */
export async function closePipeline(tx: Tx, pipelineId: number): Promise<boolean> {
  const closed = await tx.query(sql`
    update pipeline set open_for_jobs = false where id = ${pipelineId} and open_for_jobs returning id`);
  if (closed.length > 0) return true;
  const there = await tx.query(sql`select 1 from pipeline where id = ${pipelineId}`);
  if (there.length === 0) throw new Refused('not-found', `There is no pipeline ${pipelineId}.`);
  return false;
}
