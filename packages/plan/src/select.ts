// Stage 5: which jobs this push and this cause start; for each of the others, why not.
import type { LeftOut } from '@signalbox/protocol';
import { createChangedFiles } from './changed-files.ts';
import { createConditions } from './conditions.ts';
import type { Cell, Draft, Finding } from './draft.ts';
import { counted } from './limits.ts';
import { listed, quote } from './printable.ts';
import { placeOf } from './source.ts';

export function select(draft: Draft): Draft {
  const { cells, edges } = draft;
  const warnings: Finding[] = [];
  const own = ownReason(draft, warnings);
  const reasons: (LeftOut | null)[] = cells.map(() => null);
  // In this order a need's own reason is known before the job that needs it.
  for (const index of draft.sequence) {
    const cell = cells[index];
    if (!cell) continue;
    const missing = edges[index]?.find((edge) => !edge.isOptional && reasons[edge.to]);
    const need = missing && cells[missing.to];
    reasons[index] =
      own(cell) ??
      (need
        ? leftOut(draft, cell, 'need-left-out', `it needs ${quote(need.name)}, which is left out`, missing.offset)
        : null);
  }
  return { ...draft, reasons, warnings: [...draft.warnings, ...warnings] };
}

type OwnReason = (cell: Cell) => LeftOut | null;

/** Why a job is left out whatever becomes of its needs. */
function ownReason(draft: Draft, warnings: Finding[]): OwnReason {
  const { push, cause } = draft;
  // A person who starts a push by hand wants it built, whatever its message says and whichever files it changed.
  const isByHand = cause === 'manual';
  if (!isByHand && push.message.includes('DONTBUILD')) {
    return (cell) => leftOut(draft, cell, 'dontbuild', 'the message of the push says DONTBUILD', cell.offset);
  }
  const unmet = createConditions(draft.push, cause);
  const untouched = isByHand || push.files === null ? () => null : unchanged(draft, push.files, warnings);
  return (cell) => {
    const first = unmet(cell);
    return first ? leftOut(draft, cell, first.kind, first.reason, first.offset) : untouched(cell);
  };
}

function unchanged(draft: Draft, files: readonly string[], warnings: Finding[]): OwnReason {
  const isChanged = createChangedFiles(files);
  return (cell) => {
    const { ifChanged } = cell;
    if (!ifChanged) return null;
    const changed = isChanged(ifChanged.patterns);
    if (changed === 'too-many') {
      const message =
        'there are too many patterns and files to compare: from here on every `if-changed` counts as matching';
      warnings.push({ offset: ifChanged.offset, rule: 'glob-steps', message, hint: 'use fewer stars' });
    }
    if (changed !== 'none') return null;
    const none = `no changed file (of ${counted(files.length)}) matches ${listed(ifChanged.patterns, 5)}`;
    const reason = files.length === 0 ? 'the push changed no file' : none;
    return leftOut(draft, cell, 'unchanged', reason, ifChanged.offset);
  };
}

function leftOut(draft: Draft, cell: Cell, kind: LeftOut['kind'], reason: string, offset: number): LeftOut {
  const { file, line } = placeOf(draft.source, offset);
  return { name: cell.name, kind, reason, file, line };
}
