// Why a job runs: what starts it, and each of its conditions that holds.
import type { Cause } from '@signalbox/protocol';
import { createChangedFiles } from './changed-files.ts';
import type { Cell, Condition, PushFacts } from './draft.ts';
import { remember } from './memory.ts';
import { listed, quote } from './printable.ts';

/** For cells that run. What many share is said once. */
export function createBecause(push: PushFacts, cause: Cause): (cell: Cell) => readonly string[] {
  const begun = startOf(push, cause);
  const unconditional = [begun];
  const isByHand = cause === 'manual';
  const changed = push.files === null ? null : createChangedFiles(push.files);
  const changes = new Map<string, string>();
  const changeOf = (patterns: readonly string[]): string =>
    remember(changes, patterns.join('\n'), () => {
      if (isByHand) return '`if-changed` does not count for what is started by hand';
      const found = changed?.(patterns) ?? 'too-many';
      if (typeof found === 'object') return `${quote(found.file)} changed, which matches ${listed(patterns, 5)}`;
      return 'too much changed to compare: `if-changed` counts as matching';
    });
  return (cell) => {
    const { conditions, ifChanged, attributes } = cell;
    if (conditions.length === 0 && !ifChanged) return unconditional;
    const held = conditions.map((condition) => holds(condition, push, cause, attributes));
    return [begun, ...held, ...(ifChanged ? [changeOf(ifChanged.patterns)] : [])];
  };
}

function startOf({ branch }: PushFacts, cause: Cause): string {
  if (cause === 'push') return `a push to ${quote(branch)} starts it`;
  return cause === 'manual' ? 'it is started by hand' : `the cause ${quote(cause)} starts it`;
}

function holds({ of, patterns }: Condition, push: PushFacts, cause: Cause, attributes: Cell['attributes']): string {
  const wanted = listed(patterns, 5);
  if (of === 'branch') return `the branch ${quote(push.branch)} matches ${wanted}`;
  if (of === 'cause') return `the cause ${quote(cause)} is among ${wanted}`;
  if (of === 'message') return `the message of the push matches ${wanted}`;
  return `the ${of} ${quote(attributes[of] ?? '')} matches ${wanted}`;
}
