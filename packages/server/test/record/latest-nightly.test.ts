// `latest-<branch>`: the newest nightly that passed, whatever newer ones and other branches there are.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { latestNightly } from '../../src/record/index.ts';
import { type RecordKit, recordKit } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

/** One that has ended so; its directory. */
async function nightly(branch: string, verdict: string, cause: 'nightly' | 'push' = 'nightly'): Promise<string> {
  const run = await kit.startRun({ cause, branch });
  await kit.end(run, [{}], [0]);
  await kit.db.query(sql`
    update pipeline set verdict = ${verdict}, finished_at = now()
    where id = (select pipeline_id from job where id = ${run.jobId})`);
  await kit.seal();
  const path = (await kit.sealedPath(run.runId))!;
  return path.slice(0, path.lastIndexOf('/'));
}

test('it leads to the newest that passed of its own branch, with all that is asked below', async () => {
  const of = (place: string) => latestNightly(kit.db, `sample/nightly/latest-${place}`);
  expect(await of('main')).toBeUndefined();
  await nightly('main', 'failed');
  expect(await of('main')).toBeUndefined();
  await nightly('main', 'passed');
  const [good, other] = [await nightly('main', 'passed'), await nightly('x-main', 'passed')];
  await nightly('main', 'failed');
  await nightly('main', 'passed', 'push');
  const hard = await nightly('feature/login', 'passed');
  expect(good).toMatch(/^sample\/nightly\/2026\/11\/.*-main$/);
  expect([await of('main'), await of('x-main'), await of('feature%2Flogin')]).toEqual([good, other, hard]);
  expect(await of('main/test-run1/a.zip')).toBe(`${good}/test-run1/a.zip`);
  for (const none of ['', 'gone', '%', "'"]) expect(await of(none)).toBeUndefined();
  for (const none of ['', 'sample', 'sample/nightly/', 'sample/builds/latest-main', 'gone/nightly/latest-main'])
    expect(await latestNightly(kit.db, none)).toBeUndefined();
});
