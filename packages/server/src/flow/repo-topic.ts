// Which grid shows a pipeline: the topic of its repository. It never changes, so it is looked up once.
import { type Queryable, sql } from '../base/index.ts';

/** For each database by itself: two servers in one process (as in tests) may have the same ids for different things. */
const known = new WeakMap<Queryable, Map<number, number>>();
const mostKnown = 10_000;

/** One topic, or none when the repository is gone. */
export async function repoTopic(db: Queryable, pipelineId: number): Promise<string[]> {
  const repoOf = known.get(db) ?? new Map<number, number>();
  known.set(db, repoOf);
  const before = repoOf.get(pipelineId);
  if (before !== undefined) return [`repo:${before}`];
  const [row] = await db.query<{ repoId: number }>(sql`
    select push.repo_id as "repoId" from pipeline join push on push.id = pipeline.push_id where pipeline.id = ${pipelineId}`);
  if (!row) return [];
  if (repoOf.size >= mostKnown) repoOf.clear();
  repoOf.set(pipelineId, row.repoId);
  return [`repo:${row.repoId}`];
}
