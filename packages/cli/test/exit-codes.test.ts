// Exit codes: scripts rely on them.
import { type JobBrief, type ProblemCode, problems } from '@signalbox/protocol';
import { expect, test } from 'vitest';
import { exitCodeOfVerdict } from '../src/exit-codes.ts';
import { type Heard, listener, signalbox } from './kit.ts';

const problem = (code: ProblemCode) => [problems[code][0], { code, detail: `about ${code}`, status: 0 }] as const;

test.each([
  ['bad-request', 2],
  ['not-logged-in', 4],
  ['not-allowed', 4],
  ['job-not-found', 3],
  ['already-done', 5],
  ['bad-url', 2],
  ['too-many', 1],
  ['internal', 6],
  ['not-ready', 6],
] as const)('a server that answers %s ends the command with %i', async (name, code) => {
  const far = await listener(() => problem(name));
  const ran = await signalbox(['cancel', '7', '--server', far.url]);
  expect(ran.code).toBe(code);
  expect(ran.stderr).toContain(`about ${name}`);
  expect(ran.stdout).toBe('');
});

test('a secret that could not be struck out of logs is not sent, and the command says why', async () => {
  const far = await listener(() => problem('internal'));
  for (const stdin of ['4711\n', '   hunter2   \n']) {
    const ran = await signalbox(['secret', 'set', 'api', 'PIN', '--server', far.url], { stdin });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/The value has [47] characters; a secret has at least 8.\n.*struck out of logs/);
  }
  expect(far.heard).toEqual([]);
});

test('nobody there: 6, and what to do', async () => {
  const ran = await signalbox(['jobs', '--server', 'http://127.0.0.1:1']);
  expect(ran.code).toBe(6);
  expect(ran.stderr).toContain('signalbox start');
});

test('with --json an error is one line of JSON on stderr', async () => {
  const far = await listener(() => problem('not-logged-in'));
  const ran = await signalbox(['jobs', '--json', '--server', far.url]);
  expect(ran.code).toBe(4);
  expect(JSON.parse(ran.stderr)).toEqual({
    error: { code: 'not-logged-in', what: 'about not-logged-in', cure: expect.stringContaining('SIGNALBOX_TOKEN') },
  });
});

const reason = (code: 'step-failed' | 'job-timed-out' | 'step-silent' | 'need-failed') => ({ code, text: '' });

test.each([
  ['passed', null, 0],
  ['failed', reason('step-failed'), 10],
  ['errored', null, 11],
  ['cancelled', null, 12],
  ['failed', reason('job-timed-out'), 13],
  ['errored', reason('step-silent'), 13],
  ['skipped', reason('need-failed'), 10],
  ['skipped', null, 0],
] as const)('a job that is %s because of %o ends watch with %i', (verdict, why, code) => {
  expect(exitCodeOfVerdict(verdict, why)).toBe(code);
});

const job = (id: number, verdict: JobBrief['verdict'], why: JobBrief['reason']): Partial<JobBrief> => ({
  id,
  name: `job-${id}`,
  pool: 'default',
  state: 'done',
  verdict,
  reason: why,
  startedAt: null,
  finishedAt: null,
});
/** As a server of version 0.1 answers: without the warnings of its plan, and a newer command reads it all the same. */
const pipeline = (verdict: string, jobs: Partial<JobBrief>[], problemOf: unknown = null) => ({
  pipeline: { id: 3, buildId: '20260101000000', finishedAt: '2026-01-01T00:00:00.000Z', verdict, problem: problemOf },
  jobs,
});
const watching = async (answer: unknown) => {
  const far = await listener(({ path }: Heard) => (path.includes('/live') ? 'silent' : [200, answer]));
  return signalbox(['watch', '--pipeline', '3', '--server', far.url]);
};

test('a pipeline of which every failed job ran out of time ends watch with 13, else with its verdict', async () => {
  const slow = job(1, 'failed', reason('job-timed-out'));
  expect((await watching(pipeline('failed', [slow, job(2, 'passed', null)]))).code).toBe(13);
  expect((await watching(pipeline('failed', [slow, job(2, 'failed', reason('step-failed'))]))).code).toBe(10);
  expect((await watching(pipeline('passed', [job(2, 'passed', null)]))).code).toBe(0);
});

test('a pipeline that could not be planned ends watch with 10 and its mistakes', async () => {
  const mistake = { file: '.signalbox.yml', line: 3, column: 5, message: 'there is no key "stpes"', hint: 'steps?' };
  const ran = await watching(pipeline('failed', [], { kind: 'mistakes', mistakes: [mistake] }));
  expect(ran.code).toBe(10);
  expect(ran.stdout).toContain('.signalbox.yml:3:5: there is no key "stpes" steps?');
});
