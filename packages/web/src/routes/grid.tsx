// The home of a repository: pushes down, newest first; platforms and jobs across; live, filtered, and led by keys.
import type { Grid, JobBrief, PushDetail } from '@signalbox/protocol/browser';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ListOrdered } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { useCancelJob, useMayNot, useRerunJob, whyNotCancel, whyNotRerun } from '../api/actions.ts';
import { client } from '../api/client.ts';
import { gridQuery, queries } from '../api/queries.ts';
import { type Filter, filterOf, matches, type Result, results } from '../grid/filter.ts';
import { FilterBar } from '../grid/filter-bar.tsx';
import { focusedJob, focusFailure, type GridCommands, hearGrid } from '../grid/grid-keys.ts';
import { PushRow } from '../grid/push-row.tsx';
import { continued, standingOf } from '../grid/rows.ts';
import { summaryOf } from '../grid/summary.ts';
import { useLive } from '../live/use-live.ts';
import { CloseTree } from '../order/close-tree.tsx';
import { poolsInUse } from '../order/pools-in-use.ts';
import { Button, buttonClass } from '../parts/button.tsx';
import { Command } from '../parts/command.tsx';
import { useKeys } from '../parts/keys.ts';
import { rememberRepo } from '../parts/last-repo.ts';
import { notify } from '../parts/notice-store.ts';
import { Page } from '../parts/page.tsx';
import { PauseBanners } from '../parts/pause-banners.tsx';
import { Bones, Trouble } from '../parts/states.tsx';
import type { GridSearch } from '../router.tsx';
import styles from './grid.module.css';

const route = getRouteApi('/repos/$repo');

export function GridPage() {
  const { repo } = route.useParams();
  const search = route.useSearch();
  const grid = useQuery(gridQuery(repo, search.branch));
  useLive([grid.data ? `repo:${grid.data.repo.id}` : null, 'repos'], () => grid.refetch());
  useEffect(() => {
    if (grid.data) rememberRepo(grid.data.repo.name);
  }, [grid.data]);
  const newest = grid.data?.rows[0] ? jobsOf(grid.data.rows[0]) : [];
  const pools = useMemo(() => poolsInUse(grid.data?.rows ?? []), [grid.data]);
  const place = { repo, branch: search.branch, branches: grid.data?.branches ?? [] };
  return (
    <Page
      title={search.branch ? `${repo} ${search.branch}` : repo}
      stand={newest.length > 0 ? summaryOf(newest).stand : null}
      place={place}
      banners={<PauseBanners scene={{ repo, branch: search.branch, pools }} />}
    >
      <h1 className={styles['hidden']}>Pushes of {repo}</h1>
      {grid.data ? (
        <Pushes grid={grid.data} search={search} />
      ) : grid.error ? (
        <Trouble problem={grid.error} what="repository" again={() => grid.refetch()} />
      ) : (
        <Bones what="the pushes" />
      )}
    </Page>
  );
}

