// Stage 6: the jobs that run, each after everything that it needs.
import { createBecause } from './because.ts';
import type { Cell, Draft, Origin, PlannedJob } from './draft.ts';
import { placeOf, type Source } from './source.ts';

export function order(draft: Draft): Draft {
  const { cells, edges, reasons } = draft;
  const because = createBecause(draft.push, draft.cause);
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
      // What is left out can only be an optional need here: without the others the job would be left out too.
      needs: (edges[index] ?? []).filter((edge) => !reasons[edge.to]).map((edge) => cells[edge.to]?.name ?? ''),
      attempts: cell.attempts,
      origin: originOf(draft.source, cell),
      because: because(cell),
    });
  }
  return { ...draft, jobs };
}

function originOf(source: Source, { offset, template }: Cell): Origin {
  const place = placeOf(source, offset);
  const { madeBy } = template.table;
  return madeBy ? { ...place, calls: madeBy.map((call) => placeOf(source, call)) } : place;
}
