// Every answer is what the contract says, no key less and none more: each endpoint is asked, in all states that are easily made.
import { createHash, randomUUID } from 'node:crypto';
import { contract, type Endpoint, openApi, version } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkAnswers } from '../../../../test/kit/check-answers.ts';
import { type SampleRepository, sampleRepository } from '../../../../test/kit/git.ts';
import { type TestServer, testServer } from '../../../../test/kit/server.ts';
import { until } from '../../../../test/kit/wait.ts';
import { ask, askJson } from './asking.ts';
import { type HeldRun, openYard, type Yard } from './yard.ts';

let house: TestServer;
let yard: Yard;
let repository: SampleRepository;

const configuration = `
jobs:
  build:
    matrix: { platform: [linux, mac] }
    steps: [make]
  test:
    needs: [build-linux]
    steps: [make test]
  docs:
    if-changed: [docs/**]
    steps: [make docs]
`;

beforeAll(async () => {
  house = await testServer();
  yard = await openYard(house);
  repository = await sampleRepository();
  await repository.commit({ files: { '.signalbox.yml': configuration }, message: 'Build\n\nWith a body.' });
  await repository.push();
});
afterAll(async () => {
  await house.stop();
  await repository.remove();
});

const repo = { repo: 'app' };
const held = (order: NonNullable<Awaited<ReturnType<Yard['claim']>>>): HeldRun => ({
  runId: order.runId,
  claimId: order.claimId,
  jobId: order.job.id,
  pipelineId: order.pipeline.id,
});

/** Jobs, runs and pushes in every state; each call's answer is held against the contract on its way. Returns a run with a sealed log. */
async function live(): Promise<number> {
  const { person, worker } = house;
  await person.call('add-repo', { params: repo, body: { url: repository.barePath, pollSeconds: 0 } });
  await person.call('set-secret', { params: { ...repo, secret: 'TOKEN' }, body: { value: 'a long secret' } });
  const failed = held((await yard.claim())!);
  await worker.call('renew', { params: { worker: yard.workerId }, body: { held: [failed], waitSeconds: 0 } });
  const steps = [
    { index: 0, name: 'Set up', state: 'passed' as const, exitCode: null, startedAt: null, endedAt: null },
    {
      index: 1,
      name: 'make',
      state: 'failed' as const,
      exitCode: 2,
      startedAt: new Date().toISOString(),
      endedAt: new Date().toISOString(),
    },
  ];
  await worker.call('report-steps', {
    params: { run: failed.runId },
    body: { claimId: failed.claimId, sequence: 1, steps },
  });
  await yard.appendLog(failed, 'make: *** no rule\n', { step: 1 });
  await person.call('search-log', { params: { run: failed.runId }, query: { text: 'no rule' } });
  const found = { step: 1, line: 1, startByte: 0, text: 'make: *** no rule', pattern: 'build' };
  await worker.call('report-error-lines', {
    params: { run: failed.runId },
    body: {
      claimId: failed.claimId,
      items: [{ ...found, fingerprint: 'a'.repeat(16) }],
      stopped: [{ step: 1, line: 2, why: 'enough' }],
    },
  });
  await person.call('list-error-lines', { params: { run: failed.runId } });
  await person.call('compare-log', { params: { run: failed.runId } });
  await person.call('compare-log', { params: { run: failed.runId }, query: { with: failed.runId } });
  const asks = { params: { run: failed.runId }, headers: { 'x-claim-id': failed.claimId } };
  await worker.call('list-downloads', asks);
  await yard.putArtifact(failed, 'out/a.txt', 'artifact');
  await yard.lookAtUpload(failed, 'out/large.bin', 'large');
  await yard.appendUpload(failed, 'out/large.bin', 'large');
  const tap = Buffer.from('TAP version 14\n1..1\nnot ok 1 - adds\n');
  await worker.call('put-artifact', {
    params: { run: failed.runId, '*': 'out/a.tap' },
    headers: {
      'x-claim-id': failed.claimId,
      'x-sha256': createHash('sha256').update(tap).digest('hex'),
      'x-results': 'auto',
    },
    body: tap,
  });
  const told = await until(
    'the results to be read',
    async () => (await person.call('list-results', { params: { run: failed.runId } })).items[0],
    { seconds: 60 },
  );
  await person.call('list-findings', { params: { run: failed.runId } });
  await person.call('get-case-history', { params: { run: failed.runId, case: told.caseId } });
  await yard.finish(failed, 'failed', [0, 18]);
  const cancelled = held((await yard.claim())!);
  await person.call('cancel-job', { params: { job: cancelled.jobId } });
  await worker.call('renew', { params: { worker: yard.workerId }, body: { held: [cancelled], waitSeconds: 0 } });
  await yard.finish(cancelled, 'cancelled');
  await person.call('rerun-job', { params: { job: failed.jobId } });
  const errored = held((await yard.claim())!);
  await yard.finish(errored, 'errored');
  await yard.claim(0);
  await yard.holdRun();
  await yard.submitJob();
  await until(
    'the sealed log',
    async () => (await person.call('get-run', { params: { run: failed.runId } })).logState === 'sealed',
  );

  await repository.branch('other');
  await repository.commit({ files: { '.signalbox.yml': 'jobs: { a: { stepz: [x] } }\n' } });
  await repository.push('other');
  await person.call('report-push', { params: repo, body: { branch: 'other' } });
  await until('the mistakes', async () => (await person.call('list-pushes', { params: repo })).items.length > 1);
  await repository.git('commit', '--amend', '--quiet', '-m', 'Another');
  await repository.git('rm', '-q', '.signalbox.yml');
  await repository.git('commit', '--quiet', '-m', 'Without');
  await repository.push('--force', 'other');
  await person.call('report-push', { params: repo, body: { branch: 'other' } });
  await until('the rewritten branch', async () =>
    (await person.call('list-pushes', { params: repo })).items.some((push) => push.kind === 'rewritten'),
  );
  await repository.push('--delete', 'other');
  await person.call('report-push', { params: repo, body: {} });
  await until('the deleted branch', async () =>
    (await person.call('list-pushes', { params: repo })).items.some((push) => push.kind === 'deleted'),
  );
  return failed.runId;
}

