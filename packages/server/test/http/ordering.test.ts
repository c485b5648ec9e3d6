// Who comes next, by real calls: jobs of one's own, gates, priorities, pauses, groups, pools and holds, and what of it is in the audit.
import { randomUUID } from 'node:crypto';
import type { JobSubmission, PipelineSubmission } from '@signalbox/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { sql } from '../../src/base/index.ts';
import { ask, askJson } from './asking.ts';
import { openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;
beforeAll(async () => {
  house = await testServer();
  yard = await openYard(house);
});
afterAll(() => house.stop());

const step = [{ script: 'true' }];
const plain = (name: string, more: Partial<JobSubmission> = {}): JobSubmission => ({ name, steps: step, ...more });
const submit = (jobs: JobSubmission[], more: Partial<PipelineSubmission> = {}, push = yard.pushId) =>
  house.person.call('submit-pipeline', { params: { push }, body: { requestId: randomUUID(), jobs, ...more } });
const state = async (pipeline: number) =>
  Object.fromEntries(
    (await house.person.call('get-pipeline', { params: { pipeline } })).jobs.map((job) => [
      job.name,
      job.verdict ?? job.state,
    ]),
  );
const audited = async (action: string) =>
  (
    await house.database.db.query<{ target: string; detail: object; actor: string }>(sql`
      select subject as target, detail, actor from audit where action = ${action} order by id desc limit 1`)
  )[0];
/** What a body that somebody wrote by hand is answered with. */
const refusal = async (method: string, path: string, body: unknown) => {
  const { status, json } = await askJson(house.address, method, `/api/v1${path}`, body);
  return { status, code: json['code'], detail: json['detail'] };
};
const bad = { status: 400, code: 'bad-request' };
const pushAt = async (branch: string) =>
  (
    await house.database.db.query<{ id: number }>(sql`
      insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
      values (${yard.repoId}, ${branch}, 'forward', ${'b'.repeat(40)}, 'Ada', 'Change', 'Change', '[]', 1, now()) returning id`)
  )[0]!.id;

describe('submit-pipeline', () => {
  test('makes the jobs, and a repeat of the request gives the same ones', async () => {
    const requestId = randomUUID();
    const jobs = [plain('a'), plain('b', { needs: ['a'] })];
    const first = await submit(jobs, { requestId });
    expect(first.jobs.map((job) => job.name)).toEqual(['a', 'b']);
    expect(await submit(jobs, { requestId })).toEqual(first);
    expect(await state(first.pipelineId)).toEqual({ a: 'ready', b: 'waiting' });
    expect(await audited('pipeline.submit')).toMatchObject({
      target: `pipeline ${first.pipelineId}`,
      detail: { push: yard.pushId, jobs: 2 },
    });
    await house.person.call('cancel-pipeline', { params: { pipeline: first.pipelineId } });
  });

  test('fills in what its caller left out, as the plan of a tree would', async () => {
    const { pipelineId } = await submit([plain('usual')]);
    const order = (await yard.claim())!;
    expect(order.spec).toMatchObject({
      steps: [{ name: 'Step 1', script: 'true', shell: 'sh', always: false, mayFail: false, timeoutSeconds: 3600 }],
      checkout: true,
      artifacts: [],
      timeoutSeconds: 3600,
    });
    await yard.finish({ runId: order.runId, claimId: order.claimId, jobId: order.job.id, pipelineId });
    expect(await state(pipelineId)).toEqual({ usual: 'passed' });
  });

  const path = () => `/pushes/${yard.pushId}/submissions`;
  const asked = (job: object) => ({ requestId: randomUUID(), jobs: [{ name: 'a', steps: step, ...job }] });
  test.each([
    ['a need that is not there', { needs: ['nowhere'] }, /needs "nowhere", which is not in the pipeline/],
    ['a circle', { needs: ['a'] }, /circle: a → a/],
    ['a gate with steps', { order: { gate: 'Ship?' } }, /"a" is a gate: it runs nothing/],
    ['a priority beyond the limits', { order: { priority: 101 } }, /priority/],
    ['a time that is none', { order: { notBefore: 'tomorrow' } }, /notBefore/],
    ['a day that no calendar has', { order: { notBefore: '2026-02-31T00:00:00.000Z' } }, /notBefore/],
    ['a delay without end', { order: { delaySeconds: 1e12 } }, /delaySeconds/],
    ['a group whose name nobody could write', { order: { concurrencyGroup: 'g'.repeat(201) } }, /concurrencyGroup/],
    ['a character that no database keeps', { env: { A: 'a\u0000b' } }, /\\u0000|NUL|character/i],
  ])('refuses %s', async (_what, job, says) => {
    const answer = await refusal('POST', path(), asked(job));
    expect(answer).toMatchObject(bad);
    expect(answer.detail).toMatch(says);
  });

  test('refuses two jobs of one name, a cause that is not for programs, and a push that is not there', async () => {
    const twins = { requestId: randomUUID(), jobs: [plain('a'), plain('a')] };
    expect(await refusal('POST', path(), twins)).toMatchObject({ ...bad, detail: /same name/ });
    expect(await refusal('POST', path(), { ...asked({}), cause: 'push' })).toMatchObject(bad);
    expect(await refusal('POST', '/pushes/999999/submissions', asked({}))).toMatchObject({ status: 404 });
  });
});

describe('the order of what comes by calls', () => {
  test('is by the level of its branch, which the repository says, then by the cause', async () => {
    const levels = [
      { pattern: 'release/*', level: 3 },
      { pattern: 'old/**', level: 1 },
    ];
    const repo = await house.person.call('add-repo', {
      params: { repo: 'leveled' },
      body: { url: house.data, pollSeconds: 0, branchLevels: levels },
    });
    expect(repo.branchLevels).toEqual(levels);
    await house.database.db.query(sql`
      update repo set branch_levels = (select branch_levels from repo where name = 'leveled'), default_branch = 'main'
      where id = ${yard.repoId}`);
    const at = async (branch: string, more: Partial<PipelineSubmission> = {}) =>
      submit([plain(`${more.cause ?? 'api'} ${branch}`)], more, await pushAt(branch));
    await at('try', { cause: 'try', person: 'ada' });
    await at('feature');
    await at('main');
    await at('release/9');
    await at('feature', { cause: 'release' });
    const names: string[] = [];
    for (let order = await yard.claim(0); order; order = await yard.claim(0)) {
      names.push(order.job.name);
      const held = { runId: order.runId, claimId: order.claimId, jobId: order.job.id, pipelineId: order.pipeline.id };
      await yard.finish(held);
    }
    expect(names).toEqual(['release feature', 'api release/9', 'api main', 'api feature', 'try try']);
    await house.person.call('remove-repo', { params: { repo: 'leveled' } });
  });

  test('levels stay as they are when a repository is registered again without them, and may be taken away', async () => {
    const add = (branchLevels?: { pattern: string; level: number }[]) =>
      house.person.call('add-repo', {
        params: { repo: 'again' },
        body: { url: house.data, pollSeconds: 0, ...(branchLevels && { branchLevels }) },
      });
    expect((await add()).branchLevels).toEqual([]);
    const levels = [{ pattern: 'stable', level: 3 }];
    await add(levels);
    expect((await add()).branchLevels).toEqual(levels);
    expect(await audited('repo.add')).toMatchObject({ detail: { branchLevels: ['stable=3'] } });
    expect((await add([])).branchLevels).toEqual([]);
    const path = '/repos/again';
    for (const level of [0, 4, 1.5, 'high']) {
      expect(await refusal('PUT', path, { url: house.data, branchLevels: [{ pattern: 'a', level }] })).toMatchObject(
        bad,
      );
    }
    expect(await refusal('PUT', path, { url: house.data, branchLevels: [{ pattern: '', level: 1 }] })).toMatchObject(
      bad,
    );
    await house.person.call('remove-repo', { params: { repo: 'again' } });
  });
});

describe('add-jobs and close-pipeline', () => {
  const add = (pipeline: number, jobs: JobSubmission[]) =>
    house.person.call('add-jobs', { params: { pipeline }, body: { jobs } });
  const close = (pipeline: number) => house.person.call('close-pipeline', { params: { pipeline } });

  test('jobs are added until it is closed; what comes twice is passed over', async () => {
    const { pipelineId } = await submit([], { keepOpen: true });
    const first = await add(pipelineId, [plain('a')]);
    expect(await add(pipelineId, [plain('a')])).toEqual(first);
    const more = await add(pipelineId, [plain('a'), plain('b', { needs: ['a'] })]);
    expect(more.jobs.map((job) => job.name)).toEqual(['a', 'b']);
    expect(more.jobs[0]?.id).toBe(first.jobs[0]?.id);
    await close(pipelineId);
    await close(pipelineId);
    expect(await audited('pipeline.close')).toMatchObject({ target: `pipeline ${pipelineId}` });
    await expect(add(pipelineId, [plain('c')])).rejects.toMatchObject({ code: 'cannot-add' });
    await house.person.call('cancel-pipeline', { params: { pipeline: pipelineId } });
  });

  test('many callers at once, one of them wrong: only that one is refused', async () => {
    const { pipelineId } = await submit([], { keepOpen: true });
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        add(pipelineId, [plain(`job${index}`, index === 4 ? { needs: ['nowhere'] } : {})]),
      ),
    );
    expect(answers.filter((answer) => answer.status === 'rejected')).toMatchObject([
      { reason: { code: 'bad-request' } },
    ]);
    expect(Object.keys(await state(pipelineId)).length).toBe(9);
    await close(pipelineId);
    await house.person.call('cancel-pipeline', { params: { pipeline: pipelineId } });
  });

  test('of a pipeline that is not there is refused', async () => {
    await expect(add(999_999, [plain('a')])).rejects.toMatchObject({ code: 'not-found' });
    await expect(close(999_999)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('raise-job', () => {
  test('moves a job ahead, says its priority, and is in the audit', async () => {
    const { jobs, pipelineId } = await submit([plain('a'), plain('b')]);
    const raise = (job: number, priority: number) =>
      house.person.call('raise-job', { params: { job }, body: { priority } });
    expect(await raise(jobs[1]!.id, 7)).toMatchObject({ name: 'b', priority: 7, state: 'ready' });
    expect(await raise(jobs[1]!.id, 7)).toMatchObject({ priority: 7 });
    expect(await audited('job.raise')).toMatchObject({ target: `job ${jobs[1]!.id}`, detail: { priority: 7 } });
    const order = (await yard.claim())!;
    expect(order.job.name).toBe('b');
    await house.person.call('cancel-pipeline', { params: { pipeline: pipelineId } });
    await yard.finish({ runId: order.runId, claimId: order.claimId, jobId: order.job.id, pipelineId });
    await expect(raise(jobs[0]!.id, 1)).rejects.toMatchObject({ code: 'already-done' });
    await expect(raise(999_999, 1)).rejects.toMatchObject({ code: 'job-not-found' });
    expect(await refusal('POST', `/jobs/${jobs[0]!.id}/raise`, { priority: 1.5 })).toMatchObject(bad);
  });
});

describe('answer-gate', () => {
  const answer = (job: number, said: 'approve' | 'reject', comment?: string) =>
    house.person.call('answer-gate', { params: { job }, body: { answer: said, ...(comment && { comment }) } });
  const submitGate = async () => {
    const { jobs, pipelineId } = await submit([
      { name: 'ask', steps: [], order: { gate: 'Ship it?' } },
      plain('ship', { needs: ['ask'] }),
    ]);
    return {
      gate: jobs.find((job) => job.name === 'ask')!.id,
      ship: jobs.find((job) => job.name === 'ship')!.id,
      pipelineId,
    };
  };

  test('approves or rejects once; a repeat changes nothing, another answer is refused', async () => {
    const { gate, ship, pipelineId } = await submitGate();
    expect(await answer(gate, 'approve', 'well')).toMatchObject({ gate: 'Ship it?', verdict: 'passed' });
    await answer(gate, 'approve');
    expect(await audited('gate.approve')).toMatchObject({ target: `job ${gate}`, detail: { comment: 'well' } });
    await expect(answer(gate, 'reject')).rejects.toMatchObject({ code: 'already-done' });
    await expect(answer(ship, 'approve')).rejects.toMatchObject({ code: 'not-a-gate' });
    await expect(answer(999_999, 'approve')).rejects.toMatchObject({ code: 'job-not-found' });
    expect(await state(pipelineId)).toEqual({ ask: 'passed', ship: 'ready' });
    await house.person.call('cancel-pipeline', { params: { pipeline: pipelineId } });
  });

  test('a rejection ends the pipeline as failed', async () => {
    const { gate, pipelineId } = await submitGate();
    await answer(gate, 'reject');
    expect(await state(pipelineId)).toEqual({ ask: 'failed', ship: 'skipped' });
    expect(await audited('gate.reject')).toMatchObject({ detail: { comment: null } });
    expect(await refusal('POST', `/jobs/${gate}/answer`, { answer: 'maybe' })).toMatchObject(bad);
  });
});

describe('pause and resume', () => {
  const pauses = async () => (await house.person.call('list-pauses', {})).items;

  test('a pause is listed with who and why, once however often it is said, and gone after its end', async () => {
    const target = { kind: 'pool', pool: 'default' } as const;
    const first = await house.person.call('pause', { body: { ...target, reason: 'power' } });
    const again = await house.person.call('pause', { body: { ...target, reason: 'still power' } });
    expect(again).toMatchObject({ id: first.id, reason: 'still power', pool: 'default', repo: null });
    expect(await audited('order.pause')).toMatchObject({ target: 'pool default', detail: { reason: 'still power' } });
    expect(await pauses()).toMatchObject([{ id: first.id, by: again.by }]);
    const { pipelineId, jobs } = await submit([plain('a')]);
    expect(await yard.claim(0)).toBeNull();
    const waiting = yard.claim(20);
    await house.person.call('resume', { params: { pause: first.id } });
    const order = (await waiting)!;
    expect(order.job.id).toBe(jobs[0]!.id);
    await yard.finish({ runId: order.runId, claimId: order.claimId, jobId: order.job.id, pipelineId });
    await house.person.call('resume', { params: { pause: first.id } });
    expect(await audited('order.resume')).toMatchObject({ target: 'pool default', detail: { reason: 'still power' } });
    expect(await pauses()).toEqual([]);
  });

  test('what is not said, or not there, is told', async () => {
    const put = (body: object) => refusal('PUT', '/pauses', { reason: 'r', ...body });
    expect(await put({ kind: 'pool' })).toMatchObject({ ...bad, detail: /which pool/ });
    expect(await put({ kind: 'lane', repo: 'yard', branch: 'main' })).toMatchObject({ ...bad, detail: /which lane/ });
    expect(await put({ kind: 'branch', repo: 'none', branch: 'main' })).toMatchObject({ code: 'repo-not-found' });
    expect(await put({ kind: 'worker', pool: 'a' })).toMatchObject(bad);
    expect(await put({ kind: 'pool', pool: 'default', reason: '' })).toMatchObject(bad);
    expect(await put({ kind: 'branch', repo: 'yard', branch: 'a\u0000b' })).toMatchObject(bad);
    expect(await pauses()).toEqual([]);
  });
});

describe('set-group and list-groups', () => {
  const set = (group: string, slots: number) =>
    house.person.call('set-group', { params: { repo: 'yard', group }, body: { slots } });

  test('a limit is set also before the first job comes, and read live', async () => {
    expect(await set('deploy/prod', 2)).toMatchObject({ name: 'deploy/prod', slots: 2, taken: 0, waiting: 0 });
    const order = { concurrencyGroup: 'deploy/prod' };
    const { pipelineId } = await submit(['a', 'b', 'c', 'd'].map((name) => plain(name, { pool: 'none', order })));
    expect(await state(pipelineId)).toEqual({ a: 'ready', b: 'ready', c: 'held', d: 'held' });
    expect(await set('deploy/prod', 3)).toMatchObject({ slots: 3, taken: 3, waiting: 1 });
    expect(await audited('group.set')).toMatchObject({ target: 'yard deploy/prod', detail: { slots: 3 } });
    expect(await set('deploy/prod', 0)).toMatchObject({ slots: 0, taken: 3, waiting: 1 });
    const { items } = await house.person.call('list-groups', { params: { repo: 'yard' } });
    expect(items).toMatchObject([{ name: 'deploy/prod', slots: 0 }]);
    await house.person.call('cancel-pipeline', { params: { pipeline: pipelineId } });
    expect(await set('deploy/prod', 1)).toMatchObject({ taken: 0, waiting: 0 });
  });

  test('nonsense is refused', async () => {
    expect(await refusal('PUT', '/repos/yard/concurrency-groups/g', { slots: -1 })).toMatchObject(bad);
    expect(await refusal('PUT', '/repos/none/concurrency-groups/g', { slots: 1 })).toMatchObject({
      code: 'repo-not-found',
    });
    await expect(house.person.call('list-groups', { params: { repo: 'none' } })).rejects.toMatchObject({
      code: 'repo-not-found',
    });
  });
});

describe('set-pool', () => {
  test('sets the wait budget, also of a pool that nobody has named yet', async () => {
    const set = (pool: string, waitBudgetSeconds: number) =>
      house.person.call('set-pool', { params: { pool }, body: { waitBudgetSeconds } });
    expect(await set('new-pool', 60)).toMatchObject({ name: 'new-pool', waitBudgetSeconds: 60, workers: 0 });
    expect(await set('new-pool', 0)).toMatchObject({ waitBudgetSeconds: 0 });
    expect(await audited('pool.set')).toMatchObject({ target: 'pool new-pool', detail: { waitBudgetSeconds: 0 } });
    expect(await refusal('PUT', '/pools/new-pool', { waitBudgetSeconds: 86_401 })).toMatchObject(bad);
    expect((await ask(house.address, '/api/v1/pools/new-pool', { method: 'PUT' })).status).toBe(400);
  });
});

describe('hold-worker and let-worker-go', () => {
  test('a held worker is shown with its reason, hears it, and works again when it is let go', async () => {
    const params = { worker: yard.workerId };
    const hold = (kind: 'drained' | 'retired', reason: string) =>
      house.person.call('hold-worker', { params, body: { kind, reason } });
    expect(await hold('drained', 'dust')).toMatchObject({ hold: { kind: 'drained', reason: 'dust' } });
    expect(await audited('worker.drained')).toMatchObject({
      target: `worker ${yard.workerId}`,
      detail: { reason: 'dust' },
    });
    const told = await house.worker.call('claim', { params, body: { claimId: randomUUID(), waitSeconds: 0 } });
    expect(told).toEqual({ order: null, hold: { kind: 'drained', reason: 'dust' } });
    await hold('retired', 'sold');
    const facts = { name: 'w1', pools: ['default'], capacity: 1, version: '0.1.0', platform: 'linux-x64' };
    await expect(house.worker.call('register-worker', { body: facts })).rejects.toMatchObject({
      code: 'worker-retired',
      message: expect.stringMatching(/sold/),
    });
    await house.person.call('let-worker-go', { params });
    expect(await house.person.call('let-worker-go', { params })).toMatchObject({ hold: null });
    expect(await audited('worker.let-go')).toMatchObject({ target: `worker ${yard.workerId}` });
    expect(await house.worker.call('register-worker', { body: { ...facts, capacity: 9 } })).toMatchObject({
      workerId: yard.workerId,
    });
  });

  test('nonsense is refused', async () => {
    expect(await refusal('PUT', `/workers/${yard.workerId}/hold`, { kind: 'broken', reason: 'r' })).toMatchObject(bad);
    expect(await refusal('PUT', `/workers/${yard.workerId}/hold`, { kind: 'drained', reason: '' })).toMatchObject(bad);
    expect(await refusal('PUT', '/workers/999999/hold', { kind: 'drained', reason: 'r' })).toMatchObject({
      status: 404,
    });
  });
});

test('a repository is removed with all that waits, runs, and was ordered in it', async () => {
  const { db } = house.database;
  const order = { concurrencyGroup: 'g' };
  await submit([plain('a', { order }), plain('b', { order }), plain('c', { needs: ['a'] })]);
  await yard.claim();
  await house.person.call('pause', { body: { kind: 'branch', repo: 'yard', branch: 'main', reason: 'r' } });
  await house.person.call('remove-repo', { params: { repo: 'yard' } });
  const [left] = await db.query(sql`
    select (select count(*) from job) as jobs, (select count(*) from ready) as ready, (select count(*) from lane) as lanes,
           (select count(*) from pause) as pauses, (select count(*) from concurrency_slot) as slots, (select count(*) from run) as runs`);
  expect(left).toEqual({ jobs: 0, ready: 0, lanes: 0, pauses: 0, slots: 0, runs: 0 });
});
