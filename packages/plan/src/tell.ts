// Findings become mistakes for people: in the order of the files, each once, with the line that they are about.
import type { Mistake } from '@signalbox/protocol';
import type { Finding } from './draft.ts';
import { counted, limits } from './limits.ts';
import { excerptOf, placeOf, type Source } from './source.ts';

export type { Mistake };

/** What was found twice is told once; what is too much to read is counted. */
export function told(source: Source, findings: readonly Finding[]): Mistake[] {
  const once = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.offset} ${finding.rule}`;
    if (!once.has(key)) once.set(key, finding);
  }
  const sorted = [...once.values()].sort((one, other) => one.offset - other.offset);
  const shown = sorted.slice(0, limits.mistakes.most);
  const next = sorted[limits.mistakes.most];
  if (next) {
    const rest = counted(sorted.length - shown.length);
    shown.push({ ...next, message: `${rest} more mistakes from here on`, hint: 'mend those above first' });
  }
  return shown.map(({ offset, rule, message, hint }) => {
    const place = placeOf(source, offset);
    const asTold = typeof hint === 'function' ? hint() : hint;
    return { ...place, rule, message, hint: asTold, excerpt: excerptOf(source, place) };
  });
}
