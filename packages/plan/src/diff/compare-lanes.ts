// Two lanes of one name, field by field; steps that only moved are not told.
import type { Cell } from '../draft.ts';
import { remember } from '../memory.ts';
import type { Json } from '../origin/json-of.ts';
import { type LaneField, laneFields, stepFields, usualOf } from './lane-fields.ts';

export type Difference = {
  /** What it is called; of a step that is gone, as it was called before. */
  readonly field: string;
  readonly before: LaneField | null;
  readonly after: LaneField | null;
};

/** Lists of steps that many lanes share are compared once. */
export function createLaneComparison(): (before: Cell, after: Cell) => Difference[] {
  const memory = new WeakMap<object, Map<object, readonly Difference[]>>();
  return (before, after) => {
    const known = remember(memory, before.spec.steps, () => new Map<object, readonly Difference[]>());
    const ofSteps = remember(known, after.spec.steps, () => compareSteps(stepsOf(before), stepsOf(after)));
    return [...compareFields(laneFields(before), laneFields(after), ''), ...ofSteps];
  };
}

function compareFields(
  before: ReadonlyMap<string, LaneField>,
  after: ReadonlyMap<string, LaneField>,
  prefix: string,
): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [one, other] = [before.get(key) ?? null, after.get(key) ?? null];
    return same(one?.value, other?.value) ? [] : [{ field: prefix + key, before: one, after: other }];
  });
}

/** What is the same at the beginning and at the end is passed over; between, steps are told as changed, new or gone. */
function compareSteps(before: readonly Step[], after: readonly Step[]): Difference[] {
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before[start]?.text === after[start]?.text) start += 1;
  let end = 0;
  while (end < least - start && before.at(-1 - end)?.text === after.at(-1 - end)?.text) end += 1;
  const found: Difference[] = [];
  const most = Math.max(before.length, after.length) - end;
  for (let index = start; index < most; index += 1) {
    const one = index < before.length - end ? before[index] : undefined;
    const other = index < after.length - end ? after[index] : undefined;
    const field = `steps[${index}]`;
    if (one && other) found.push(...compareFields(one.fields, other.fields, `${field}.`));
    else if (one) found.push({ field, before: { value: one.shown }, after: null });
    else if (other) found.push({ field, before: null, after: { value: other.shown } });
  }
  return found;
}

type Step = { readonly fields: ReadonlyMap<string, LaneField>; readonly text: string; readonly shown: Json };

function stepsOf({ spec }: Cell): Step[] {
  const usual = usualOf(spec);
  return spec.steps.map((step) => {
    const fields = stepFields(step, usual);
    return { fields, text: JSON.stringify([...fields]), shown: { name: step.name, script: step.script } };
  });
}

const same = (one: unknown, other: unknown): boolean => one === other || JSON.stringify(one) === JSON.stringify(other);
