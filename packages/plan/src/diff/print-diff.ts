// What a change of a configuration changes, for a terminal.
import type { ConfigCost, ConfigDiff, FieldChange, LaneGroup } from '@signalbox/protocol';
import { counted } from '../limits.ts';
import { printable } from '../printable.ts';

export function printDiff(diff: ConfigDiff): string {
  const { added, removed, changed, before, after, moreChanged } = diff;
  const lanes = (groups: readonly { readonly lanes: readonly string[] }[]) =>
    groups.reduce((sum, group) => sum + group.lanes.length, 0);
  if (added.length + removed.length + changed.length === 0) return `No difference: ${counted(after)} lanes.\n`;
  const counts = `${counted(lanes(added))} added, ${counted(lanes(removed))} removed, ${counted(lanes(changed) + moreChanged)} changed`;
  const parts = [`Lanes: ${counts}; ${counted(before)} before, ${counted(after)} now.`];
  if (added.length > 0) parts.push(added.map((group) => printLanes('+', group)).join('\n'));
  if (removed.length > 0) parts.push(removed.map((group) => printLanes('-', group)).join('\n'));
  for (const group of changed) {
    parts.push(
      [`~ ${several(group.lanes)}`, ...group.changes.map((change) => `    ${printChange(change)}`)].join('\n'),
    );
  }
  if (moreChanged > 0) parts.push(`${counted(moreChanged)} lanes change in further ways.`);
  return `${parts.map((part) => part.split('\n').map(printable).join('\n')).join('\n\n')}\n`;
}

export function printCost({ beforeMinutes, afterMinutes, estimated, unknown }: ConfigCost): string {
  const change = Math.round((afterMinutes - beforeMinutes) * 10) / 10;
  const sign = change > 0 ? '+' : '';
  const notes = [
    estimated > 0 ? `Without a history: ${counted(estimated)}, counted as the others of the job` : null,
    unknown > 0 ? `Without any history: ${counted(unknown)}, not counted` : null,
  ].filter((note) => note !== null);
  const cost = `If every lane ran once: ${beforeMinutes} machine-minutes before, ${afterMinutes} now (${sign}${change}).`;
  return notes.length > 0 ? `${cost} ${notes.join('. ')}.` : cost;
}

const printLanes = (sign: string, { lanes, file, line }: LaneGroup): string =>
  `${sign} ${several(lanes)}  (${file}:${line}${sign === '-' ? ', before' : ''})`;

function printChange({ field, before, after, side, file, line }: FieldChange): string {
  return `${field}: ${short(before)} → ${short(after)}  (${file}:${line}${side === 'before' ? ', before' : ''})`;
}

function several(lanes: readonly string[]): string {
  const shown = lanes.slice(0, 3).join(', ');
  return lanes.length > 3 ? `${counted(lanes.length)} lanes: ${shown} and ${counted(lanes.length - 3)} more` : shown;
}

function short(value: unknown): string {
  if (value === null) return 'none';
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\s+/g, ' ').trim();
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
