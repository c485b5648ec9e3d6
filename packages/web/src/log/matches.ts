// Where in a line the text stands that somebody searches for, and the line's spans cut there, so that it can be marked. Pure.
import type { Span } from './spans.ts';

export type Match = { readonly from: number; readonly to: number };
const mostMarks = 200;

/** Every place of a text in another. */
export function placesOf(text: string, needle: string, ignoreCase: boolean): Match[] {
  if (needle === '') return [];
  const lower = text.toLowerCase();
  // Some characters change their length with their case: places would be wrong.
  const fold = ignoreCase && lower.length === text.length;
  const [where, what] = fold ? [lower, needle.toLowerCase()] : [text, needle];
  const found: Match[] = [];
  for (let at = where.indexOf(what); at >= 0 && found.length < mostMarks; at = where.indexOf(what, at + what.length)) {
    found.push({ from: at, to: at + what.length });
  }
  return found;
}

export type MarkedSpan = Span & { readonly isMatch: boolean };

/** The spans, each wholly inside a match or wholly outside of all. Matches are in order. */
export function marked(spans: readonly Span[], matches: readonly Match[]): MarkedSpan[] {
  return spans.flatMap((span) => {
    const end = span.start + span.text.length;
    const parts: MarkedSpan[] = [];
    let at = span.start;
    const cutTo = (to: number, isMatch: boolean) => {
      if (to <= at) return;
      parts.push({ ...span, start: at, text: span.text.slice(at - span.start, to - span.start), isMatch });
      at = to;
    };
    for (const { from, to } of matches) {
      if (to <= span.start || from >= end) continue;
      cutTo(Math.max(from, span.start), false);
      cutTo(Math.min(to, end), true);
    }
    cutTo(end, false);
    return parts;
  });
}
