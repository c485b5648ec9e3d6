// Jobs that no branch can ever start: their own conditions, or those of what they need, leave none.
import { createListMatcher } from '../conditions.ts';
import type { Cell, Condition, Draft } from '../draft.ts';
import { counted } from '../limits.ts';
import { remember } from '../memory.ts';
import { listed, quote } from '../printable.ts';
import type { Lint } from './index.ts';

export const lintBranches: Lint = (draft, { branches }, { mistakes, warnings }) => {
  const contradictory = new Set<number>();
  for (const condition of branchConditions(draft.cells)) {
    if (!takesAwayAll(condition.patterns)) continue;
    contradictory.add(condition.offset);
    const message = `this never holds: what ${listed(condition.patterns, 5)} name, they also take away`;
    mistakes.push({ offset: condition.offset, rule: 'never-holds', message, hint: 'remove the pattern with !' });
  }
  if (!branches || branches.length === 0) return;
  const ownBranches = createOwnBranches(branches);
  const masks = startedOn(draft, ownBranches);
  const isShut = createIsShut();
  for (const [index, cell] of draft.cells.entries()) {
    const mask = masks[index];
    if (!mask || !isShut(mask)) continue;
    const condition = cell.conditions.find(({ of }) => of === 'branch');
    if (condition && isShut(ownBranches(cell))) {
      if (contradictory.has(condition.offset)) continue;
      const message = `none of ${counted(branches.length)} branches matches ${listed(condition.patterns, 5)}`;
      warnings.push({ offset: condition.offset, rule: 'branch-none', message, hint: 'it runs once there is one' });
    } else {
      const message = `no branch can start ${quote(cell.name)}: its own conditions and those of what it needs leave none`;
      mistakes.push({ offset: cell.template.entry.keyOffset, rule: 'never-starts', message, hint: null });
    }
  }
};

const createIsOpen = () => remembering((mask: Mask) => mask.every((isOn) => isOn));
const createIsShut = () => remembering((mask: Mask) => mask.every((isOn) => !isOn));

function remembering(answer: (mask: Mask) => boolean): (mask: Mask) => boolean {
  const known = new WeakMap<Mask, boolean>();
  return (mask) => remember(known, mask, () => answer(mask));
}

function* branchConditions(cells: readonly Cell[]): Iterable<Condition> {
  const seen = new Set<readonly Condition[] | number>();
  for (const { conditions } of cells) {
    if (seen.has(conditions)) continue;
    seen.add(conditions);
    for (const condition of conditions) {
      if (condition.of !== 'branch' || seen.has(condition.offset)) continue;
      seen.add(condition.offset);
      yield condition;
    }
  }
}

/** Whatever the branch: every pattern that wants something is also one that takes away, or everything is taken away. */
function takesAwayAll(patterns: readonly string[]): boolean {
  const away = new Set(patterns.filter((each) => each.startsWith('!')).map((each) => each.slice(1)));
  const wanted = patterns.filter((each) => !each.startsWith('!'));
  return away.has('**') || (wanted.length > 0 && wanted.every((each) => away.has(each)));
}

type Mask = readonly boolean[];

/** For each cell the branches that may start it, those of what it needs counted; equal masks are one object. */
function startedOn(draft: Draft, ownBranches: OwnBranches): Mask[] {
  const isOpen = createIsOpen();
  const masks: Mask[] = [];
  for (const index of draft.sequence) {
    const cell = draft.cells[index];
    if (!cell) continue;
    let mask = ownBranches(cell);
    for (const { to, isOptional } of draft.edges[index] ?? []) {
      const needed = masks[to];
      if (isOptional || !needed || needed === mask || isOpen(needed)) continue;
      mask = mask.map((isOn, branch) => isOn && needed[branch] === true);
    }
    masks[index] = mask;
  }
  return masks;
}

type OwnBranches = (cell: Cell) => Mask;

/** Conditions that cells share are one object, and so is what comes of them. */
function createOwnBranches(branches: readonly string[]): OwnBranches {
  const matches = createListMatcher();
  const masks = new Map<string, Mask>();
  const known = new WeakMap<readonly Condition[], Mask>();
  return ({ conditions }) =>
    remember(known, conditions, () => {
      const lists = conditions.filter(({ of }) => of === 'branch').map(({ patterns }) => patterns);
      return remember(masks, JSON.stringify(lists), () =>
        branches.map((branch) => lists.every((patterns) => matches(patterns, branch))),
      );
    });
}
