// Stage 6: the jobs that run, each after everything that it needs.
import type { DownloadSpec, JobAttributes } from '@signalbox/protocol';
import { createBecause } from './because.ts';
import type { Cell, Draft, Edge, Origin, PlannedJob } from './draft.ts';
import { placeOf, type Source } from './source.ts';

export function order(draft: Draft): Draft {
  const { cells, edges, reasons } = draft;
  const because = createBecause(draft.push, draft.cause);
  const jobs: PlannedJob[] = [];
  for (const index of draft.sequence) {
    const cell = cells[index];
    if (!cell || reasons[index]) continue;
    // What is left out can only be an optional need here: without the others the job would be left out too.
    const needs = (edges[index] ?? []).filter((edge) => !reasons[edge.to]);
    const downloads = downloadsOf(needs, cells);
    jobs.push({
      name: cell.name,
      pool: cell.pool,
      attributes: withBeside(cell.attributes, cells[draft.besides[index] ?? -1]),
      spec: downloads.length > 0 ? { ...cell.spec, downloads } : cell.spec,
      order: cell.order,
      needs: needs.map((edge) => cells[edge.to]?.name ?? ''),
      attempts: cell.attempts,
      origin: originOf(draft.source, cell),
      because: because(cell),
    });
  }
  return { ...draft, jobs };
}

const downloadsOf = (needs: readonly Edge[], cells: readonly Cell[]): DownloadSpec[] =>
  needs.flatMap(({ to, brings }) =>
    brings.map(({ artifacts, into }) => ({ job: cells[to]?.name ?? '', artifacts: [...artifacts], into })),
  );

function withBeside(attributes: JobAttributes, beside: Cell | undefined): JobAttributes {
  if (!beside) return attributes;
  const { platform, variant } = beside.attributes;
  return { ...attributes, beside: { lane: beside.name, platform, variant } };
}

function originOf(source: Source, { offset, template }: Cell): Origin {
  const place = placeOf(source, offset);
  const { madeBy } = template.table;
  return madeBy ? { ...place, calls: madeBy.map((call) => placeOf(source, call)) } : place;
}
