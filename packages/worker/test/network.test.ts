// A worker and a network that fails: lost answers, a server that is away, claims that are lost, people who cancel.
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../../../test/kit/wait.ts';
import { textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

const digest = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

describe('a worker whose answers get lost', () => {
  test('does each run once, and its log arrives byte for byte', async () => {
    const { station, start } = await site({ logChunkBytes: 4_096, logMillis: 5 });
    // Two of three requests are lost in one way or another.
    station.fate = (_id, count) => (['lose-answer', 'drop', 'answer'] as const)[count % 3]!;
    const script = 'i=0; while [ $i -lt 3000 ]; do echo "line $i of a long log"; i=$((i+1)); done';
    const runs = [station.submit({ steps: [script] }), station.submit({ steps: [`${script} >&2`] })];
    await start();
    for (const run of runs) await station.finished(run);
    const expected = Array.from({ length: 3_000 }, (_, index) => `line ${index} of a long log\n`).join('');
    for (const run of runs) {
      expect(digest(run.texts[1]!)).toBe(digest(expected));
      expect(run.finish?.verdict).toBe('passed');
    }
    expect([...station.claims.values()].filter((runId) => runId !== null)).toEqual([1, 2]);
  });

  test('repeats the same claim until it is answered', async () => {
    const { station, start } = await site();
    station.fate = (id, count) => (id === 'claim' && count <= 3 ? 'lose-answer' : 'answer');
    const run = station.submit({});
    await start();
    await station.finished(run);
    expect([...station.claims.keys()].slice(0, 1)).toEqual([run.order.claimId]);
    expect(station.calls.filter(({ id }) => id === 'claim').length).toBeGreaterThan(3);
  });
});

describe('a server that has nothing and does not wait', () => {
  test('is not asked again at once', async () => {
    const { station, start } = await site();
    station.isDraining = true;
    await start();
    const claims = () => station.calls.filter(({ id }) => id === 'claim');
    await station.until('a second request', () => claims().length > 1);
    const [first, second] = claims();
    expect(second!.at - first!.at).toBeGreaterThan(900);
  });
});

describe('a server that goes away', () => {
  test('stops no step and loses no byte, also of a log larger than memory may hold', async () => {
    const { station, start, dataDir, said } = await site({ spoolMemoryBytes: 10_000, logChunkBytes: 8_192 });
    const script = [
      'echo begin',
      `until [ -e "$CI_WORKSPACE/go" ]; do sleep 0.05; done`,
      'head -c 3000000 /dev/urandom | base64',
      'echo middle; sleep 0.5; echo end',
    ].join('\n');
    const run = station.submit({ steps: [{ script }, 'echo next'], spec: { artifacts: [] } });
    await start();
    await station.until('its first line', () => textOf(run, 1) === 'begin\n');
    await station.goAway();
    const [name] = readdirSync(join(dataDir, 'runs'));
    const directory = join(dataDir, 'runs', name!);
    const { writeFile } = await import('node:fs/promises');
    await writeFile(join(directory, 'work', 'go'), '');
    await until('the result on disk', () => readdirSync(directory).includes('result.json'), { seconds: 15 });
    expect(readdirSync(join(directory, 'spool')).length).toBeGreaterThan(0);
    await station.comeBack();
    await station.finished(run);
    expect(run.finish?.verdict).toBe('passed');
    expect(textOf(run, 1)).toMatch(/^begin\n[\s\S]{4000000,}middle\nend\n$/);
    expect(run.finish?.logBytes[1]).toBe(run.texts[1]?.length);
    expect(textOf(run, 2)).toBe('next\n');
    await until('the directory to go', () => readdirSync(join(dataDir, 'runs')).length === 0);
    expect(said.filter((line) => line.includes('Trying again until it works')).length).toBeLessThan(5);
  });

  test('while nothing runs is found again', async () => {
    const { station, start } = await site();
    await start();
    await station.until('a claim', () => station.calls.some(({ id }) => id === 'claim'));
    await station.goAway();
    await station.comeBack();
    const run = station.submit({});
    await station.finished(run);
    expect(run.finish?.verdict).toBe('passed');
  });

  test('holds the output of a step when the spool is full, and drops nothing', async () => {
    const { station, start } = await site({ spoolBytes: 30_000, logChunkBytes: 4_096 });
    const run = station.submit({
      steps: [{ script: 'echo begin; head -c 400000 /dev/urandom | base64', silentSeconds: 1 }],
    });
    station.fate = (id) => (id === 'append-log' && !goesOn ? 'not-ready' : 'answer');
    let goesOn = false;
    await start();
    await station.until('many refusals', () => station.calls.filter(({ id }) => id === 'append-log').length > 12);
    expect(run.finish).toBeNull();
    goesOn = true;
    await station.finished(run);
    expect(run.finish?.verdict).toBe('passed');
    expect(run.texts[1]?.length).toBeGreaterThan(500_000);
  });

  test('that has another beside it is replaced by that one', async () => {
    const first = await site();
    const second = await site();
    const run = second.station.submit({ steps: ['echo hello'] });
    await first.station.goAway();
    await second.start({ servers: [first.station.address, second.station.address] });
    await second.station.finished(run);
    expect(textOf(run, 1)).toBe('hello\n');
  });

  test('and has forgotten the worker is told of it again', async () => {
    const { station, start } = await site();
    station.fate = (id, count) => (id === 'claim' && count === 1 ? 'not-found' : 'answer');
    const run = station.submit({});
    await start();
    await station.finished(run);
    expect(station.registered).toHaveLength(2);
  });
});

describe('the claim of a run', () => {
  test('is renewed early and while it lasts, and a cancel ends it at once', async () => {
    const { station, start } = await site();
    const run = station.submit({ steps: ['echo begin; sleep 60', { script: 'echo never', always: true }] });
    await start();
    await station.until('its first line', () => textOf(run, 1) === 'begin\n' && run.renewals > 0);
    const cancelledAt = performance.now();
    station.cancel(run, { code: 'cancelled-by-person', text: 'cancelled by Ada' });
    await station.finished(run);
    expect(performance.now() - cancelledAt).toBeLessThan(3_000);
    expect(run.finish).toMatchObject({ verdict: 'cancelled', reason: { text: 'cancelled by Ada' } });
    expect(run.finish?.steps.map(({ state }) => state)).toEqual(['passed', 'cancelled', 'skipped']);
  });

  test('once lost is written to no more: its processes end, its spool goes', async () => {
    const { station, start, dataDir } = await site();
    const run = station.submit({ steps: ['echo begin; sleep 60 & wait'] });
    const next = station.submit({ steps: ['echo next'] });
    await start();
    await station.until('its first line', () => textOf(run, 1) === 'begin\n' && run.renewals > 0);
    station.lose(run);
    await station.finished(next);
    expect(run.finish).toBeNull();
    await until('the directory to go', () => readdirSync(join(dataDir, 'runs')).length === 0);
  });

  test('that has ended is not taken for lost when the answer to its verdict was lost: its log still arrives', async () => {
    const { station, start } = await site({ finishWaitMillis: 0, renewWaitSeconds: 1 });
    const run = station.submit({ steps: ['echo begin; sleep 0.3; echo end'] });
    station.fate = (id, count) => {
      if (id === 'finish' && count < 3) return 'lose-answer';
      return id === 'append-log' && run.finishes < 3 ? 'not-ready' : 'answer';
    };
    await start();
    await station.finished(run);
    expect(run.finishes).toBe(3);
    expect(textOf(run, 1)).toBe('begin\nend\n');
  });

  test('is renewed for all runs of the worker in one call', async () => {
    const { station, start } = await site();
    const runs = [1, 2, 3].map(() => station.submit({ steps: ['sleep 1'] }));
    await start({ capacity: 3 });
    await station.until('all to be renewed', () => runs.every(({ renewals }) => renewals > 0));
    for (const run of runs) await station.finished(run);
    const renewals = station.calls.filter(({ id }) => id === 'renew').length;
    expect(renewals).toBeLessThan(8);
  });
});

describe('a log that comes fast', () => {
  test('gathers between two requests, and all of it arrives', async () => {
    const { station, start } = await site({ logChunkBytes: 4_096, logGatherMillis: 400 });
    const line = 'x'.repeat(99);
    const script = `line=$(printf '%099d' 0 | tr 0 x); for i in $(seq 60); do for j in $(seq 100); do echo "$line"; done; sleep 0.02; done`;
    const run = station.submit({ steps: [script] });
    await start();
    await station.finished(run, 60);
    expect(textOf(run, 1)).toBe(`${line}\n`.repeat(6_000));
    const sent = station.calls.filter(({ id }) => id === 'append-log');
    const millis = sent.at(-1)!.at - sent[0]!.at;
    // 150 chunks; one for the set-up, one for what the end brings, and those that were full of chunks.
    expect(sent.length).toBeLessThanOrEqual(millis / 400 + 2 + 150 / 64);
  });
});

describe('a log that somebody reads', () => {
  test('arrives within a quarter of a second, also the end of a line that is not finished', async () => {
    const { station, start } = await site({ logMillis: 5_000, logWatchedMillis: 125 });
    const run = station.submit({
      steps: ['for i in 1 2 3 4 5 6; do printf "line $i\\nhalf"; date +%s%N; sleep 0.3; done'],
    });
    await start();
    await station.until('renewal', () => run.renewals > 0);
    station.watch(run);
    await station.finished(run);
    expect(run.arrivals.length).toBeGreaterThanOrEqual(4);
    expect(textOf(run, 1)).toMatch(/^(line \d\nhalf\d+\n){6}$/);
  });

  test('from its beginning leaves with the first report of a step, before the run is renewed', async () => {
    const { station, start, dataDir } = await site({ firstRenewalMillis: 60_000, logMillis: 60_000 });
    const run = station.submit({ steps: ['echo begin; until [ -e go ]; do sleep 0.05; done; echo end'] });
    station.watch(run);
    await start();
    await station.until('its first line', () => textOf(run, 1) === 'begin\n');
    expect([run.renewals, run.finish]).toEqual([0, null]);
    const [name] = readdirSync(join(dataDir, 'runs'));
    writeFileSync(join(dataDir, 'runs', name!, 'work', 'go'), '');
    await station.finished(run);
  });

  test('makes no renewal hurry: what the worker knows already is no news', async () => {
    const { station, start } = await site();
    const run = station.submit({ steps: ['echo begin; sleep 1.5'] });
    await start();
    await station.until('renewal', () => run.renewals > 0);
    station.watch(run);
    await station.finished(run);
    expect(run.renewals).toBeLessThan(5);
  });

  test('and one that nobody reads is gathered', async () => {
    const { station, start } = await site({ logMillis: 5_000 });
    const run = station.submit({ steps: ['for i in 1 2 3 4; do echo "line $i"; sleep 0.1; done'] });
    await start();
    await station.finished(run);
    expect(run.arrivals).toHaveLength(1);
  });

  test('tells of its steps while they run', async () => {
    const { station, start } = await site();
    const run = station.submit({ steps: [{ name: 'long', script: 'sleep 0.5' }, 'true'] });
    await start();
    await station.finished(run);
    const [first] = run.reports;
    expect(first?.map(({ name, state }) => [name, state])).toContainEqual(['long', 'running']);
  });
});
