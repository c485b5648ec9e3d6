// Stage 6: the jobs that run, each after everything that it needs.
import type { Draft, PlannedJob } from './draft.ts';
import { placeOf } from './source.ts';

export function order(draft: Draft): Draft {
  const { cells, edges, reasons } = draft;
  const jobs: PlannedJob[] = [];
  for (const index of draft.sequence) {
    const cell = cells[index];
    if (!cell || reasons[index]) continue;
    jobs.push({
      name: cell.name,
      pool: cell.pool,
      attributes: cell.attributes,
      spec: cell.spec,
      order: cell.order,
      needs: (edges[index] ?? []).map((edge) => cells[edge.to]?.name ?? ''),
      attempts: cell.attempts,
      origin: placeOf(draft.source, cell.offset),
    });
  }
  return { ...draft, jobs };
}
