// A duration of a table in seconds; one that is out of bounds is a mistake, and the usual one stands in.
import type { Finding } from './draft.ts';
import { durationOf, secondsOf } from './durations.ts';
import { limits } from './limits.ts';
import { quote } from './printable.ts';
import { scalarAt, type Table } from './tree.ts';

export function readDuration(table: Table, key: string, usual: number, found: Finding[]): number {
  const value = scalarAt(table, key);
  const seconds = value && value.type === 'text' ? secondsOf(value.text) : null;
  if (!value || seconds === null) return usual;
  const most = limits.durationSeconds.most;
  if (seconds >= 1 && seconds <= most) return seconds;
  const message = `${quote(key)} must be from 1s to ${durationOf(most)}, not ${quote(value.text)}`;
  found.push({ offset: value.offset, rule: 'duration', message, hint: `without the key it is ${durationOf(usual)}` });
  return usual;
}
