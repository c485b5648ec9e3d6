// Files of results become rows: once, whoever reads them; whole or not at all; huge and broken ones too, while others are answered.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, sql } from '../../src/base/index.ts';
import {
  caseHistory,
  forgetCases,
  forgetResults,
  listCases,
  listFindings,
  putArtifact,
  type RunHold,
  readResultFiles,
  recordDefaults,
  summariseResults,
} from '../../src/record/index.ts';
import { type RecordKit, recordKit } from './kit.ts';

let kit: RecordKit;
beforeAll(async () => {
  kit = await recordKit();
});
afterAll(() => kit.drop());

async function put(hold: RunHold, path: string, content: string, format = 'auto'): Promise<void> {
  const bytes = Buffer.from(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const body = (async function* () {
    yield bytes;
  })();
  await putArtifact(kit.db, kit.store, hold, path, sha256, body, recordDefaults, format);
}
const readAll = (limits = recordDefaults, db: Db = kit.db) =>
  readResultFiles(
    db,
    kit.store,
    limits,
    () => undefined,
    () => false,
  );
const casesOf = async (runId: number, limit = 1000) => (await listCases(kit.db, runId, { limit })).items;
const junit = (...cases: string[]) => `<testsuite name="s">${cases.join('')}</testsuite>`;
const passed = (name: string) => `<testcase classname="c" name="${name}" time="0.5"/>`;
const failed = (name: string) => `<testcase classname="c" name="${name}"><failure message="no &lt;b&gt;"/></testcase>`;

test('what failed is listed first, with the counts of all; pages go on where the one before ended', async () => {
  const hold = await kit.startRun();
  await put(hold, 'junit.xml', junit(passed('a'), failed('b'), passed('c')));
  expect((await summariseResults(kit.db, hold.runId)).files).toMatchObject([{ path: 'junit.xml', state: 'waiting' }]);
  await readAll();
  const { counts, files } = await summariseResults(kit.db, hold.runId);
  expect(counts).toEqual({ failed: 1, errored: 0, flaky: 0, skipped: 0, passed: 2 });
  expect(files).toMatchObject([{ path: 'junit.xml', format: 'junit', state: 'read', cases: 3, leftOut: 0 }]);
  const first = await listCases(kit.db, hold.runId, { limit: 2 });
  expect(first.items.map(({ name, state }) => [name, state])).toEqual([
    ['b', 'failed'],
    ['a', 'passed'],
  ]);
  expect(first.items[0]!.message).toContain('<b>');
  const second = await listCases(kit.db, hold.runId, { limit: 2, after: first.next! });
  expect(second).toMatchObject({ items: [{ name: 'c' }], next: null });
  expect((await listCases(kit.db, hold.runId, { limit: 9, state: 'failed' })).items).toHaveLength(1);
  expect((await listCases(kit.db, hold.runId, { limit: 9, text: '%' })).items).toHaveLength(0);
});

test('two servers that read at once, and a repeat of the upload, keep each case once', async () => {
  const hold = await kit.startRun();
  const content = junit(...Array.from({ length: 50 }, (_, at) => passed(`n${at}`)));
  await put(hold, 'junit.xml', content);
  await Promise.all([readAll(), readAll()]);
  await put(hold, 'junit.xml', content);
  await readAll();
  expect(await casesOf(hold.runId)).toHaveLength(50);
  await put(hold, 'junit.xml', junit(passed('other')));
  await readAll();
  expect((await casesOf(hold.runId)).map(({ name }) => name)).toEqual(['other']);
});

test('what the one who took it did not finish, another keeps once', async () => {
  const hold = await kit.startRun();
  await put(hold, 'junit.xml', junit(passed('a')));
  // As a crash leaves it: taken, and its time is over.
  await kit.db.query(
    sql`update result_file set tries = 1, not_before = now() - interval '1 second' where run_id = ${hold.runId}`,
  );
  // Dies within the transaction that keeps the rows.
  const dying: Db = {
    ...kit.db,
    transaction: (work) =>
      kit.db.transaction(async (tx) => {
        await work(tx);
        throw new Error('died before the commit');
      }),
  };
  await expect(readAll(recordDefaults, dying)).rejects.toThrow('died before the commit');
  expect(await casesOf(hold.runId)).toEqual([]);
  await kit.db.query(sql`update result_file set not_before = now() where run_id = ${hold.runId}`);
  await readAll();
  expect(await casesOf(hold.runId)).toHaveLength(1);
});

test('a file that ends whoever reads it is given up; one without a format says what to do', async () => {
  const hold = await kit.startRun();
  await put(hold, 'junit.xml', junit(passed('a')));
  await put(hold, 'notes.txt', 'hello');
  await kit.db.query(sql`update result_file set tries = 99 where run_id = ${hold.runId} and path = 'junit.xml'`);
  await readAll();
  const { files } = await summariseResults(kit.db, hold.runId);
  expect(files).toMatchObject([
    { path: 'junit.xml', state: 'unreadable', why: expect.stringContaining('never came to an end') },
    { path: 'notes.txt', state: 'unreadable', why: expect.stringContaining('format:') },
  ]);
});

test('broken, empty and lying files are read as far as they go, and say what is wrong', async () => {
  const hold = await kit.startRun();
  await put(hold, 'junit.xml', junit(failed('a'), passed('b')).slice(0, -40));
  await put(hold, 'empty.tap', '');
  await put(
    hold,
    'x.sarif',
    '{"runs":[{"results":[{"ruleId":"r","message":{"text":"\\u0000m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"},"region":{"startLine":99999999999}}}]},',
  );
  await readAll();
  const { counts, files, findings } = await summariseResults(kit.db, hold.runId);
  expect(counts.failed).toBe(1);
  expect(findings.warning).toBe(1);
  expect(files.every(({ state }) => state === 'read')).toBe(true);
  expect(files.find(({ path }) => path === 'junit.xml')!.notes.length).toBeGreaterThan(0);
  expect((await listFindings(kit.db, hold.runId, { limit: 9 })).items).toMatchObject([
    { rule: 'r', sourceFile: 'a.c', line: null, level: 'warning', path: 'x.sarif' },
  ]);
});

test('120,000 cases: 100,000 are kept, those that failed at the end among them, and nobody waits for it', async () => {
  const hold = await kit.startRun();
  const head = Array.from({ length: 119_990 }, (_, at) => passed(`t${at}`));
  await put(hold, 'junit.xml', junit(...head, ...Array.from({ length: 10 }, (_, at) => failed(`late${at}`))));
  const before = process.memoryUsage().heapUsed;
  let most = before;
  const looks: number[] = [];
  let last = performance.now();
  const look = setInterval(() => {
    looks.push(performance.now() - last);
    last = performance.now();
    most = Math.max(most, process.memoryUsage().heapUsed);
  }, 5);
  await readAll();
  clearInterval(look);
  const { counts, files } = await summariseResults(kit.db, hold.runId);
  expect(counts).toMatchObject({ failed: 10, passed: 119_990 });
  expect(files).toMatchObject([{ cases: 120_000, leftOut: 20_000, state: 'read' }]);
  expect((await casesOf(hold.runId, 10)).every(({ state }) => state === 'failed')).toBe(true);
  const [rows] = await kit.db.query<{ count: number }>(
    sql`select count(*) from test_result where run_id = ${hold.runId}`,
  );
  expect(rows!.count).toBe(100_000);
  // What other tests of this process left to the collector counts too.
  expect(most - before).toBeLessThan(450_000_000);
  // A single pause may be the machine's or the collector's; standing still for the whole file would take seconds.
  const sorted = looks.toSorted((one, other) => one - other);
  expect(sorted[Math.floor(sorted.length * 0.9)]!).toBeLessThan(100);
}, 180_000);

test('a case keeps its number in its lane from run to run; forgetting its runs forgets it in batches', async () => {
  const [one, two] = [await kit.startRun({ repo: 'h' }), await kit.startRun({ repo: 'h' })];
  const laneOf = sql`
    insert into lane (repo_id, branch, name)
    select distinct push.repo_id, push.branch, job.name from run join job on job.id = run.job_id
    join pipeline on pipeline.id = job.pipeline_id join push on push.id = pipeline.push_id where run.id = ${one.runId} returning id`;
  const [lane] = await kit.db.query<{ id: number }>(laneOf);
  await kit.db.query(sql`
    update job set lane_id = ${lane!.id} from run where run.job_id = job.id and run.id = any (${[one.runId, two.runId]}::bigint[])`);
  await put(one, 'junit.xml', junit(failed('a')));
  await put(two, 'junit.xml', junit(passed('a')));
  await readAll();
  const [mine] = await casesOf(two.runId);
  expect((await casesOf(one.runId))[0]!.caseId).toBe(mine!.caseId);
  const history = await caseHistory(kit.db, two.runId, mine!.caseId, 30);
  expect(history).toMatchObject({
    suite: mine!.suite,
    name: 'a',
    items: [
      { runId: two.runId, state: 'passed' },
      { runId: one.runId, state: 'failed' },
    ],
  });
  const jobs = await kit.db.query<{ id: number }>(sql`
    select job_id as id from run where id = any (${[one.runId, two.runId]}::bigint[])`);
  expect(
    await forgetResults(
      kit.db,
      jobs.map(({ id }) => id),
    ),
  ).toEqual({ removed: 2, left: [] });
  await kit.db.query(sql`update test_case set seen_on = current_date - 10`);
  await forgetCases(kit.db, 86_400);
  await expect(caseHistory(kit.db, two.runId, mine!.caseId, 30)).rejects.toMatchObject({ code: 'not-found' });
});
