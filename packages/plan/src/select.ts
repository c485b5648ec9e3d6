// Stage 5: which jobs this push and this cause start; for each of the others, why not.
import type { LeftOut } from '@signalbox/protocol';
import type { Cell, Draft, Patterns } from './draft.ts';
import { createMatcher } from './globs.ts';
import { counted } from './limits.ts';
import { remember } from './memory.ts';
import { listed, quote } from './printable.ts';
import { lineOf } from './source.ts';

export function select(draft: Draft): Draft {
  const { cells, edges } = draft;
  const own = ownReason(draft);
  const reasons: (LeftOut | null)[] = cells.map(() => null);
  // In this order a need's own reason is known before the job that needs it.
  for (const index of draft.sequence) {
    const cell = cells[index];
    if (!cell) continue;
    const missing = edges[index]?.find((edge) => reasons[edge.to]);
    const need = missing && cells[missing.to];
    reasons[index] =
      own(cell) ??
      (need
        ? leftOut(draft, cell, 'need-left-out', `it needs ${quote(need.name)}, which is left out`, missing.offset)
        : null);
  }
  return { ...draft, reasons };
}

/** Why a job is left out whatever becomes of its needs. Jobs that share their conditions share the answer. */
function ownReason(draft: Draft): (cell: Cell) => LeftOut | null {
  const { push, cause } = draft;
  // A person who starts a push by hand wants it built, whatever its message says and whichever files it changed.
  const isByHand = cause === 'manual';
  if (!isByHand && push.message.includes('DONTBUILD')) {
    return (cell) => leftOut(draft, cell, 'dontbuild', 'the message of the push says DONTBUILD', cell.offset);
  }
  const onBranch = remembered((patterns) => createMatcher(patterns)(push.branch));
  const files = push.files;
  const isChanged = remembered((patterns) => files === null || files.some(createMatcher(patterns)));
  return (cell) => {
    const { branches, ifChanged } = cell;
    if (branches && !onBranch(branches)) {
      const reason = `the branch ${quote(push.branch)} does not match ${listed(branches.patterns, 5)}`;
      return leftOut(draft, cell, 'branch', reason, branches.offset);
    }
    if (ifChanged && !isByHand && !isChanged(ifChanged)) {
      const count = files?.length ?? 0;
      const none = count === 0 ? 'the push changed no file' : `no changed file (of ${counted(count)}) matches`;
      const reason = count === 0 ? none : `${none} ${listed(ifChanged.patterns, 5)}`;
      return leftOut(draft, cell, 'unchanged', reason, ifChanged.offset);
    }
    return null;
  };
}

function leftOut(draft: Draft, cell: Cell, kind: LeftOut['kind'], reason: string, offset: number): LeftOut {
  return { name: cell.name, kind, reason, line: lineOf(draft.source, offset) };
}

function remembered(answer: (patterns: readonly string[]) => boolean): (list: Patterns) => boolean {
  const answers = new Map<string, boolean>();
  return ({ patterns }) => {
    const key = patterns.join('\n');
    return remember(answers, key, () => answer(patterns));
  };
}
