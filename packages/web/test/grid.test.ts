// How jobs are laid out, folded, counted and filtered in the grid, and how the pages of a grid come together.
import type { Grid, PushDetail, Verdict } from '@signalbox/protocol';
import { describe, expect, test } from 'vitest';
import { filterOf, matches, toggled } from '../src/grid/filter.ts';
import { fold, layOut } from '../src/grid/fold.ts';
import { continued, laidOver, newestOf, standingOf, withJob } from '../src/grid/rows.ts';
import { summaryOf } from '../src/grid/summary.ts';
import { jobOf } from './job-of.ts';

const many = (count: number, verdict: Verdict, told: Parameters<typeof jobOf>[0] = {}) =>
  Array.from({ length: count }, (_, index) => jobOf({ verdict, name: `test-${index + 1}`, ...told }));

describe('folding', () => {
  test('many that passed are one count, each failure is seen', () => {
    const jobs = [...many(40, 'passed'), ...many(7, 'failed'), ...many(2, 'errored')];
    const { shown, folds } = fold(jobs, () => false);
    expect(shown.map((job) => job.verdict)).toEqual([...Array(7).fill('failed'), ...Array(2).fill('errored')]);
    expect(folds.map((one) => [one.stand, one.jobs.length])).toEqual([['passed', 40]]);
  });

  test('a few stay as they are, and an opened count too', () => {
    expect(fold(many(4, 'passed'), () => false).folds).toEqual([]);
    expect(fold(many(9, 'passed'), (stand) => stand === 'passed').shown).toHaveLength(9);
  });
});

describe('the layout', () => {
  test('has platforms by name, what names none last, and jobs in the order of their numbers', () => {
    const jobs = [
      jobOf({ platform: null, name: 'docs' }),
      jobOf({ platform: 'win-11', name: 'test-10', group: 'T' }),
      jobOf({ platform: 'win-2', name: 'test-1' }),
      jobOf({ platform: 'win-11', name: 'test-9', group: 'T' }),
    ];
    const rows = layOut(jobs);
    expect(rows.map((row) => row.platform)).toEqual(['win-2', 'win-11', null]);
    const cluster = rows[1]?.variants[0]?.clusters[0];
    expect(cluster?.label).toBe('T');
    expect(cluster?.shown.map((job) => job.name)).toEqual(['test-9', 'test-10']);
  });

  test('parts variants, and keeps what was planned first in front', () => {
    const jobs = [
      jobOf({ variant: 'opt', template: 'build', symbol: 'B' }),
      jobOf({ variant: 'debug', template: 'build', symbol: 'B' }),
      jobOf({ variant: 'debug', template: 'archive', symbol: 'A' }),
      jobOf({ variant: null, template: 'lint', symbol: 'L' }),
    ];
    const [row] = layOut(jobs);
    expect(row?.variants.map((section) => section.variant)).toEqual(['debug', 'opt', null]);
    expect(row?.variants[0]?.clusters.map((cluster) => cluster.shown[0]?.attributes.symbol)).toEqual(['B', 'A']);
  });

  test('opens one count and not its neighbours', () => {
    const jobs = [...many(9, 'passed', { platform: 'a' }), ...many(9, 'passed', { platform: 'b' })];
    const rows = layOut(jobs, new Set(['a//template test/passed']));
    expect(rows.map((row) => row.variants[0]?.clusters[0]?.shown.length)).toEqual([9, 0]);
  });
});

