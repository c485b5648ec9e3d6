// How a worker ends: drained, stopped, or killed; and what the next one on the machine makes of it.
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../../../test/kit/wait.ts';
import { processesWith } from './kit/processes.ts';
import { program, supervisorsOf } from './kit/program.ts';
import { textOf } from './kit/station.ts';
import { site } from './kit/worker.ts';

describe('a worker that is asked to stop', () => {
  test('finishes what it has, takes no more, and signs off', async () => {
    const own = await site();
    const { station } = own;
    const { child } = program(own);
    const run = station.submit({ steps: ['echo begin; until [ -e go ]; do sleep 0.05; done; echo end'] });
    await station.until('its first line', () => textOf(run, 1) === 'begin\n', 30);
    child.kill('SIGTERM');
    await station.until('the word that it drains', () => station.signOffs === 1);
    const next = station.submit({});
    const work = join(own.dataDir, 'runs', readdirSync(join(own.dataDir, 'runs'))[0]!, 'work');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(work, 'go'), '');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(run.finish?.verdict).toBe('passed');
    expect(textOf(run, 1)).toBe('begin\nend\n');
    expect(next.finish).toBeNull();
    expect(station.signOffs).toBe(2);
    const session = station.registered[0]?.session;
    expect(session).toMatch(/^[0-9a-f-]{36}$/);
    expect(station.signOffSessions).toEqual([session, session]);
  });

  test('while it registers anew keeps and finishes the run in hand', async () => {
    const { station, start } = await site({ firstRenewalMillis: 1 });
    const run = station.submit({ steps: ['echo begin; sleep 1; echo end'] });
    let isForgotten = false;
    station.fate = (id) => {
      if (isForgotten && id === 'claim') return 'not-found';
      return isForgotten && id === 'register-worker' ? 'not-ready' : 'answer';
    };
    const worker = await start({ capacity: 2 });
    await station.until('its first line', () => textOf(run, 1) === 'begin\n');
    isForgotten = true;
    await station.goAway();
    await station.comeBack();
    await station.until(
      'the registration',
      () => station.calls.filter(({ id }) => id === 'register-worker').length > 1,
    );
    await worker.stop();
    expect(run.finish?.verdict).toBe('passed');
  });

  test('gives back a run that came as it ended, once the server knows that it ends', async () => {
    const { station, start } = await site();
    const worker = await start();
    await station.until('a claim', () => station.calls.some(({ id }) => id === 'claim'));
    // The run is handed out, but the answer never arrives: each later claim is dropped until the sign-off.
    station.fate = (id) => (id === 'claim' && station.signOffs === 0 ? 'lose-answer' : 'answer');
    await station.goAway();
    await station.comeBack();
    const run = station.submit({ steps: ['echo never'] });
    await station.until('the hand-out', () => [...station.claims.values()].includes(run.order.runId));
    await worker.stop();
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'worker-stopped' } });
    expect(run.texts).toEqual([]);
    const order = station.calls.map(({ id }) => id);
    expect(order.lastIndexOf('claim')).toBeGreaterThan(order.indexOf('sign-off-worker'));
  });

  test('twice ends its runs as errored, so that they are tried again', async () => {
    const own = await site();
    const { station } = own;
    const { child } = program(own);
    const run = station.submit({ steps: ['echo begin; sleep 60'] });
    await station.until('its first line', () => textOf(run, 1) === 'begin\n', 30);
    child.kill('SIGINT');
    await station.until('the word that it drains', () => station.signOffs === 1);
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'worker-stopped' } });
    expect(readdirSync(join(own.dataDir, 'runs'))).toEqual([]);
  });

  test('ends also when no server was ever there', async () => {
    const own = await site();
    await own.station.goAway();
    const { child, said } = program(own);
    await until('its complaint', () => said.join('').includes('Trying again until it works'), { seconds: 20 });
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  test('while the server is away keeps the result on disk, and the next worker sends it', async () => {
    const own = await site();
    const { station, start, dataDir } = own;
    const { child } = program(own, { settings: { stopSeconds: 1 } });
    const run = station.submit({ steps: ['echo begin; until [ -e go ]; do sleep 0.05; done; echo end'] });
    await station.until('its first line', () => textOf(run, 1) === 'begin\n', 30);
    const directory = join(dataDir, 'runs', readdirSync(join(dataDir, 'runs'))[0]!);
    await station.goAway();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(directory, 'work', 'go'), '');
    await until('the result on disk', () => existsSync(join(directory, 'result.json')));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await station.comeBack();
    await start({ name: 'program' });
    await station.finished(run);
    expect(run.finish?.verdict).toBe('passed');
    expect(textOf(run, 1)).toBe('begin\nend\n');
    await until('the directory to go', () => readdirSync(join(dataDir, 'runs')).length === 0);
  });
});

