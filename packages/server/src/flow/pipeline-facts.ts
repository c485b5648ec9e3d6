// What a run needs to know of its pipeline, push and repository: the same for all jobs of a pipeline, so it is kept for a while.
import type { WorkOrder } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

export type PipelineFacts = Pick<WorkOrder, 'pipeline' | 'repo' | 'push'>;
export type FactsOf = (pipelineId: number) => Promise<PipelineFacts>;

/** A repository's address may change: what is kept is asked again after this. */
const keptMs = 10_000;
const mostKept = 2000;

export function createFactsOf(db: Queryable): FactsOf {
  const kept = new Map<number, { readonly until: number; readonly facts: Promise<PipelineFacts> }>();
  return (pipelineId) => {
    const before = kept.get(pipelineId);
    if (before && before.until > Date.now()) return before.facts;
    if (kept.size >= mostKept) kept.clear();
    const facts = readFacts(db, pipelineId);
    kept.set(pipelineId, { until: Date.now() + keptMs, facts });
    facts.catch(() => kept.delete(pipelineId));
    return facts;
  };
}

async function readFacts(db: Queryable, pipelineId: number): Promise<PipelineFacts> {
  const [row] = await db.query<PipelineFacts>(sql`
    select jsonb_build_object('id', pipeline.id, 'buildId', pipeline.build_id, 'cause', pipeline.cause) as pipeline,
           jsonb_build_object('id', repo.id, 'name', repo.name, 'url', repo.url) as repo,
           jsonb_build_object('id', push.id, 'branch', push.branch, 'revision', push.revision, 'before', push.before,
             'author', push.author, 'message', push.message, 'committedAt',
             to_char(push.committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as push
    from pipeline
    join push on push.id = pipeline.push_id
    join repo on repo.id = push.repo_id
    where pipeline.id = ${pipelineId}`);
  if (!row) throw new Error(`pipeline ${pipelineId} is gone: its repository was removed`);
  return row;
}