describe('the summary', () => {
  const text = (jobs: ReturnType<typeof jobOf>[]) =>
    summaryOf(jobs)
      .parts.map((part) => part.text)
      .join(' · ');

  test('says failures, progress, and what goes on', () => {
    const open = [...Array(12)].map(() => jobOf({ state: 'running' }));
    expect(text([...many(3, 'failed'), ...many(77, 'passed'), ...open])).toBe('3 failed · 86 % · 12 in progress');
  });

  test('says 100 only when all have ended', () => {
    expect(summaryOf([...many(999, 'passed'), jobOf({ state: 'ready' })]).percent).toBe(99);
    expect(text(many(5, 'passed'))).toBe('all 5 passed');
    expect(text([...many(1, 'failed'), ...many(2, 'skipped')])).toBe('1 failed · 2 skipped');
  });

  test('counts what is held apart: it goes on only when somebody answers or a place is free', () => {
    const open = [jobOf({ state: 'running' }), jobOf({ state: 'held' }), jobOf({ state: 'ready' })];
    expect(text([...many(1, 'passed'), ...open])).toBe('25 % · 2 in progress · 1 held');
    expect(text([...many(1, 'passed'), jobOf({ state: 'held' })])).toBe('50 % · 1 held');
    expect(summaryOf([...many(1, 'passed'), jobOf({ state: 'held' }), jobOf({ state: 'ready' })]).stand).toBe('held');
  });

  test('stands as its worst job', () => {
    expect(summaryOf([...many(1, 'failed'), jobOf({ state: 'running' })]).stand).toBe('failed');
    expect(summaryOf([...many(1, 'passed'), jobOf({ state: 'waiting' })]).stand).toBe('waiting');
    expect(summaryOf([...many(1, 'passed'), ...many(1, 'skipped')]).stand).toBe('passed');
  });
});

describe('the filter', () => {
  test('takes every word of a name, and any of the chosen results', () => {
    const filter = filterOf({ q: 'Linux  debug', only: 'failed,nonsense' });
    const named = (verdict: Verdict, name: string) => matches(jobOf({ verdict, name }), filter);
    expect(named('failed', 'test-linux-debug-1')).toBe(true);
    expect(named('errored', 'debug on linux')).toBe(true);
    expect(named('passed', 'test-linux-debug-1')).toBe(false);
    expect(named('failed', 'test-linux-opt')).toBe(false);
  });

  test('is written back into the address in one order', () => {
    expect(toggled(filterOf({ only: 'passed' }), 'failed')).toBe('failed,passed');
    expect(toggled(filterOf({ only: 'passed' }), 'passed')).toBeUndefined();
  });
});

describe('the rows', () => {
  const row = (id: number) => ({ push: { id }, pipelines: [] }) as unknown as PushDetail;
  const grid = (ids: number[], next: string | null) => ({ rows: ids.map(row), next }) as unknown as Grid;
  const ids = (one: Grid) => one.rows.map((detail) => detail.push.id);

  test('keep older pages under a fresh first one', () => {
    const loaded = continued(grid([9, 8, 7], '7'), grid([6, 5, 4], '4'));
    const fresh = laidOver(loaded, grid([11, 10, 9], '9'));
    expect(ids(fresh)).toEqual([11, 10, 9, 8, 7, 6, 5, 4]);
    expect(fresh.next).toBe('4');
  });

  test('are begun anew when more came than a page holds: a hole would be a lie', () => {
    const fresh = laidOver(grid([3, 2, 1], null), grid([99, 98, 97], '97'));
    expect(ids(fresh)).toEqual([99, 98, 97]);
    expect(fresh.next).toBe('97');
  });

  test('stand for a push by the newest of its plan, and by what programs submitted beside it', () => {
    const pipelines = (['push', 'api', 'manual', 'api'] as const).map((cause, index) => ({
      pipeline: { id: index + 1, cause },
      jobs: [],
    }));
    const detail = { push: { id: 2 }, pipelines } as unknown as PushDetail;
    expect(newestOf(detail)?.pipeline.id).toBe(3);
    expect(standingOf(detail).map((one) => one.pipeline.id)).toEqual([3, 2, 4]);
  });

  test('change where one job did, and nowhere else', () => {
    const job = jobOf({ pipelineId: 5 });
    const other = row(1);
    const pipeline = { id: 5, cause: 'push' };
    const detail = { push: { id: 2 }, pipelines: [{ pipeline, jobs: [job] }] } as unknown as PushDetail;
    const changed = withJob({ rows: [detail, other] } as unknown as Grid, { ...job, state: 'running' });
    expect(newestOf(changed.rows[0]!)?.jobs[0]?.state).toBe('running');
    expect(changed.rows[1]).toBe(other);
  });
});