function Pushes({ grid, search }: { grid: Grid; search: GridSearch }) {
  const navigate = route.useNavigate();
  const { q, only } = search;
  const filter = useMemo(() => filterOf({ q, only }), [q, only]);
  const rows = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const older = useOlder(grid, search.branch);
  const commands = useCommands(grid);
  useEffect(() => (rows.current ? hearGrid(rows.current, commands.current) : undefined), [commands]);
  useKeys({
    j: () => rows.current && focusFailure(rows.current, 1),
    k: () => rows.current && focusFailure(rows.current, -1),
    r: () => onFocused(commands.current.rerun),
    c: () => onFocused(commands.current.cancel),
    l: () => onFocused((job) => commands.current.open(job, { toLog: true })),
    '/': () => input.current?.focus(),
  });
  const gone = search.branch !== undefined && grid.rows[0]?.push.kind === 'deleted';
  return (
    <>
      {grid.repo.problem ? (
        <p className={styles['problem']} role="alert">
          The last look at {grid.repo.url} failed, so newer pushes may be missing: {grid.repo.problem}
        </p>
      ) : null}
      {gone ? <p className={styles['gone']}>The branch {search.branch} was deleted. These are its pushes.</p> : null}
      {grid.rows.length > 0 ? (
        <FilterBar
          filter={filter}
          words={q ?? ''}
          counts={countsOf(grid, filter)}
          input={input}
          onChange={(change) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true })}
        >
          {search.branch ? <CloseTree repo={grid.repo.name} branch={search.branch} /> : null}
          <Link to="/repos/$repo/order" params={{ repo: grid.repo.name }} className={buttonClass['plain']}>
            <ListOrdered size={14} aria-hidden="true" /> Order
          </Link>
        </FilterBar>
      ) : (
        <NoPushes grid={grid} branch={search.branch} />
      )}
      <div ref={rows} className={grid.rows.length > 0 ? styles['rows'] : undefined}>
        {grid.rows.map((row) => (
          <PushRow key={row.push.id} detail={row} filter={filter} branch={search.branch} />
        ))}
      </div>
      {grid.next !== null ? (
        <div className={styles['older']}>
          <Button busy={older.isPending} onPress={() => older.mutate()}>
            {older.isPending ? 'Reading older pushes…' : 'Older pushes'}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function NoPushes({ grid, branch }: { grid: Grid; branch: string | undefined }) {
  return (
    <section className={styles['empty']}>
      <h2>{branch ? `No push on ${branch} yet` : 'No push yet'}</h2>
      <p>
        {grid.repo.name} is read from <code>{grid.repo.url}</code>
        {grid.repo.pollSeconds > 0 ? `, which is looked at every ${grid.repo.pollSeconds} s.` : ' when its hook calls.'}{' '}
        Commit something, or push to it, and it appears here by itself:
      </p>
      <Command text={'git commit --allow-empty -m "Say hello to Signalbox"'} />
    </section>
  );
}

/** Older pushes are read when asked for, and stay. */
function useOlder(grid: Grid, branch: string | undefined) {
  return useMutation({
    mutationFn: () =>
      client.call('get-grid', {
        params: { repo: grid.repo.name },
        query: { branch, ...(grid.next === null ? {} : { cursor: grid.next }) },
      }),
    onSuccess: (older) => {
      queries.setQueryData(gridQuery(grid.repo.name, branch).queryKey, (old) => old && continued(old, older));
    },
    onError: (problem) => notify(problem.message, 'problem'),
  });
}

/** What the keys do to a job; kept in one place, so that the grid is not heard anew at every change. */
function useCommands(grid: Grid) {
  const router = route.useNavigate();
  const cancel = useCancelJob();
  const rerun = useRerunJob();
  const mayNot = useMayNot('act');
  const act = (
    id: number,
    whyNot: (job: JobBrief, mayNot: string | null) => string | null,
    go: (job: JobBrief) => void,
  ) => {
    const job = jobOf(grid, id);
    const reason = job ? whyNot(job, mayNot) : null;
    if (reason) notify(`${job?.name}: ${reason}`, 'problem');
    else if (job) go(job);
  };
  const commands: GridCommands = {
    open: (job, { toLog }) =>
      void router({ to: '/jobs/$job', params: { job: String(job) }, ...(toLog ? { hash: 'log' } : {}) }),
    rerun: (id) => act(id, whyNotRerun, (job) => rerun.mutate(job)),
    cancel: (id) => act(id, whyNotCancel, (job) => cancel.mutate(job)),
  };
  const latest = useRef(commands);
  Object.assign(latest.current, commands);
  return latest;
}

function onFocused(command: (job: number) => void): void {
  const job = focusedJob();
  if (job !== null) command(job);
}

function jobOf(grid: Grid, id: number): JobBrief | undefined {
  return grid.rows
    .flatMap((row) => row.pipelines)
    .flatMap((one) => one.jobs)
    .find((job) => job.id === id);
}

/** What a row of the grid shows. */
function jobsOf(row: PushDetail): JobBrief[] {
  return standingOf(row).flatMap((one) => one.jobs);
}

/** How many jobs each button would show, of those whose names fit. */
function countsOf(grid: Grid, filter: Filter): Record<Result, number> {
  const counts = { failed: 0, 'in-progress': 0, passed: 0, other: 0 };
  const jobs = grid.rows.flatMap(jobsOf);
  for (const name of Object.keys(results) as Result[]) {
    const alone: Filter = { words: filter.words, only: new Set([name]) };
    counts[name] = jobs.reduce((count, job) => count + (matches(job, alone) ? 1 : 0), 0);
  }
  return counts;
}
