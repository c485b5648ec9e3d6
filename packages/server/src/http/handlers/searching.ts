// What a search in a log is as HTTP says it: its parameters and its answer.
import { type Call, type LogFound, Refused } from '@signalbox/protocol';
import type { FoundLines, LogSearch, SearchPlace } from '../../record/index.ts';

type Query = NonNullable<Call<'search-log'>['query']>;

/** @throws Refused bad-request */
export function searchOf(query: Query): LogSearch {
  const ways = (['cursor', 'after', 'before'] as const).filter((name) => query[name] !== undefined);
  if (ways.length > 1 || (query.before !== undefined && query.count)) {
    const both = ways.length > 1 ? ways : ['before', 'count'];
    throw new Refused('bad-request', `${both.join(' and ')} exclude each other: give one.`);
  }
  return {
    pattern: { text: query.text, isExpression: query.regex ?? false, ignoreCase: query.ignoreCase ?? false },
    step: query.step,
    from: placeOf(query.cursor),
    after: placeOf(query.after),
    before: placeOf(query.before),
    limit: query.limit ?? 100,
    isCount: query.count ?? false,
  };
}

export function answerOf({ hits, matches, more, next, searchedBytes, cutLines }: FoundLines): LogFound {
  return {
    hits: hits.map(({ step, at, cut: { text, from, to, isWhole }, textByte, printedAt = null }) => {
      return {
        step,
        line: at.line,
        startByte: at.byte,
        text,
        textByte,
        from,
        to,
        whole: isWhole,
        printedAt: iso(printedAt),
      };
    }),
    matches,
    more: more && cursorOf(more),
    next: next && cursorOf(next),
    searchedBytes,
    cutLines,
  };
}

const cursorOf = ({ step, line, byte }: SearchPlace): string => `${step}.${line}.${byte}`;

/** @throws Refused bad-request */
function placeOf(cursor: string | undefined): SearchPlace | undefined {
  if (cursor === undefined) return undefined;
  const [, step, line, byte] = /^(\d{1,9})\.([1-9]\d{0,14})\.(\d{1,15})$/.exec(cursor) ?? [];
  if (byte !== undefined) return { step: Number(step), line: Number(line), byte: Number(byte) };
  throw new Refused('bad-request', `"${cursor}" is no cursor: give back \`more\` of the answer before.`);
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
