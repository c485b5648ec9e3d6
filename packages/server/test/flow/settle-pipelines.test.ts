// Pipelines end soon after their last job has, however that ended.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../test/kit/wait.ts';
import { type Live, sql, startLive } from '../../src/base/index.ts';
import { createSettlePipelines } from '../../src/flow/settle-pipelines.ts';
import { queueDefaults, submit } from '../../src/queue/index.ts';
import { jobNamed, type QueueKit, queueKit } from '../queue/kit.ts';

let kit: QueueKit;
let live: Live;
beforeAll(async () => {
  kit = await queueKit();
  live = startLive((kit.db.pool.options as { connectionString: string }).connectionString);
});
afterAll(async () => {
  await live.stop();
  await kit.drop();
});

test('a pipeline all of whose jobs a newer push stands for ends at once, without the timetable', async () => {
  createSettlePipelines(kit.db, live);
  const send = async (requestKey: string) => {
    const job = { ...jobNamed('lane'), order: { coalesce: 5 } };
    const pushId = await kit.push();
    const asked = { pushId, cause: 'push', requestKey, leftOut: [], problem: null, jobs: [job] } as const;
    const sent = await submit(kit.db, asked, queueDefaults);
    live.hint(...sent.topics);
    return sent.pipelineId;
  };
  const older = await send('older');
  const newer = await send('newer');
  const verdictOf = async (id: number) =>
    (await kit.db.query<{ verdict: string | null }>(sql`select verdict from pipeline where id = ${id}`))[0]!.verdict;
  await until('the older pipeline to end', async () => (await verdictOf(older)) === 'skipped');
  expect(await verdictOf(newer)).toBeNull();
});
