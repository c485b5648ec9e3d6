// What those who run a server look at, and a database that breaks every connection again and again while it works.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Unreachable, type WorkOrder } from '@signalbox/protocol';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../../../test/kit/browser.ts';
import { repositoryRoot, startProcess } from '../../../../test/kit/programs.ts';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { ask, askJson } from './asking.ts';
import { openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;

beforeAll(async () => {
  house = await testServer({ SIGNALBOX_LOG_LEVEL: 'fatal' });
  yard = await openYard(house);
});
afterAll(() => house.stop());

test('a server that lives and can reach its database says so to everybody', async () => {
  expect((await ask(house.address, '/healthz')).json).toMatchObject({ status: 'alive' });
  expect((await ask(house.address, '/readyz')).json).toMatchObject({ status: 'ready' });
});

describe('the metrics', () => {
  const page = async () => (await ask(house.address, '/metrics')).text;
  const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/i;

  test('can be parsed, each with what it means, in base units', async () => {
    const run = await yard.holdRun();
    await yard.finish(run);
    await ask(house.address, '/api/v1/jobs/999');
    const lines = (await page()).split('\n').filter(Boolean);
    const named = new Set<string>();
    for (const line of lines) {
      const comment = /^# (HELP|TYPE) ([a-z0-9_:]+) .+$/.exec(line);
      if (comment) {
        named.add(comment[2]!);
        continue;
      }
      const parts = sample.exec(line);
      expect(parts, line).not.toBeNull();
      const name = parts![1]!;
      expect(name).toMatch(/^signalbox_/);
      expect(named.has(name) || named.has(name.replace(/_(bucket|sum|count)$/, '')), line).toBe(true);
      expect(Number.isNaN(Number(parts![3]!.replace('Inf', 'Infinity'))) && parts![3] !== 'Nan', line).toBe(false);
    }
    for (const name of [
      'signalbox_http_request_duration_seconds',
      'signalbox_database_queries_total',
      'signalbox_database_connections',
      'signalbox_jobs_ready',
      'signalbox_runs_open',
      'signalbox_claims_total',
      'signalbox_job_wait_seconds',
      'signalbox_runs_finished_total',
      'signalbox_process_resident_memory_bytes',
    ]) {
      expect(named).toContain(name);
    }
  });

  test('have labels in bounds: no id, no path, nothing that somebody asked for', async () => {
    await ask(house.address, '/api/v1/jobs/123456789');
    await ask(house.address, '/some/strange/place');
    await ask(house.address, '/archive/nothing/here');
    const text = await page();
    expect(text).toContain('endpoint="get-job",status="4xx"');
    expect(text).toContain('endpoint="page",status="4xx"');
    expect(text).not.toMatch(/123456789|strange|nothing\/here/);
    for (const line of text.split('\n')) {
      const labels = sample.exec(line)?.[2] ?? '';
      for (const [, label, value] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
        if (['le', 'quantile', 'version', 'major', 'minor', 'patch'].includes(label!)) continue;
        expect(value, line).not.toMatch(/^\d+$|[0-9a-f]{8}-[0-9a-f]{4}|\//);
      }
    }
  });
});

describe('the documentation of the API', () => {
  test('comes from this server alone', async () => {
    const { text, status } = await ask(house.address, '/docs');
    expect(status).toBe(200);
    const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
    expect(parts.length).toBeGreaterThan(3);
    for (const address of parts) {
      const whole = new URL(address, `${house.address}/docs`);
      expect([address, whole.origin]).toEqual([address, house.address]);
      expect([address, (await ask(house.address, whole.pathname)).status]).toEqual([address, 200]);
    }
  });

  test('can be read in a browser under its own policy', { timeout: 60_000 }, async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      const foreign: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith(house.address) && !request.url().startsWith('data:')) foreign.push(request.url());
      });
      await page.goto(`${house.address}/docs`);
      await page.getByText('/api/v1/repos/{repo}/grid').first().click();
      await page.getByText('Pushes, newest first, with all their jobs').first().waitFor();
      expect(foreign).toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

describe('a database that breaks its connections', () => {
  /** Ends every connection to the database of this test, from one beside it. */
  async function storm(): Promise<{ strike(): Promise<number>; end(): Promise<void> }> {
    const beside = new URL(house.database.url);
    const name = beside.pathname.slice(1);
    beside.pathname = '/postgres';
    const client = new pg.Client({ connectionString: beside.href });
    await client.connect();
    return {
      async strike() {
        const { rowCount } = await client.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
          [name],
        );
        return rowCount ?? 0;
      },
      end: () => client.end(),
    };
  }

  test('costs answers, never the server: each is right or says "try again"', { timeout: 60_000 }, async () => {
    const run = await yard.holdRun();
    const weather = await storm();
    const seen = new Map<number, number>();
    let isOver = false;
    const asks: (() => Promise<{ status: number; json: object }>)[] = [
      () => ask(house.address, '/api/v1/jobs'),
      () => ask(house.address, `/api/v1/jobs/${run.jobId}`),
      () => ask(house.address, '/readyz'),
      () => ask(house.address, '/metrics'),
      () => ask(house.address, '/archive/'),
      () => askJson(house.address, 'POST', '/api/v1/repos/yard/pushes', { branch: 'main' }),
      () => askJson(house.address, 'PUT', '/api/v1/repos/again', { url: '/nowhere/again.git', pollSeconds: 0 }),
    ];
    const wrong: string[] = [];
    const askOn = async (which: (typeof asks)[number]) => {
      while (!isOver) {
        const { status, json } = await which();
        seen.set(status, (seen.get(status) ?? 0) + 1);
        if (status >= 500 && status !== 503) wrong.push(`${status} ${JSON.stringify(json)}`);
      }
    };
    const asking = Promise.all(asks.map(askOn));
    for (let strikes = 0; strikes < 30; strikes++) {
      await weather.strike();
      const before = [...seen.values()].reduce((sum, count) => sum + count, 0);
      await until('some answers', () => [...seen.values()].reduce((sum, count) => sum + count, 0) > before + 5);
    }
    isOver = true;
    await asking;
    await weather.end();
    expect(wrong).toEqual([]);
    expect([...seen.keys()].filter((status) => ![200, 202, 503].includes(status))).toEqual([]);
    expect(seen.get(200)).toBeGreaterThan(10);
  });

  /** As a worker does: a claim that is answered with "try again" is asked again, by the same id. */
  async function claimThrough(claimId: string): Promise<WorkOrder | null> {
    for (;;) {
      const order = await yard.claim(20, claimId).catch((error: unknown) => {
        if (error instanceof Unreachable) return undefined;
        throw error;
      });
      if (order !== undefined) return order;
    }
  }

  test('goes by: afterwards claims, logs, verdicts and hints are as before', { timeout: 60_000 }, async () => {
    const waiting = claimThrough(randomUUID());
    const stream = await fetch(`${house.address}/api/v1/live?topics=workers,repos`);
    let heard = '';
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    const reading = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) heard += part.value;
    })();
    const weather = await storm();
    expect(await weather.strike()).toBeGreaterThan(0);
    await weather.end();
    await until('the database', async () => (await ask(house.address, '/readyz')).status === 200);
    // Whoever waits looks again by itself.
    const { jobId } = await until('a job', () => yard.submitJob());
    const order = (await waiting)!;
    expect(order.job.id).toBe(jobId);
    const held = { runId: order.runId, claimId: order.claimId, jobId, pipelineId: order.pipeline.id };
    await yard.appendLog(held, 'after the storm\n');
    await yard.finish(held, 'passed', [16]);
    await until(
      'the sealed log',
      async () => {
        const { logState } = await house.person.call('get-run', { params: { run: held.runId } });
        return logState === 'sealed';
      },
      { seconds: 20 },
    );
    await house.person.call('add-repo', {
      params: { repo: 'after' },
      body: { url: '/nowhere/after.git', pollSeconds: 0 },
    });
    await until('the hint', () => heard.includes('data: repos\n\n'));
    // The outbox hears again: a look was made, and says that there is nothing.
    await until('the look', async () => (await house.person.call('get-repo', { params: { repo: 'after' } })).problem, {
      seconds: 30,
    });
    await reader.cancel();
    await reading;
  });

  test('wakes who waited: a hint of another server comes through again', { timeout: 60_000 }, async () => {
    const weather = await storm();
    await weather.strike();
    await weather.end();
    const stream = await fetch(`${house.address}/api/v1/live?topics=job:424242`);
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    const client = new pg.Client({ connectionString: house.database.url });
    await client.connect();
    let heard = '';
    const reading = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) heard += part.value;
    })();
    await until('the hint', async () => {
      await client.query("select pg_notify('signalbox_live', 'another job:424242')");
      return heard.includes('data: job:424242');
    });
    await client.end();
    await reader.cancel();
    await reading;
  });
});

