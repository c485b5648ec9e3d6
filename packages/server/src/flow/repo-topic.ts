// Which grid shows a pipeline: the topic of its repository. It never changes, so it is looked up once.
import { type Queryable, sql } from '../base/index.ts';

const known = new Map<number, number>();
const mostKnown = 10_000;

/** One topic, or none when the repository is gone. */
export async function repoTopic(db: Queryable, pipelineId: number): Promise<string[]> {
  const before = known.get(pipelineId);
  if (before !== undefined) return [`repo:${before}`];
  const [row] = await db.query<{ repoId: number }>(sql`
    select push.repo_id as "repoId" from pipeline join push on push.id = pipeline.push_id where pipeline.id = ${pipelineId}`);
  if (!row) return [];
  if (known.size >= mostKnown) known.clear();
  known.set(pipelineId, row.repoId);
  return [`repo:${row.repoId}`];
}
