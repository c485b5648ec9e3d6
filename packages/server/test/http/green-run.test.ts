// Which green run a failed one is compared with: of its lane on its branch before its push, else the nearest, else of its name elsewhere.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { findGreen, readToCompare } from '../../src/http/views/green-run.ts';
import { type RecordKit, type RunOptions, recordKit } from '../record/kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

/** A run of its own push; lanes are rows of the queue, which the kit of the record does not make. */
async function run(verdict: 'passed' | 'failed', options: RunOptions & { hasLog?: boolean }): Promise<number> {
  const hold = await kit.startRun(options);
  const { branch = 'main', lane = 'test', hasLog = true } = options;
  await kit.db.query(sql`
    with lane as (
      insert into lane (repo_id, branch, name)
      select repo_id, ${branch}, ${lane}
      from job join pipeline on pipeline.id = job.pipeline_id join push on push.id = pipeline.push_id
      where job.id = ${hold.jobId}
      on conflict (repo_id, branch, name) do update set name = excluded.name
      returning id
    )
    update job set lane_id = lane.id from lane where job.id = ${hold.jobId}`);
  if (hasLog) await kit.send(hold, [{ step: 0, offset: 0, text: 'x\n' }]);
  await kit.end(hold, [{}], [hasLog ? 2 : 0]);
  await kit.db.query(sql`update run set verdict = ${verdict} where id = ${hold.runId}`);
  await kit.db.query(sql`
    update job set state = 'done', verdict = ${verdict}, finished_at = now(), reason = '{"code":"x","text":"x"}'
    where id = ${hold.jobId}`);
  return hold.runId;
}

test('the last before its push; failed ones and those without a log are passed over', async () => {
  const lane = 'before';
  await run('passed', { lane });
  const last = await run('passed', { lane });
  await run('passed', { lane, hasLog: false });
  await run('failed', { lane });
  const red = await run('failed', { lane });
  await run('passed', { lane });
  await run('passed', { lane: 'another' });
  await run('passed', { lane, branch: 'other' });
  expect(await findGreen(kit.db, red)).toEqual({ runId: last, chosen: 'before' });
});

test('when none has passed before, the nearest after; when none on the branch, one elsewhere in the repository', async () => {
  const lane = 'after';
  const red = await run('failed', { lane });
  expect(await findGreen(kit.db, red)).toBeNull();
  await run('passed', { lane, repo: 'another' });
  expect(await findGreen(kit.db, red)).toBeNull();
  const elsewhere = await run('passed', { lane, branch: 'other' });
  expect(await findGreen(kit.db, red)).toEqual({ runId: elsewhere, chosen: 'elsewhere' });
  const next = await run('passed', { lane });
  await run('passed', { lane });
  expect(await findGreen(kit.db, red)).toEqual({ runId: next, chosen: 'branch' });
});

test('a run whose log has left the archive is no green one, and cannot be compared', async () => {
  const lane = 'left';
  const gone = await run('passed', { lane });
  const red = await run('failed', { lane });
  expect(await findGreen(kit.db, red)).toMatchObject({ runId: gone });
  await kit.seal();
  expect(await findGreen(kit.db, red)).toMatchObject({ runId: gone });
  await kit.db.query(sql`update sealed_log set index = '{}' where run_id = ${gone}`);
  expect(await findGreen(kit.db, red)).toBeNull();
  await expect(readToCompare(kit.db, gone)).rejects.toMatchObject({ code: 'not-found' });
  await expect(readToCompare(kit.db, 999_999)).rejects.toMatchObject({ code: 'run-not-found' });
});
