// The search in a step's log: what is searched for stands in the address, the server searches, and one goes from match to match.
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { client } from '../api/client.ts';
import { LogSearch, type SearchTerms } from './log-search.ts';

const route = getRouteApi('/jobs/$job');

export type Search = {
  readonly terms: SearchTerms;
  /** Only lines with matches are shown. */
  readonly onlyMatches: boolean;
  readonly result: LogSearch | null;
  change(terms: Partial<SearchTerms>): void;
  showOnly(onlyMatches: boolean): void;
};

/** Nobody waits for a search after each letter. */
const typingMillis = 250;

export function useSearch(run: number, step: number, lastLine: number): Search {
  const { q, regex, case: matchCase, only } = route.useSearch();
  const navigate = route.useNavigate();
  const terms = { text: q ?? '', isExpression: regex === 1, matchCase: matchCase === 1 };
  const { text, isExpression } = terms;
  const [result, setResult] = useState<LogSearch | null>(null);
  const lines = useRef(lastLine);
  lines.current = lastLine;
  useEffect(() => {
    setResult(null);
    if (text === '') return;
    let search: LogSearch | null = null;
    const timer = setTimeout(() => {
      search = new LogSearch(client, { run, step }, { text, isExpression, matchCase: matchCase === 1 }, lines.current);
      setResult(search);
      search.start();
    }, typingMillis);
    return () => {
      clearTimeout(timer);
      search?.close();
    };
  }, [run, step, text, isExpression, matchCase]);
  useEffect(() => result?.grew(lastLine), [result, lastLine]);
  useSyncExternalStore(result?.subscribe ?? none, result?.version ?? zero);
  const say = (search: {
    q?: string | undefined;
    regex?: 1 | undefined;
    case?: 1 | undefined;
    only?: 'matches' | undefined;
  }) =>
    void navigate({ search: (old) => ({ ...old, ...search, step }), hash: true, replace: true, resetScroll: false });
  return {
    terms,
    onlyMatches: only === 'matches' && text !== '',
    result,
    change: (changed) => {
      const next = { ...terms, ...changed };
      say({
        q: next.text || undefined,
        regex: next.isExpression ? 1 : undefined,
        case: next.matchCase ? 1 : undefined,
        ...(next.text === '' && { only: undefined }),
      });
    },
    showOnly: (onlyMatches) => say({ only: onlyMatches ? 'matches' : undefined }),
  };
}

const none = () => () => {};
const zero = () => 0;
