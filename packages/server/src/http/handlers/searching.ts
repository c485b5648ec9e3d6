// What a search in a log is as HTTP says it: its parameters, its answer, and how many there may be at once.
import { type Call, type LogFound, Refused } from '@signalbox/protocol';
import type { Caller } from '../../access/index.ts';
import type { FoundLines, LogSearch, RecordLimits, SearchPlace } from '../../record/index.ts';

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
    hits: hits.map(({ step, at, cut: { text, from, to, isWhole }, textByte }) => {
      return { step, line: at.line, startByte: at.byte, text, textByte, from, to, whole: isWhole };
    }),
    matches,
    more: more && cursorOf(more),
    next: next && cursorOf(next),
    searchedBytes,
    cutLines,
  };
}

/** The function takes one place, and what it returns gives it back. @throws Refused too-many */
export function searchesOf(limits: Pick<RecordLimits, 'searches' | 'callerSearches'>) {
  const going = new Map<number | null, number>();
  let all = 0;
  return ({ tokenId }: Pick<Caller, 'tokenId'>): (() => void) => {
    const own = going.get(tokenId) ?? 0;
    if (all >= limits.searches) {
      throw new Refused('too-many', `${all} searches in logs are under way here. Try again in a moment.`);
    }
    if (own >= limits.callerSearches) {
      throw new Refused('too-many', `${own} searches in logs are under way here with this token. Let one end first.`);
    }
    all++;
    going.set(tokenId, own + 1);
    return () => {
      all--;
      const left = (going.get(tokenId) ?? 1) - 1;
      if (left > 0) going.set(tokenId, left);
      else going.delete(tokenId);
    };
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
