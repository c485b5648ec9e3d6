// Holds metrics: names as Prometheus asks for, labels that cannot grow without end, a page that one failure does not empty.
import { expect, test } from 'vitest';
import { createMetrics, defineGroundMetrics } from '../../src/base/telemetry/index.ts';

const quiet = {
  process: false,
  onError: (error: unknown) => {
    throw error;
  },
};

test('counters, gauges and histograms appear on the page under their names', async () => {
  const metrics = createMetrics(quiet);
  const runs = metrics.counter({
    name: 'runs_finished_total',
    help: 'Runs.',
    labels: { verdict: ['passed', 'failed'] },
  });
  const bytes = metrics.counter({ name: 'log_bytes_total', help: 'Bytes.' });
  const waits = metrics.histogram({ name: 'job_wait_seconds', help: 'Waits.', buckets: [1, 10] });
  metrics.gauge({
    name: 'jobs_ready',
    help: 'Jobs.',
    labels: { pool: { atMost: 2 } },
    read: async (gauge) => gauge.set({ pool: 'linux' }, 3),
  });
  runs.add({ verdict: 'passed' });
  bytes.add({}, 4096);
  waits.observe({}, 5);
  const { text, contentType } = await metrics.page();
  expect(contentType).toMatch(/^text\/plain/);
  expect(text).toContain('signalbox_runs_finished_total{verdict="passed"} 1');
  expect(text).toContain('signalbox_log_bytes_total 4096');
  expect(text).toContain('signalbox_job_wait_seconds_bucket{le="10"} 1');
  expect(text).toContain('signalbox_jobs_ready{pool="linux"} 3');
});

test('a label never has more values than was said: the rest is counted as other', async () => {
  const metrics = createMetrics(quiet);
  const claims = metrics.counter({ name: 'claims_total', help: 'Claims.', labels: { pool: { atMost: 2 } } });
  for (let pool = 0; pool < 100; pool++) claims.add({ pool: `pool-${pool}` });
  claims.add({ pool: 'pool-1' });
  const series = (await metrics.page()).text.split('\n').filter((line) => line.startsWith('signalbox_claims_total{'));
  expect(series).toEqual([
    'signalbox_claims_total{pool="pool-0"} 1',
    'signalbox_claims_total{pool="pool-1"} 2',
    'signalbox_claims_total{pool="other"} 98',
  ]);
});

test('a gauge that cannot be read is left out and counted, the others are there', async () => {
  const errors: unknown[] = [];
  const metrics = createMetrics({ process: false, onError: (error) => errors.push(error) });
  let isAway = false;
  metrics.gauge({
    name: 'jobs_ready',
    help: 'Jobs.',
    read: async (gauge) => {
      if (isAway) throw new Error('the database is away');
      gauge.set({}, 1);
    },
  });
  const steady = metrics.gauge({ name: 'workers', help: 'Workers.' });
  steady.set({}, 5);
  expect((await metrics.page()).text).toContain('signalbox_jobs_ready 1');
  isAway = true;
  const failed = await metrics.page();
  expect(failed.text).not.toMatch(/^signalbox_jobs_ready \d/m);
  expect(failed.text).toContain('signalbox_workers 5');
  expect(failed.text).toContain('signalbox_metrics_unread_total{gauge="jobs_ready"} 1');
  expect(errors).toHaveLength(1);
  const pages = await Promise.all([metrics.page(), metrics.page(), metrics.page()]);
  expect(new Set(pages).size).toBe(1);
  expect(errors).toHaveLength(2);
});

test('a value that is gone is gone from the page as well', async () => {
  const metrics = createMetrics(quiet);
  let pools = ['linux', 'windows'];
  metrics.gauge({
    name: 'jobs_ready',
    help: 'Jobs.',
    labels: { pool: { atMost: 10 } },
    read: (gauge) => {
      for (const pool of pools) gauge.set({ pool }, 1);
    },
  });
  expect((await metrics.page()).text).toContain('pool="windows"');
  pools = ['linux'];
  expect((await metrics.page()).text).not.toContain('pool="windows"');
});

test('names that Prometheus would not like are refused at the start', () => {
  const metrics = createMetrics(quiet);
  const buckets = [1];
  expect(() => metrics.counter({ name: 'claims', help: '' })).toThrow('_total');
  expect(() => metrics.gauge({ name: 'claims_total', help: '' })).toThrow('for counters');
  expect(() => metrics.histogram({ name: 'wait_ms', help: '', buckets })).toThrow('base units');
  expect(() => metrics.histogram({ name: 'wait', help: '', buckets })).toThrow('_seconds or _bytes');
  expect(() => metrics.gauge({ name: 'signalbox_jobs', help: '' })).toThrow('already');
  expect(() => metrics.gauge({ name: 'jobs', help: '' }) && metrics.gauge({ name: 'jobs', help: '' })).toThrow();
});

test('requests, the database and the process itself are measured', async () => {
  const metrics = createMetrics({ ...quiet, process: true });
  const ground = defineGroundMetrics(metrics, ['claim', 'page']);
  ground.watchConnections({
    queue: { totalCount: 5, idleCount: 2, waitingCount: 1 },
    other: { totalCount: 3, idleCount: 3, waitingCount: 0 },
  });
  ground.queried();
  ground.answered('claim', 200, 0.004);
  ground.answered('/wp-login.php', 404, 0.001);
  const { text } = await metrics.page();
  expect(text).toContain('signalbox_http_request_duration_seconds_count{endpoint="claim",status="2xx"} 1');
  expect(text).toContain('signalbox_http_request_duration_seconds_count{endpoint="other",status="4xx"} 1');
  expect(text).toContain('signalbox_database_queries_total 1');
  expect(text).toContain('signalbox_database_connections{pool="queue",state="busy"} 3');
  expect(text).toContain('signalbox_database_connections{pool="queue",state="waiting"} 1');
  expect(text).toContain('signalbox_database_connections{pool="other",state="busy"} 0');
  expect(text).toMatch(/^signalbox_process_resident_memory_bytes \d+/m);
  expect(text).not.toContain('wp-login');
});
