// `signalbox log` for a part of a log: lines, the end of it, and what is searched for, against a whole server.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../test/kit/server.ts';
import { type HeldRun, openYard, type Yard } from '../../server/test/http/yard.ts';
import { signalbox } from './kit.ts';

let house: TestServer;
let yard: Yard;
let timed: HeldRun;
let job: string;
let silent: string;
beforeAll(async () => {
  house = await testServer();
  yard = await openYard(house);
  const run = await yard.holdRun();
  await yard.appendLog(run, 'set up\n');
  await yard.appendLog(run, 'compile \u001b[31mError\u001b[0m: one\nlink\ntest\nerror two', { step: 1 });
  job = String(run.jobId);
  timed = await yard.holdRun();
  silent = String((await yard.submitJob('never-run')).jobId);
});
afterAll(() => house.stop());

const log = (...args: string[]) => signalbox(['log', ...args, '--server', house.address]);

test('--lines prints these lines of a step', async () => {
  expect(await log(job, '--step', '1', '--lines', '2-3', '--raw')).toEqual({
    code: 0,
    stdout: 'link\ntest\n',
    stderr: '',
  });
  const { code, stderr } = await log(job, '--step', '1', '--lines', '40-50');
  expect([code, stderr]).toEqual([3, expect.stringContaining('no line 40-50 in the log of step 1')]);
});

test('--tail prints the last lines, of more than one step when one has too few', async () => {
  expect((await log(job, '--tail', '2', '--raw')).stdout).toBe('test\nerror two');
  expect((await log(job, '--tail', '5', '--raw')).stdout).toMatch(/^set up\ncompile .*\nlink\ntest\nerror two$/);
  const { stdout } = await log(job, '--tail', '9', '--json');
  expect((JSON.parse(stdout) as { logs: { step: number }[] }).logs.map(({ step }) => step)).toEqual([0, 1]);
});

test('--times puts before each line when it was printed, of all, of some lines, and of those found; or says that nobody knows', async () => {
  const run = timed;
  const at = Date.parse('2026-11-23T15:00:00.000Z');
  const times = [
    { lines: 2, at },
    { lines: 1, at: at + 61_004 },
  ];
  const text = 'one\ntwo\n10 %\r50 %\r';
  await yard.appendLog(run, text, { head: { isInsideLine: false, state: '', times } });
  await yard.appendLog(run, '99 %\r\nlast', {
    offset: text.length,
    head: { isInsideLine: true, state: '', times: [{ lines: 1, at: at + 61_005 }] },
  });
  const printed = async (...args: string[]) => (await log(String(run.jobId), '--raw', ...args)).stdout;
  const [first, later, last] = ['00.000', '01.004', '01.005'];
  const mark = (minute: string, seconds: string) => `2026-11-23T15:${minute}:${seconds}Z `;
  const late = mark('01', later);
  const all = `${mark('00', first)}one\n${mark('00', first)}two\n${late}10 %\r${late}50 %\r${late}99 %\r\n${mark('01', last)}last`;
  expect(await printed('--times')).toBe(all);
  expect(await printed('--step', '0', '--lines', '2-3', '--times')).toBe(`${all.split('\n').slice(1, 3).join('\n')}\n`);
  expect(await printed('--tail', '1', '--times')).toBe(`${mark('01', last)}last`);
  expect(await printed('--grep', 'last', '--times')).toBe(`${mark('01', last)}last\n`);
  expect(await printed('--tail', '3', '--times', 'delta')).toMatch(
    /^ {10}- two\n {2}\+1:01\.004 10 %.*\n {5}\+0\.001 last$/s,
  );
  const told = JSON.parse(await printed('--json', '--times')) as { logs: { times: string[] }[] };
  expect(told.logs[0]!.times.map((time) => time.slice(14))).toEqual([
    '00:00.000Z',
    '00:00.000Z',
    '01:01.004Z',
    '01:01.005Z',
  ]);
  const old = await log(job, '--step', '1', '--tail', '1', '--raw', '--times', 'relative');
  expect([old.stdout, old.stderr]).toEqual(['          - error two', expect.stringContaining('is not known')]);
}, 120_000);

test('--grep prints the lines with their places, without the colours of others', async () => {
  expect((await log(job, '--grep', 'Error')).stdout).toBe('1:1: compile Error: one\n');
  expect((await log(job, '--grep', 'error', '--ignore-case')).stdout).toBe('1:1: compile Error: one\n1:4: error two\n');
  expect((await log(job, '--grep', '^(link|set).*', '--regex')).stdout).toBe('0:1: set up\n1:2: link\n');
  const { hits } = JSON.parse((await log(job, '--grep', 'link', '--json')).stdout) as { hits: { line: number }[] };
  expect(hits.map(({ line }) => line)).toEqual([2]);
});

test('when nothing is found that is said, with an exit code for scripts', async () => {
  expect(await log(job, '--grep', 'l.nk')).toEqual({ code: 3, stdout: '', stderr: 'No line holds "l.nk".\n' });
});

test('what makes no sense is told with what to do instead', async () => {
  const told = async (...args: string[]) => {
    const { code, stderr } = await log(...args);
    return [code, stderr.split('\n')[0]];
  };
  expect(await told(job, '--lines', '1-2')).toEqual([
    2,
    'error: --lines needs --step: each step counts its own lines.',
  ]);
  expect(await told(job, '--grep', 'x', '--follow')).toEqual([2, 'error: --follow and --grep exclude each other.']);
  expect(await told(job, '--regex')).toEqual([2, 'error: --regex and --ignore-case say how to search.']);
  expect(await told(job, '--tail', 'all')).toEqual([2, 'error: --tail is a number of lines, not "all".']);
  expect((await told(job, '--grep', '(', '--regex'))[0]).toBe(2);
  expect(await told(silent, '--grep', 'x')).toEqual([3, expect.stringContaining('has not run yet')]);
});
