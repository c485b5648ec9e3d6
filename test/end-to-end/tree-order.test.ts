// What a tree says of order reaches the queue, and what its plan was warned of reaches whoever looks at the push.
import type { PushDetail } from '@signalbox/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signalbox } from '../../packages/cli/test/kit.ts';
import { sql } from '../../packages/server/src/base/index.ts';
import { type SampleRepository, sampleRepository } from '../kit/git.ts';
import { type TestServer, testServer } from '../kit/server.ts';
import { until } from '../kit/wait.ts';

let house: TestServer;
let repository: SampleRepository;

beforeAll(async () => {
  [house, repository] = await Promise.all([testServer(), sampleRepository()]);
  await repository.push();
  await house.person.call('add-repo', { params: { repo: 'app' }, body: { url: repository.barePath, pollSeconds: 0 } });
});
afterAll(async () => {
  await house?.stop();
  await repository?.remove();
});

test('priority, coalescing, group, delay and gate of the tree are those of the rows', async () => {
  const push = await pushed(
    'order',
    `jobs:
  build: { priority: 7, coalesce: 3, delay: 1m30s, steps: [make] }
  ask: { gate: 'Ship it?' }
  ship: { needs: [ask], concurrency: ship, steps: [make ship] }
`,
  );
  const jobs = await house.database.db.query(sql`
    select job.name, job.pool, job.state, job.priority, job.coalesce_most as coalesce, job.delay_seconds as delay, job.gate,
           concurrency_group.name as "group"
    from job left join concurrency_group on concurrency_group.id = job.concurrency_group_id
    where job.pipeline_id = ${push.pipelines[0]!.pipeline.id} order by job.name`);
  const usual = { pool: 'default', priority: 0, coalesce: 0, delay: 0, gate: null, group: null };
  expect(jobs).toEqual([
    { ...usual, name: 'ask', pool: '', state: 'held', gate: 'Ship it?' },
    { ...usual, name: 'build', state: 'ready', priority: 7, coalesce: 3, delay: 90 },
    { ...usual, name: 'ship', state: 'waiting', group: 'ship' },
  ]);
  expect(push.pipelines[0]!.pipeline.warnings).toEqual([]);
});

test('a warning is kept with the pipeline, and watching the push tells it', async () => {
  // Nothing of it runs on this branch, so that the pipeline ends without a worker.
  const push = await pushed(
    'warned',
    `jobs:
  test:
    on: { push: { branches: [main] } }
    timeout: 10m
    steps: [{ script: make test, timeout: 20m }]
`,
  );
  const warning = {
    file: '.signalbox.yml',
    line: 5,
    column: 43,
    message: 'this limit of a step is never reached: the whole job ends after 10m',
    hint: "raise the job's `timeout`",
    excerpt: '    steps: [{ script: make test, timeout: 20m }]',
  };
  expect(push.pipelines[0]!.pipeline).toMatchObject({ problem: null, warnings: [warning] });
  const ran = await signalbox(['watch', '--push', String(push.push.id), '--server', house.address]);
  expect(ran.stdout).toContain(`warning: .signalbox.yml:5:43: ${warning.message} ${warning.hint}\n`);
});

/** Commits a configuration on a branch of its own, and waits until its push is planned. */
async function pushed(branch: string, config: string): Promise<PushDetail> {
  await repository.branch(branch);
  await repository.commit({ files: { '.signalbox.yml': config } });
  await repository.push();
  await house.person.call('report-push', { params: { repo: 'app' }, body: { branch } });
  return until(`the plan of the push to ${branch}`, async () => {
    const grid = await house.person.call('get-grid', { params: { repo: 'app' }, query: { branch } });
    const [push] = grid.rows;
    return push && push.pipelines.length > 0 && push;
  });
}
