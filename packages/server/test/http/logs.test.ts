// Logs over HTTP by lines and by what is in them: a whole server, its own sealing, and the same answers before and after.
import { gunzipSync, gzipSync } from 'node:zlib';
import { type LogFound, timesOf } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { sql } from '../../src/base/index.ts';
import { recordDefaults } from '../../src/record/index.ts';
import { ask } from './asking.ts';
import { type HeldRun, openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;
beforeAll(async () => {
  house = await testServer({ SIGNALBOX_LOG_READ_BYTES: '30' });
  yard = await openYard(house);
});
afterAll(() => house.stop());

/** Lines span its chunks, and the last one has no end. */
const chunks = ['one\ntw', 'o\nthree ERR', 'OR\nfour\n', 'five error'];
const whole = chunks.join('');

async function printed(): Promise<HeldRun> {
  const run = await yard.holdRun();
  let offset = 0;
  for (const text of chunks) {
    await yard.appendLog(run, text, { step: 1, offset });
    offset += text.length;
  }
  return run;
}

async function sealed(run: HeldRun): Promise<void> {
  await yard.finish(run, 'passed', [0, whole.length]);
  await until('the log to be sealed', async () => {
    return (await house.person.call('get-run', { params: { run: run.runId } })).logState === 'sealed';
  });
}

test('an answer of lines says when they were printed, and which colours were on; a proxy takes its headers', async () => {
  const run = await yard.holdRun();
  const at = 1_795_436_400_000;
  const first = Array.from({ length: 1000 }, (_, line) => `${line}\n`).join('');
  const times = Array.from({ length: 150 }, (_, part) => ({ lines: 7, at: at + part * 60 }));
  await yard.appendLog(run, first, { step: 1, head: { isInsideLine: false, state: '', times } });
  const head = { isInsideLine: false, state: '\u001b[1;31m', times: [{ lines: 2, at: at + 60_000 }] };
  await yard.appendLog(run, 'red\nred too\n', { step: 1, offset: first.length, head });
  const read = async (query: string) => {
    const { headers } = await ask(house.address, `/api/v1/runs/${run.runId}/steps/1/log?limit=8000&${query}`);
    return [headers['x-log-times'], headers['x-log-state']];
  };
  expect(await read('lines=1000-1002')).toEqual([`${at + 142 * 60} ${60_000 - 142 * 60}*2`, '']);
  expect(await read('tailLines=1')).toEqual([String(at + 60_000), '%1B%5B1%3B31m']);
  expect(await read('lines=2000-3000')).toEqual([undefined, undefined]);
  const all = await ask(house.address, `/api/v1/runs/${run.runId}/steps/1/log?limit=8000&lines=1-2000`);
  expect(JSON.stringify(all.headers).length).toBeLessThan(4000);
  expect(timesOf(String(all.headers['x-log-times']))).toHaveLength(1002);
});

test('lines are read by their numbers, before and after sealing, and the answer says which they are', async () => {
  const run = await printed();
  const read = async (query: string) => {
    const { status, text, headers } = await ask(house.address, `/api/v1/runs/${run.runId}/steps/1/log?${query}`);
    const said = ['first-line', 'last-line', 'lines', 'from', 'next', 'end', 'size'].map((name) =>
      Number(headers[`x-log-${name}`]),
    );
    return [status, text, ...said];
  };
  const compare = async () => {
    expect(await read('lines=2-3')).toEqual([200, 'two\nthree ERROR\n', 2, 3, 4, 4, 20, 20, 35]);
    expect(await read('lines=3')).toEqual([200, 'three ERROR\n', 3, 3, 4, 8, 20, 20, 35]);
    expect(await read('lines=5-900')).toEqual([200, 'five error', 5, 5, 4, 25, 35, 35, 35]);
    expect(await read('lines=6-9')).toEqual([200, '', 6, 5, 4, 35, 35, 35, 35]);
    expect(await read('tailLines=2')).toEqual([200, 'four\nfive error', 4, 5, 4, 20, 35, 35, 35]);
    expect(await read('lines=1-5&limit=6')).toEqual([200, 'one\ntw', 1, 2, 4, 0, 6, 35, 35]);
  };
  await compare();
  await sealed(run);
  await compare();
});

test('an answer is as long as it was asked for, else as the server is set, and says where to go on', async () => {
  const run = await printed();
  const read = async (query: string) => {
    const { text, headers } = await ask(house.address, `/api/v1/runs/${run.runId}/steps/1/log${query}`);
    return [text, headers['x-log-next']];
  };
  expect(await read('?from=0')).toEqual([whole.slice(0, 30), '30']);
  // Who names nothing means all of it.
  expect(await read('')).toEqual([whole, '35']);
  expect(await read('?from=30')).toEqual([whole.slice(30), '35']);
  expect(await read('?limit=34')).toEqual([whole.slice(0, 34), '34']);
  expect(await read('?lines=1-9')).toEqual([whole.slice(0, 30), '30']);
});

test('a search tells where it found what, before and after sealing, and goes on from where it stopped', async () => {
  const run = await printed();
  const params = { run: run.runId };
  const compare = async () => {
    const first = await house.person.call('search-log', {
      params,
      query: { text: 'error', ignoreCase: true, limit: 1 },
    });
    expect(first.hits).toEqual([
      {
        step: 1,
        line: 3,
        startByte: 8,
        text: 'three ERROR',
        textByte: 8,
        from: 6,
        to: 11,
        whole: true,
        printedAt: null,
      },
    ]);
    expect(first.more).not.toBeNull();
    const rest: LogFound = await house.person.call('search-log', {
      params,
      query: { text: 'error', ignoreCase: true, cursor: first.more! },
    });
    expect(rest).toMatchObject({ hits: [{ line: 5, from: 5, to: 10 }], more: null });
    const matched = await house.person.call('search-log', { params, query: { text: '^t.*e', regex: true, step: 1 } });
    expect(matched.hits.map(({ line, text }) => [line, text])).toEqual([[3, 'three ERROR']]);
    const exact = await house.person.call('search-log', { params, query: { text: 't.*e' } });
    expect(exact).toMatchObject({ hits: [], more: null, searchedBytes: whole.length });
  };
  await compare();
  await sealed(run);
  await compare();
});

test('more searches at once than a server takes wait for a place, and are refused after a while', async () => {
  const run = await printed();
  const { db } = house.database;
  const search = () => ask(house.address, `/api/v1/runs/${run.runId}/log/search?text=one`);
  let begun: ReturnType<typeof search>[] = [];
  await db.transaction(async (tx) => {
    // They have begun, and wait for this.
    await tx.query(sql`lock table log in access exclusive mode`);
    begun = Array.from({ length: recordDefaults.callerSearches }, search);
    await until('all of them to wait', async () => {
      const waiting = await db.query(sql`
        select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%sealed_log%'`);
      return waiting.length === begun.length;
    });
    expect(await search()).toMatchObject({ status: 429, json: { code: 'too-many' } });
    begun.push(search(), search());
  });
  // They stood for so long that they may say how to go on.
  for (const answer of begun) expect(await answer).toMatchObject({ status: 200 });
  expect((await search()).status).toBe(200);
});

test('what cannot be read or searched is refused with a reason', async () => {
  const run = await yard.holdRun();
  const refusal = async (path: string) => {
    const { status, json } = await ask(house.address, `/api/v1/runs/${path}`);
    return [status, json['code'], json['detail']];
  };
  const log = `${run.runId}/steps/0/log`;
  expect(await refusal(`${log}?lines=9-3`)).toEqual([400, 'bad-request', expect.stringContaining('smaller number')]);
  expect(await refusal(`${log}?lines=0-3`)).toEqual([400, 'bad-request', expect.stringContaining('lines')]);
  expect(await refusal(`${log}?lines=1-3&from=0`)).toEqual([400, 'bad-request', expect.stringContaining('exclude')]);
  expect(await refusal(`${log}?lines=1-3&tail=4`)).toEqual([400, 'bad-request', expect.stringContaining('exclude')]);
  const search = `${run.runId}/log/search`;
  expect(await refusal(`${search}?text=(&regex=true`)).toEqual([400, 'bad-request', expect.stringContaining('RE2')]);
  expect(await refusal(`${search}?text=a%0Ab`)).toEqual([400, 'bad-request', expect.stringContaining('text')]);
  expect(await refusal(search)).toEqual([400, 'bad-request', expect.stringContaining('text')]);
  expect(await refusal(`${search}?text=a&cursor=0.0`)).toEqual([400, 'bad-request', expect.stringContaining('cursor')]);
  expect(await refusal('999999/log/search?text=a')).toEqual([404, 'run-not-found', 'There is no run 999999.']);
});

test('all of a step is one file: with ranges while it grows and after, as text or as the members that its worker made', async () => {
  const run = await printed();
  const path = `/api/v1/runs/${run.runId}/steps/1/log`;
  const read = (headers: Record<string, string> = {}) => ask(house.address, path, { headers });
  const part = async (range: string, more: Record<string, string> = {}) => {
    const { status, text, headers } = await read({ range, ...more });
    return [status, text, headers['content-range']];
  };
  const compare = async () => {
    expect(await read()).toMatchObject({ status: 200, text: whole, headers: { 'accept-ranges': 'bytes' } });
    expect(await part('bytes=2-9')).toEqual([206, whole.slice(2, 10), 'bytes 2-9/35']);
    expect(await part('bytes=-6')).toEqual([206, ' error', 'bytes 29-34/35']);
    expect(await part('bytes=30-')).toEqual([206, whole.slice(30), 'bytes 30-34/35']);
    expect(await part('bytes=35-')).toEqual([416, '', 'bytes */35']);
  };
  await compare();
  expect((await read()).headers).toMatchObject({ 'cache-control': 'no-store' });
  await sealed(run);
  await compare();
  const { etag } = (await read()).headers;
  expect(etag).toMatch(/^"[^"]+"$/);
  expect((await read({ 'if-none-match': etag! })).status).toBe(304);
  expect(await part('bytes=2-9', { 'if-range': etag! })).toEqual([206, whole.slice(2, 10), 'bytes 2-9/35']);
  expect(await part('bytes=2-9', { 'if-range': '"another"' })).toEqual([200, whole, undefined]);
  // Not as a content coding: browsers and curl would decode the first member and end there.
  const coded = await fetch(`${house.address}${path}`, { headers: { 'accept-encoding': 'gzip' } });
  expect([coded.headers.get('content-encoding'), await coded.text()]).toEqual([null, whole]);
  const members = await fetch(`${house.address}${path}`, { headers: { accept: 'application/gzip' } });
  expect(members.headers.get('content-type')).toBe('application/gzip');
  const packed = Buffer.from(await members.arrayBuffer());
  expect(packed.equals(Buffer.concat(chunks.map((text) => gzipSync(text))))).toBe(true);
  expect(gunzipSync(packed).toString()).toBe(whole);
});