async function lookAtAll(): Promise<void> {
  const { person } = house;
  await person.call('get-session', {});
  await person.call('list-repos', {});
  await person.call('check-invariants', {});
  await person.call('get-repo', { params: repo });
  for (const name of ['app', 'yard']) {
    const grid = await person.call('get-grid', { params: { repo: name }, query: { limit: 2 } });
    if (grid.next) await person.call('get-grid', { params: { repo: name }, query: { limit: 2, cursor: grid.next } });
    const pushes = await person.call('list-pushes', { params: { repo: name }, query: { branch: 'main' } });
    for (const push of pushes.items) await person.call('get-push', { params: { push: push.id } });
  }
  const jobs = await person.call('list-jobs', { query: { limit: 500 } });
  const stands = jobs.items.map((job) => job.verdict ?? job.state);
  expect(stands).toEqual(expect.arrayContaining(['waiting', 'ready', 'running', 'cancelled']));
  for (const job of jobs.items) {
    const { runs } = await person.call('get-job', { params: { job: job.id } });
    for (const { run } of runs) await person.call('get-run', { params: { run: run.id } });
    await person.call('get-pipeline', { params: { pipeline: job.pipelineId } });
  }
  await person.call('list-workers', {});
  await person.call('list-pools', {});
  await person.call('list-tokens', {});
  await person.call('list-secrets', { params: repo });
}

/** Jobs of one's own, held by gates, groups and pauses; workers on hold. */
async function order(): Promise<void> {
  const { person } = house;
  const steps = [{ script: 'true' }];
  const { pipelineId: pipeline, jobs } = await person.call('submit-pipeline', {
    params: { push: yard.pushId },
    body: {
      requestId: randomUUID(),
      keepOpen: true,
      jobs: [
        { name: 'ask', steps: [], order: { gate: 'Ship it?' } },
        { name: 'ship', steps, needs: ['ask'] },
        { name: 'first', steps, order: { concurrencyGroup: 'deploy' } },
        { name: 'second', steps, order: { concurrencyGroup: 'deploy' } },
        { name: 'later', steps, order: { delaySeconds: 600 } },
        { name: 'nowhere', steps, pool: 'nowhere' },
      ],
    },
  });
  await person.call('add-jobs', { params: { pipeline }, body: { jobs: [{ name: 'more', steps, needs: ['first'] }] } });
  await person.call('close-pipeline', { params: { pipeline } });
  await person.call('set-group', { params: { repo: 'yard', group: 'deploy' }, body: { slots: 1 } });
  await person.call('list-groups', { params: { repo: 'yard' } });
  await person.call('set-pool', { params: { pool: 'default' }, body: { waitBudgetSeconds: 60 } });
  await person.call('raise-job', { params: { job: jobs[2]!.id }, body: { priority: 5 } });
  const pauses = [
    await person.call('pause', { body: { kind: 'pool', pool: 'default', reason: 'Power' } }),
    await person.call('pause', { body: { kind: 'branch', repo: 'yard', branch: 'main', reason: 'Red' } }),
    await person.call('pause', { body: { kind: 'lane', repo: 'yard', branch: 'main', lane: 'ship', reason: 'Flaky' } }),
  ];
  const params = { worker: yard.workerId };
  await person.call('hold-worker', { params, body: { kind: 'drained', reason: 'Dust' } });
  await yard.claim(0);
  await person.call('list-pauses', {});
  for (const { id } of jobs) await person.call('explain-job', { params: { job: id } });
  await person.call('get-job-origins', { params: { job: jobs[0]!.id } });
  await person.call('list-lane-durations', { params: { repo: 'yard' }, query: { branch: 'main' } });
  const [push] = (await person.call('list-pushes', { params: { repo: 'yard' }, query: {} })).items;
  await person.call('diff-push-configuration', { params: { push: push!.id } });
  await lookAtAll();
  await person.call('answer-gate', { params: { job: jobs[0]!.id }, body: { answer: 'reject', comment: 'No' } });
  for (const { id } of pauses) await person.call('resume', { params: { pause: id } });
  await person.call('let-worker-go', { params });
}

