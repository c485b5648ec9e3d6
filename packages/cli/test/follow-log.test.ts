// `signalbox log --follow` over a network that cuts: all of the log, once, and it ends with its run.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Link } from '../../../test/chaos/proxy.ts';
import { startProgram } from '../../../test/kit/programs.ts';
import { type TestServer, testServer } from '../../../test/kit/server.ts';
import { until } from '../../../test/kit/wait.ts';
import { openYard, type Yard } from '../../server/test/http/yard.ts';

let house: TestServer;
let link: Link;
let yard: Yard;
beforeAll(async () => {
  house = await testServer();
  yard = await openYard(house);
  link = new Link('cli', () => ({ host: '127.0.0.1', port: Number(new URL(house.address).port) }));
  await link.open();
});
afterAll(async () => {
  await link.close();
  await house.stop();
});

test('cut off again and again it prints every line once, of each step, and says how the run ended', async () => {
  const run = await yard.holdRun();
  const address = `http://127.0.0.1:${link.port}`;
  const following = startProgram(['log', String(run.jobId), '--follow', '--raw', '--server', address]);
  const printed = (text: string) => until(JSON.stringify(text), async () => following.stdout === text, { seconds: 60 });
  await yard.appendLog(run, 'set up\n');
  await printed('set up\n');
  link.cut();
  await yard.appendLog(run, 'one 🐎\n', { step: 1 });
  await printed('set up\none 🐎\n');
  link.turn({ kind: 'refuse' });
  await yard.appendLog(run, 'two\n', { step: 1, offset: 9 });
  link.turn({ kind: 'clear' });
  await printed('set up\none 🐎\ntwo\n');
  await yard.finish(run, 'passed', [7, 13]);
  expect(await following.ended).toMatchObject({ code: 0 });
  expect(following.stdout).toBe('set up\none 🐎\ntwo\n');
}, 120_000);

test('with times it prints each line behind its own, also one that comes in two parts', async () => {
  const run = await yard.holdRun();
  const at = Date.parse('2026-11-23T15:00:00.000Z');
  const following = startProgram(['log', String(run.jobId), '--follow', '--raw', '--times', '--server', house.address]);
  const printed = (text: string) => until(JSON.stringify(text), async () => following.stdout === text, { seconds: 60 });
  const head = { isInsideLine: false, state: '', times: [{ lines: 2, at }] };
  await yard.appendLog(run, 'one\ntw', { head });
  const mark = '2026-11-23T15:00:00.000Z';
  await printed(`${mark} one\n${mark} tw`);
  await yard.appendLog(run, 'o\nthree\n', {
    offset: 6,
    head: { ...head, isInsideLine: true, times: [{ lines: 1, at: at + 7 }] },
  });
  await printed(`${mark} one\n${mark} two\n2026-11-23T15:00:00.007Z three\n`);
  await yard.finish(run, 'passed', [14]);
  expect(await following.ended).toMatchObject({ code: 0 });
}, 120_000);
