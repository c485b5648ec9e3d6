// What the pages ask for of test results: cases page by page, findings, and how a case went before.
import type { CaseState } from '@signalbox/protocol/browser';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export function resultsQuery(run: number, state: CaseState | null, text: string) {
  return infiniteQueryOptions({
    queryKey: ['results', run, state, text] as const,
    queryFn: ({ signal, pageParam }) =>
      client.call('list-results', {
        params: { run },
        query: { state: state ?? undefined, text: text || undefined, limit: 50, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    // A hint may be lost between the end of a run and the reading of its files.
    refetchInterval: ({ state: { data } }) =>
      data?.pages[0]?.files.some((file) => file.state === 'waiting') ? 3_000 : false,
  });
}

export function findingsQuery(run: number) {
  return infiniteQueryOptions({
    queryKey: ['findings', run] as const,
    queryFn: ({ signal, pageParam }) =>
      client.call('list-findings', { params: { run }, query: { limit: 20, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
}

export function caseHistoryQuery(run: number, id: number) {
  return queryOptions({
    queryKey: ['case-history', run, id] as const,
    queryFn: ({ signal }) => client.call('get-case-history', { params: { run, case: id }, signal }),
    staleTime: 60_000,
  });
}
