// What a purge would remove at this moment, and why: read only, for people who want to see it first, and for the purge itself.
import type { PurgeItem, PurgePlan } from '@signalbox/protocol';
import { type Queryable, sql } from '../base/index.ts';

/** Items that are shown of a plan; its totals hold all. */
const mostItems = 1000;

/** `historySeconds`: rows go then, and what only they name goes with them; 0: never. */
export async function planPurge(db: Queryable, historySeconds: number): Promise<PurgePlan> {
  const due = await db.query<PurgeItem & { isPinned: boolean }>(sql`
    select pipeline_id as pipeline, kind, repo, branch, cause, finished_at as "finishedAt", rule_id as rule,
           is_pinned(job_id, pipeline_id, path) as "isPinned", count(*) as files, sum(size_bytes)::bigint as "sizeBytes"
    from archive_file
    where finished_at < now() - make_interval(secs => least(days * 86400.0, nullif(${historySeconds}::double precision, 0)))
      and days is not null
    group by 1, 2, 3, 4, 5, 6, 7, 8
    order by finished_at, pipeline_id, kind`);
  const totals = new Map<string, PurgePlan['totals'][number]>();
  const held = { files: 0, sizeBytes: 0 };
  const items: PurgeItem[] = [];
  for (const { isPinned, ...item } of due) {
    if (isPinned) {
      held.files += item.files;
      held.sizeBytes += item.sizeBytes;
      continue;
    }
    items.push(item);
    const key = `${item.rule} ${item.kind}`;
    const { rule, kind } = item;
    const total = totals.get(key) ?? { rule, kind, files: 0, sizeBytes: 0, pipelines: 0 };
    total.files += item.files;
    total.sizeBytes += item.sizeBytes;
    total.pipelines += 1;
    totals.set(key, total);
  }
  // Of no pipeline a part: what is due together goes together.
  const beyond = items[mostItems]?.pipeline;
  const shown = items.slice(0, mostItems).filter(({ pipeline }) => pipeline !== beyond);
  return { items: shown, totals: [...totals.values()], held };
}