describe('a worker that was killed together with its supervisor, as in a power cut,', () => {
  test('is cleared up after by the next: processes ended, the run given back, the directory gone', async () => {
    const own = await site();
    const { station, start, dataDir } = own;
    const word = `marker-${process.pid}-d`;
    const { child } = program(own);
    const run = station.submit({
      steps: [`setsid sh -c ': ${word}; while :; do sleep 1; done' & echo begin; sleep 60`],
    });
    await station.until('its first line', () => textOf(run, 1) === 'begin\n' && run.reports.length > 0, 30);
    for (const id of [child.pid!, ...supervisorsOf(dataDir)]) process.kill(id, 'SIGKILL');
    await once(child, 'exit');
    await start();
    await station.until('its end', () => run.finish !== null);
    expect(run.finish).toMatchObject({ verdict: 'errored', reason: { code: 'worker-stopped' } });
    expect(run.finish?.reason.text).toBe(
      'the worker process and the supervisor of its steps died in the middle of the run',
    );
    expect(run.finish?.steps.map(({ state }) => state)).toEqual(['passed', 'errored']);
    await until('the directory to go', () => readdirSync(join(dataDir, 'runs')).length === 0);
    if (process.platform === 'linux') expect(processesWith(word)).toEqual([]);
  });

  test('has its unsent log sent by the next, also when the server takes it late', async () => {
    const own = await site();
    const { station, start, dataDir } = own;
    const { child } = program(own);
    station.fate = (id) => (id === 'append-log' && !goesOn ? 'not-ready' : 'answer');
    let goesOn = false;
    const run = station.submit({ steps: ['echo begin; sleep 60'] });
    const runsDir = join(dataDir, 'runs');
    const isSpooled = () => readdirSync(runsDir).some((name) => existsSync(join(runsDir, name, 'spool')));
    await until('its log on disk', () => existsSync(runsDir) && isSpooled(), { seconds: 30 });
    for (const id of [child.pid!, ...supervisorsOf(dataDir)]) process.kill(id, 'SIGKILL');
    await once(child, 'exit');
    await start();
    await station.until('its end', () => run.finish !== null);
    expect(run.finish?.logBytes).toEqual([0, 6]);
    goesOn = true;
    await station.until('its log', () => textOf(run, 1) === 'begin\n');
  });

  test('leaves the runs of a living worker alone', async () => {
    const { station, start, dataDir } = await site();
    const run = station.submit({ steps: ['echo begin; sleep 1; echo end'] });
    await start();
    await station.until('its first line', () => textOf(run, 1) === 'begin\n');
    const other = await start({ name: 'worker-2' });
    await other.ready;
    await station.finished(run);
    expect(textOf(run, 1)).toBe('begin\nend\n');
    expect(readdirSync(join(dataDir, 'runs')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
});

describe('a worker whose token is not taken', () => {
  test('says so once, what to do, and goes on when it is', async () => {
    const { station, start, said } = await site();
    station.fate = (id, count) => (id === 'register-worker' && count < 5 ? 'not-logged-in' : 'answer');
    const run = station.submit({});
    await start();
    await station.finished(run);
    expect(said.filter((line) => line.includes('SIGNALBOX_TOKEN_FILE'))).toHaveLength(1);
  });

  test('shows its token in no log', async () => {
    const { station, start, said } = await site();
    const token = 'sbw_the-token-of-this-worker';
    const run = station.submit({ steps: [`echo ${token}; printf %s ${token} | base64; echo ${token.slice(0, 10)}`] });
    await start();
    await station.finished(run);
    expect(textOf(run, 1)).toMatch(/^\*\*\*\n\*\*\*.{0,4}\nsbw_the-to\n$/);
    expect(said.join('')).not.toContain(token);
  });
});
