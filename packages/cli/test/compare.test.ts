// `signalbox compare` and `signalbox log --errors`, against a whole server with two runs of a lane: one that passed, one that failed.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../test/kit/server.ts';
import { type HeldRun, openYard } from '../../server/test/http/yard.ts';
import { signalbox } from './kit.ts';

let house: TestServer;
let green: HeldRun;
let red: HeldRun;
let alone: string;

const compiling = Array.from({ length: 30 }, (_, at) => `compiling file_${at}.c\n`);
const good = `began 12:00:01\n${compiling.join('')}linked in 3 s\nall is well\n`;
const swapped = compiling.toSpliced(10, 2, compiling[11]!, compiling[10]!);
const bad = `began 23:59:59\n${swapped.join('')}linked in 900 ms\na.c:1: error: \u001b[31mbad\u001b[0m\n`;

beforeAll(async () => {
  house = await testServer();
  const yard = await openYard(house);
  const build = async (text: string, verdict: 'passed' | 'failed') => {
    const run = await yard.holdRun();
    await yard.appendLog(run, text, { step: 1 });
    if (verdict === 'failed') {
      const body = {
        claimId: run.claimId,
        items: [
          {
            step: 1,
            line: 33,
            startByte: 5,
            text: 'a.c:1: error: bad',
            pattern: 'compiler',
            fingerprint: '0'.repeat(16),
          },
        ],
        stopped: [{ step: 1, line: 40, why: 'time' as const }],
      };
      await house.worker.call('report-error-lines', { params: { run: run.runId }, body });
    }
    await yard.finish(run, verdict, [0, Buffer.byteLength(text)]);
    return run;
  };
  green = await build(good, 'passed');
  red = await build(bad, 'failed');
  const other = await yard.submitJob('another');
  const order = (await yard.claim())!;
  alone = String(other.jobId);
  await yard.finish({ runId: order.runId, claimId: order.claimId, ...other }, 'passed', []);
});
afterAll(() => house.stop());

const run = (...args: string[]) => signalbox([...args, '--server', house.address]);

test('the first divergence comes first; what only times differ in, or the order, is not told', async () => {
  const { code, stdout, stderr } = await run('compare', String(red.jobId));
  expect(code).toBe(0);
  expect(stdout).toContain(`(job ${green.jobId}, attempt 1, passed)`);
  expect(stdout).toMatch(
    /\n {2}line 33, there 33\n {6}compiling file_28\.c\n {6}compiling file_29\.c\n {6}linked in 900 ms\n {4}- all is well\n {4}\+ a\.c:1: error: bad\n$/,
  );
  expect(stdout).not.toContain('file_10');
  expect(stderr).toMatch(/^\d more are of order only; --order shows them\.\n$/);
});

test('--order shows that too, --json all that is known', async () => {
  expect((await run('compare', String(red.jobId), '--order')).stdout).toContain('file_10.c');
  const { stdout } = await run('compare', String(red.jobId), '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    green: { jobId: green.jobId },
    chosen: 'branch',
    more: null,
    differences: [{ step: 1, line: 33, lines: 1, thereLines: 1, here: ['a.c:1: error: bad'] }],
  });
});

test('--with compares with another job; two that print the same are said to', async () => {
  const { stdout } = await run('compare', String(green.jobId), '--with', String(green.jobId));
  expect(stdout).toContain('as you asked');
  expect(stdout).toContain('They print the same, but for times, numbers, ids and directories.');
  expect((await run('compare', String(red.jobId), '--with', 'x')).code).toBe(2);
});

test('a lane that never passed otherwise has nothing to compare with', async () => {
  const { code, stdout } = await run('compare', alone);
  expect([code, stdout]).toEqual([3, expect.stringContaining('there is nothing to compare with')]);
});

test('log --errors prints the error lines with their places, and says where nobody has looked', async () => {
  expect(await run('log', String(red.jobId), '--errors')).toEqual({
    code: 0,
    stdout: '1:33: a.c:1: error: bad\n',
    stderr: 'Step 1 was not looked through from line 40 on: looking took too long.\n',
  });
  expect((await run('log', String(red.jobId), '--errors', '--raw')).stdout).toBe('a.c:1: error: bad\n');
  expect(JSON.parse((await run('log', String(red.jobId), '--errors', '--json')).stdout)).toMatchObject({
    items: [{ step: 1, line: 33 }],
  });
  const none = await run('log', String(green.jobId), '--errors');
  expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('No line looks like an error.')]);
  expect((await run('log', String(red.jobId), '--errors', '--follow')).code).toBe(2);
});
