// Ends pipelines soon after their last job has ended: gathered for a moment, so that a hundred ends cost one statement.
import { crashPoint, type Db, type Live } from '../base/index.ts';
import { settle } from '../queue/index.ts';

/** Says that jobs of these pipelines have ended (or hint `pipeline-over:ID`). It does not wait; what fails is made up by the timetable. */
export type SettlePipelines = (pipelineIds: readonly number[]) => void;

const gatherMs = 50;

export function createSettlePipelines(db: Db, live: Live): SettlePipelines {
  const waiting = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    timer = undefined;
    const ids = [...waiting];
    waiting.clear();
    crashPoint('pipeline-not-settled');
    settleNow(db, live, ids).catch(() => undefined);
  };
  const settleSoon: SettlePipelines = (pipelineIds) => {
    for (const id of pipelineIds) waiting.add(id);
    if (waiting.size > 0 && timer === undefined) timer = setTimeout(run, gatherMs);
  };
  // Pipelines whose last jobs ended without a run, as when newer ones stand for them.
  live.watch('pipeline-over:*', (topic) => {
    const id = Number(topic.slice('pipeline-over:'.length));
    if (id > 0) settleSoon([id]);
  });
  return settleSoon;
}

export async function settleNow(db: Db, live: Live, pipelineIds: readonly number[] | 'all'): Promise<void> {
  const settled = await settle(db, pipelineIds);
  live.hint(...settled.flatMap((pipeline) => [`pipeline:${pipeline.id}`, `repo:${pipeline.repoId}`]));
}