test('a server whose database is away lives, is not ready, and refuses by name', async () => {
  const other = await testServer({ SIGNALBOX_LOG_LEVEL: 'fatal' });
  const beside = new URL(other.database.url);
  const name = beside.pathname.slice(1);
  beside.pathname = '/postgres';
  const client = new pg.Client({ connectionString: beside.href });
  await client.connect();
  await client.query(`alter database ${name} with allow_connections false`);
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  expect((await ask(other.address, '/healthz')).status).toBe(200);
  const ready = await ask(other.address, '/readyz');
  expect([ready.status, ready.json['status']]).toEqual([503, 'not-ready']);
  const refused = await ask(other.address, '/api/v1/repos');
  expect([refused.status, refused.json['code'], refused.headers['retry-after']]).toEqual([503, 'not-ready', '1']);
  expect((await ask(other.address, '/metrics')).status).toBe(200);
  await client.query(`alter database ${name} with allow_connections true`);
  await until('the database', async () => (await ask(other.address, '/api/v1/repos')).status === 200);
  await client.end();
  await other.stop();
});

test('a server that cannot listen says why, and ends', async () => {
  const bin = join(repositoryRoot, 'packages/cli/bin/signalbox.js');
  const place = new URL(house.address).host;
  const serve = ['--import', 'tsx', '-C', 'source', bin, 'serve', '--listen', place, '--data', house.data];
  const program = startProcess(process.execPath, serve, {
    env: { DATABASE_URL: house.database.url, SIGNALBOX_LOG_LEVEL: 'error' },
  });
  expect(await program.ended).toEqual({ code: 1, signal: null });
  expect(program.output).toContain(`Cannot listen on ${place}: something else listens there`);
});
