// Two configurations become what one changes of the other: lanes that come and go, and fields, each with the line that did it.
import type { ChangedLanes, ConfigDiff, FieldChange, LaneGroup, OriginStep } from '@signalbox/protocol';
import type { Configuration } from '../configuration.ts';
import type { Cell, Draft } from '../draft.ts';
import { limits } from '../limits.ts';
import { effective } from '../origin/effective.ts';
import { pathOf } from '../origin/field-path.ts';
import { type Lane, openLane } from '../origin/lane.ts';
import { printable } from '../printable.ts';
import { excerptOf, placeOf } from '../source.ts';
import { createLaneComparison, type Difference } from './compare-lanes.ts';

/** Null where there is no configuration. */
export function diffConfigurations(before: Configuration | null, after: Configuration | null): ConfigDiff {
  const [old, now] = [cellsOf(before), cellsOf(after)];
  const added = [...now.values()].filter(({ name }) => !old.has(name));
  const removed = [...old.values()].filter(({ name }) => !now.has(name));
  const compare = createLaneComparison();
  const groups = new Map<string, Group>();
  for (const cell of now.values()) {
    const was = old.get(cell.name);
    const differences = was ? compare(was, cell) : [];
    if (!was || differences.length === 0) continue;
    const key = JSON.stringify(
      differences.map(({ field, before: one, after: other }) => [field, one?.value, other?.value]),
    );
    const group = groups.get(key) ?? { was, cell, differences, lanes: [] };
    group.lanes.push(cell.name);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  const shown = all.slice(0, limits.diffGroups.most);
  const rest = all.slice(limits.diffGroups.most);
  return {
    before: old.size,
    after: now.size,
    added: after ? byJob(after.draft, added) : [],
    removed: before ? byJob(before.draft, removed) : [],
    changed: before && after ? tellAll(before.draft, after.draft, shown) : [],
    moreChanged: rest.reduce((sum, { lanes }) => sum + lanes.length, 0),
  };
}

export const isSame = ({ added, removed, changed }: ConfigDiff): boolean =>
  added.length + removed.length + changed.length === 0;

/** Lanes that change in the same way. */
type Group = {
  readonly was: Cell;
  readonly cell: Cell;
  readonly differences: readonly Difference[];
  readonly lanes: string[];
};

const cellsOf = (configuration: Configuration | null): Map<string, Cell> =>
  new Map(configuration?.draft.cells.map((cell) => [cell.name, cell]));

function byJob({ source }: Draft, cells: readonly Cell[]): LaneGroup[] {
  const groups = new Map<string, { readonly group: LaneGroup; readonly lanes: string[] }>();
  for (const { name, template } of cells) {
    const known = groups.get(template.name);
    if (known) known.lanes.push(name);
    else {
      const lanes = [name];
      const place = placeOf(source, template.entry.keyOffset);
      const group = { job: template.name, lanes, ...place, excerpt: excerptOf(source, place) };
      groups.set(template.name, { group, lanes });
    }
  }
  return [...groups.values()].map(({ group }) => group);
}

/** Places are asked for once for a group: of its first lane. */
function tellAll(before: Draft, after: Draft, groups: readonly Group[]): ChangedLanes[] {
  const [oldLines, newLines] = [linesOf(before), linesOf(after)];
  return groups.map(({ was, cell, differences, lanes }) => {
    const sides = { old: openLane(before, was), now: openLane(after, cell), oldLines, newLines };
    return { lanes, changes: differences.map((difference) => changeOf(sides, difference)) };
  });
}

const linesOf = ({ source }: Draft): Lines => new Set(source.text.split('\n').map(bare));
/** As an excerpt shows it: a long line is cut. */
const bare = (line: string): string => printable(line).trim().slice(0, 150);

type Lines = ReadonlySet<string>;
type Sides = { readonly old: Lane; readonly now: Lane; readonly oldLines: Lines; readonly newLines: Lines };

function changeOf({ old, now, oldLines, newLines }: Sides, { field, before, after }: Difference): FieldChange {
  const values = { field, before: before?.value ?? null, after: after?.value ?? null };
  const steps = after ? stepsOf(now, field, after.offset) : [];
  const newLine = steps.find((step) => isMissing(step, oldLines));
  if (newLine) return { ...values, side: 'after', ...newLine.place };
  const goneLine = before && stepsOf(old, field, before.offset).find((step) => isMissing(step, newLines));
  if (goneLine) return { ...values, side: 'before', ...goneLine.place };
  // The same line says something else: a script of many lines, a value from a file.
  const last = steps.find(({ kind }) => kind === 'written') ?? steps[0];
  return { ...values, side: 'after', ...(last ?? stepAt(now, now.offset, 'default')).place };
}

type Step = {
  readonly kind: OriginStep['kind'];
  readonly place: Pick<FieldChange, 'file' | 'line' | 'column' | 'excerpt'>;
};

function stepsOf(lane: Lane, field: string, offset: number | undefined): Step[] {
  if (offset !== undefined) return [stepAt(lane, offset, 'written')];
  const links = effective(lane, pathOf(field))?.links ?? [];
  return links.map((link) => stepAt(lane, link.offset, link.kind));
}

function stepAt({ draft: { source } }: Lane, offset: number, kind: Step['kind']): Step {
  const place = placeOf(source, offset);
  return { kind, place: { ...place, excerpt: excerptOf(source, place) } };
}

/** A line that the other side does not have is what changed. */
const isMissing = ({ kind, place }: Step, lines: Lines): boolean =>
  kind !== 'default' && !lines.has(bare(place.excerpt));
