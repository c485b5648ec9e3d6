// What the pages ask for: one query for each thing, by the id of its endpoint.
import { Refused, Unreachable } from '@signalbox/protocol/browser';
import { infiniteQueryOptions, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import { laidOver } from '../grid/rows.ts';
import { client } from './client.ts';
import { readinessQuery } from './readiness.ts';

export const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (problem) => {
      if (problem instanceof Refused && problem.code === 'not-logged-in') {
        void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      }
      // Why it could not be read is said at once.
      if (problem instanceof Unreachable) void queries.invalidateQueries({ queryKey: readinessQuery.queryKey });
    },
  }),
  defaultOptions: {
    queries: {
      // Hints say when to look again; being online says nothing about a server on this machine.
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      networkMode: 'always',
      // What could not be read is asked for again until the server answers.
      refetchInterval: ({ state }) => (state.error instanceof Unreachable ? 5_000 : false),
      retry: (count, problem) => problem instanceof Unreachable && count < 2,
    },
    mutations: { networkMode: 'always' },
  },
});

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => client.call('get-session', { signal }),
  staleTime: 60_000,
});

export const reposQuery = queryOptions({
  queryKey: ['repos'],
  queryFn: async ({ signal }) => (await client.call('list-repos', { signal })).items,
});

/** The grid keeps older pages that were loaded: a fresh first page is laid over them. */
export function gridQuery(repo: string, branch: string | undefined) {
  return queryOptions({
    queryKey: ['grid', repo, branch ?? null] as const,
    queryFn: async ({ signal, queryKey }) => {
      const fresh = await client.call('get-grid', { params: { repo }, query: { branch }, signal });
      return laidOver(queries.getQueryData(queryKey), fresh);
    },
  });
}

export function pushQuery(push: number) {
  return queryOptions({
    queryKey: ['push', push] as const,
    queryFn: ({ signal }) => client.call('get-push', { params: { push }, signal }),
  });
}

export function jobQuery(job: number) {
  return queryOptions({
    queryKey: ['job', job] as const,
    queryFn: ({ signal }) => client.call('get-job', { params: { job }, signal }),
  });
}

/** Of a commit, so it never changes. */
export function originsQuery(job: number) {
  return queryOptions({
    queryKey: ['origins', job] as const,
    queryFn: ({ signal }) => client.call('get-job-origins', { params: { job }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Of two commits, so it never changes; what lanes usually take may. */
export function configDiffQuery(push: number) {
  return queryOptions({
    queryKey: ['config-diff', push] as const,
    queryFn: ({ signal }) => client.call('diff-push-configuration', { params: { push }, signal }),
    staleTime: 300_000,
  });
}

export function errorLinesQuery(run: number) {
  return queryOptions({
    queryKey: ['error-lines', run] as const,
    queryFn: ({ signal }) => client.call('list-error-lines', { params: { run }, signal }),
  });
}

/** Page after page: two logs of a million lines differ in many places. */
export function comparisonQuery(run: number) {
  return infiniteQueryOptions({
    queryKey: ['comparison', run] as const,
    queryFn: ({ signal, pageParam }) =>
      client.call('compare-log', { params: { run }, query: { cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.more,
    staleTime: 60_000,
  });
}

/** What the page of a job asks for first, and what the log of its run needs to know where it opens. */
export async function prefetchJob(job: number, run: number | undefined): Promise<void> {
  await queries.prefetchQuery(jobQuery(job));
  const shown = run ?? queries.getQueryData(jobQuery(job).queryKey)?.runs[0]?.run.id;
  if (shown !== undefined) await queries.prefetchQuery(errorLinesQuery(shown));
}

/** Beside its hints: its place in line moves with what others do, of which nobody tells this page. */
const lineMovesEvery = 5_000;

export function explanationQuery(job: number) {
  return queryOptions({
    queryKey: ['explanation', job] as const,
    queryFn: ({ signal }) => client.call('explain-job', { params: { job }, signal }),
    staleTime: 0,
    refetchInterval: lineMovesEvery,
  });
}

export const pausesQuery = queryOptions({
  queryKey: ['pauses'],
  queryFn: async ({ signal }) => (await client.call('list-pauses', { signal })).items,
});

export function groupsQuery(repo: string) {
  return queryOptions({
    queryKey: ['groups', repo] as const,
    queryFn: async ({ signal }) => (await client.call('list-groups', { params: { repo }, signal })).items,
  });
}

export const workersQuery = queryOptions({
  queryKey: ['workers'],
  queryFn: async ({ signal }) => (await client.call('list-workers', { signal })).items,
});

export const poolsQuery = queryOptions({
  queryKey: ['pools'],
  queryFn: async ({ signal }) => (await client.call('list-pools', { signal })).items,
});
