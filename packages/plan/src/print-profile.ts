// Where the time of a check went: a table for people, and a file of events that the profiler of a browser opens.
import { printable } from './printable.ts';
import type { Span } from './profile.ts';
import { placeOf, type Source } from './source.ts';

/** The stages, then the slowest files and jobs; the slowest line is named at the end. Milliseconds. */
export function printProfile(spans: readonly Span[], source: Source): string {
  const whole = spans.filter(({ kind }) => kind === 'stage' || kind === 'check');
  const parts = spans
    .filter(({ kind }) => kind === 'file' || kind === 'job')
    .sort((one, other) => took(other) - took(one));
  const rows = [...whole, ...parts.slice(0, mostParts)].map((span) => [
    span.kind,
    span.name,
    took(span).toFixed(1),
    at(span, source),
  ]);
  const head = ['what', 'name', 'ms', 'where'];
  const widths = head.map((word, column) => Math.max(word.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, column) => (column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const [slowest] = parts;
  if (slowest) lines.push('', `slowest: ${slowest.kind} ${printable(slowest.name)}, ${at(slowest, source)}`);
  return `${lines.join('\n')}\n`;
}

const mostParts = 20;
const took = ({ start, end }: Span): number => end - start;

function at({ offset }: Span, source: Source): string {
  if (offset === undefined) return '';
  const { file, line } = placeOf(source, offset);
  return `${printable(file)}:${line}`;
}

/**
 * Complete events of the Trace Event Format, times in microseconds: chrome://tracing, the performance panel of browsers,
 * and Perfetto open it. https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export function traceOf(spans: readonly Span[], source: Source): string {
  const beginning = Math.min(...spans.map(({ start }) => start), Number.MAX_SAFE_INTEGER);
  const traceEvents = spans.map((span) => ({
    name: span.name,
    cat: span.kind,
    ph: 'X',
    ts: Math.round((span.start - beginning) * 1000),
    dur: Math.round(took(span) * 1000),
    pid: 1,
    tid: 1,
    ...(span.offset !== undefined && { args: { place: at(span, source) } }),
  }));
  return `${JSON.stringify({ displayTimeUnit: 'ms', traceEvents })}\n`;
}
