// `signalbox results`, against a whole server: what failed first, filtered, for programs, and a run that told of none.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../test/kit/server.ts';
import { until } from '../../../test/kit/wait.ts';
import { openYard } from '../../server/test/http/yard.ts';
import { signalbox } from './kit.ts';

let house: TestServer;
let told: string;
let silent: string;

const tap = Buffer.from(
  'TAP version 14\n1..2\nok 1 - starts\nnot ok 2 - \u001b[31manswers\n  ---\n  message: no answer\n  ...\n',
);

beforeAll(async () => {
  house = await testServer();
  const yard = await openYard(house);
  const run = await yard.holdRun();
  await house.worker.call('put-artifact', {
    params: { run: run.runId, '*': 'smoke.tap' },
    headers: {
      'x-claim-id': run.claimId,
      'x-sha256': createHash('sha256').update(tap).digest('hex'),
      'x-results': 'tap',
    },
    body: tap,
  });
  await yard.finish(run, 'failed');
  const params = { run: run.runId };
  const isRead = async () => (await house.person.call('list-results', { params })).items.length === 2;
  await until('the results to be read', isRead, { seconds: 60 });
  told = String(run.jobId);
  const other = await yard.holdRun();
  await yard.finish(other, 'passed');
  silent = String(other.jobId);
}, 120_000);
afterAll(() => house?.stop());

const results = (...args: string[]) => signalbox(['results', ...args, '--server', house.address]);

test('what failed comes first with its message, no escape of it reaches the terminal, and the counts are last', async () => {
  const { stdout, code } = await results(told);
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n')).toEqual([
    'failed  answers',
    '    no answer',
    'passed  starts',
    '1 failed, 1 passed',
  ]);
  expect((await results(told, '--state', 'passed')).stdout).toBe('passed  starts\n1 failed, 1 passed\n');
});

test('for programs as JSON; a run without results says what to do', async () => {
  expect(JSON.parse((await results(told, '--json')).stdout)).toMatchObject({
    counts: { failed: 1, passed: 1 },
    items: [{ state: 'failed' }, { name: 'starts' }],
  });
  const { stdout, code } = await results(silent);
  expect(stdout).toContain('`results:` of a job names the files');
  expect(code).not.toBe(0);
});