/** Rules and pins; and a purge that finds nothing old enough. */
async function keep(sealedRunId: number): Promise<void> {
  const { person } = house;
  const { jobId, pipelineId } = await yard.submitJob();
  const { archiveHref } = await person.call('get-run', { params: { run: sealedRunId } });
  const directory = decodeURIComponent(archiveHref!.replace(/^\/archive\/|\/$/g, ''));
  const pins = [
    await person.call('pin', { body: { kind: 'job', job: jobId, reason: 'A crash' } }),
    await person.call('pin', {
      body: { kind: 'pipeline', pipeline: pipelineId, reason: 'Shipped', until: '2099-01-01T00:00:00Z' },
    }),
    await person.call('pin', { body: { kind: 'directory', directory, reason: 'Shipped' } }),
  ];
  const rule = await person.call('set-retention', {
    body: { place: 'builds', branch: 'feature/*', kind: 'logs', days: 0.5 },
  });
  await person.call('set-retention', { body: { place: 'release', branch: '9.*', kind: 'all', days: null } });
  await person.call('list-retention', {});
  await person.call('list-pins', {});
  await person.call('plan-purge', {});
  await person.call('purge', {});
  for (const { id } of pins) await person.call('unpin', { params: { pin: id } });
  await person.call('remove-retention', { params: { rule: rule.id } });
  const audit = await person.call('list-audit', {});
  expect(audit.items.length).toBeGreaterThan(0);
}

async function act(): Promise<void> {
  const { person, worker } = house;
  const made = await person.call('create-token', { body: { kind: 'person', name: 'dana', scopes: ['read'] } });
  await person.call('log-in', { body: { token: made.secret } });
  await person.call('log-out', {});
  await person.call('revoke-token', { params: { token: made.token.id } });
  await person.call('start-pipeline', { params: { push: yard.pushId }, body: { requestId: randomUUID() } });
  const { pipelineId } = await yard.submitJob();
  await person.call('cancel-pipeline', { params: { pipeline: pipelineId } });
  await person.call('remove-secret', { params: { ...repo, secret: 'TOKEN' } });
  await worker.call('sign-off-worker', { params: { worker: yard.workerId } });
  await person.call('list-workers', {});
  await person.call('remove-repo', { params: repo });
}

test('every endpoint that answers JSON was asked, and every answer was as the contract says', {
  timeout: 60_000,
}, async () => {
  const sealedRunId = await live();
  await lookAtAll();
  await order();
  await keep(sealedRunId);
  await act();
  const json = (Object.entries(contract) as [string, Endpoint][]).filter(
    ([, { output }]) => typeof output !== 'string',
  );
  expect(json.map(([id]) => id).filter((id) => !house.answers.seen.has(id))).toEqual([]);
  expect(house.answers.faults).toEqual([]);
});

test('an endpoint answers with the status that its contract names', async () => {
  const report = await askJson(house.address, 'POST', '/api/v1/repos/yard/pushes', {});
  expect([report.status, report.json]).toEqual([202, {}]);
});

test('a JSON answer is never kept by anybody on the way', async () => {
  for (const path of ['/api/v1/repos', '/api/v1/session', '/api/v1/jobs']) {
    expect((await ask(house.address, path)).headers['cache-control']).toBe('no-store');
  }
});

test('the description of the API is served as it is generated', async () => {
  const { json, headers } = await ask(house.address, '/openapi.json');
  expect(headers['content-type']).toMatch(/^application\/json/);
  expect(json).toEqual(JSON.parse(JSON.stringify(openApi(version))));
});

test('the check finds a key too many, a key too few and a refusal that is no problem', async () => {
  const { onDoors, faults } = checkAnswers();
  const other = await testServer(
    {},
    {
      database: house.database,
      onDoors(doors) {
        onDoors(doors);
        doors.addHook('onRequest', async (request, reply) => {
          if (request.url === '/api/v1/repos')
            await reply.header('content-type', 'application/json; charset=utf-8').send('{"items":[],"more":1}');
          if (request.url === '/api/v1/pools')
            await reply.header('content-type', 'application/json; charset=utf-8').send('{}');
          if (request.url === '/api/v1/workers') await reply.code(404).type('text/plain').send('no');
        });
      },
    },
  );
  for (const path of ['repos', 'pools', 'workers']) await ask(other.address, `/api/v1/${path}`);
  await expect(other.stop()).rejects.toThrow(
    /list-repos.*more[\s\S]*list-pools.*items[\s\S]*list-workers.*a refusal as text\/plain/,
  );
  expect(faults.length).toBeGreaterThanOrEqual(3);
});
