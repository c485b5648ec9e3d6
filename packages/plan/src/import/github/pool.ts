// `runs-on:` as a pool: a job names one, and any worker that serves it may take the job.
import { quote } from '../../printable.ts';
import { patternOf } from '../../schema/fits.ts';
import { poolName } from '../../schema/texts.ts';
import { type Entry, listAt, textAt, textsOf, type Value, valueAt } from '../../tree.ts';
import { isFineFilled } from '../cells.ts';
import { type Gap, gapAt, shown } from '../gap.ts';
import type { ImportedMatrix } from '../model.ts';
import { poolNameOf } from '../names.ts';
import type { Sources } from '../sources.ts';
import { fillText } from './fill.ts';
import type { Scope } from './resolve.ts';

export type Pool = { readonly pool: string | undefined; readonly isWindows: boolean; readonly gaps: readonly Gap[] };

export function readPool(
  entry: Entry | undefined,
  matrix: ImportedMatrix | null,
  scope: Scope,
  sources: Sources,
): Pool {
  const none = { pool: undefined, isWindows: false };
  if (!entry) return { ...none, gaps: [] };
  const labels = labelsOf(entry.value);
  const filled = labels.map((label) => fillText(label, entry.value, scope, sources));
  const text = filled.map((one) => one.text).join('-');
  const isWhole = filled.every((one) => one.isWhole) && text !== '';
  const pool = !isWhole ? null : isPool(text, matrix) ? text : text.includes('${{') ? null : poolNameOf(text);
  const isWindows = /^windows/i.test(text);
  if (pool === null) {
    const instead = 'A job names one pool; this one is in `default`.';
    return { ...none, gaps: [gapAt(sources, entry, shown(entry), instead)] };
  }
  if (entry.value.kind === 'scalar' || labels.length < 2) return { pool, isWindows, gaps: [] };
  const instead = `A job names one pool, and workers say which they serve: ${quote(pool)} stands for these labels.`;
  return { pool, isWindows, gaps: [gapAt(sources, entry, `${quote('runs-on')} with several labels`, instead)] };
}

const isPool = (text: string, matrix: ImportedMatrix | null): boolean =>
  isFineFilled(text, matrix, (filled) => !filled.includes('${{') && patternOf(poolName.pattern ?? '').test(filled));

/** `self-hosted` says nothing: all workers are. */
function labelsOf(value: Value): string[] {
  if (value.kind === 'scalar') return [value.text];
  const list = value.kind === 'list' ? value : listAt(value, 'labels');
  const group = value.kind === 'table' ? textAt(value, 'group') : undefined;
  const single = value.kind === 'table' ? valueAt(value, 'labels') : undefined;
  const labels = list ? textsOf(list).map(({ text }) => text) : single?.kind === 'scalar' ? [single.text] : [];
  const telling = labels.filter((label) => label.toLowerCase() !== 'self-hosted');
  return [...(group === undefined ? [] : [group]), ...(telling.length > 0 || group !== undefined ? telling : labels)];
}
