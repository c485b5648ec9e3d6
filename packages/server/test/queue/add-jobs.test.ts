// Jobs that are added to an open pipeline while others of it run and end: nothing that waits is ever forgotten.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import {
  type AddMemory,
  addJobs,
  addMemory,
  closePipeline,
  finishAlone,
  queueDefaults,
  type SubmittedJob,
  settle,
} from '../../src/queue/index.ts';
import { type AtTheLine, atTheLine } from './at-the-line.ts';
import { heldUp, jobNamed, passed, type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
let line: AtTheLine;
let memory: AddMemory;
beforeAll(async () => {
  kit = await queueKit();
  line = atTheLine(kit.db);
  memory = addMemory();
});
afterAll(async () => {
  await line.stop();
  await kit.drop();
});

type More = Partial<SubmittedJob>;
const open = async (jobs: Record<string, readonly string[]>, more?: More) =>
  (await kit.submitJobs(jobs, more, { keepOpen: true })).pipelineId;
const asked = (pipelineId: number, jobs: Record<string, readonly string[]>, more: More = {}) => ({
  pipelineId,
  jobs: Object.entries(jobs).map(([name, needs]) => ({ ...jobNamed(name, needs), ...more })),
});
/** The names that are there after it; throws what it was refused with. */
async function add(pipelineId: number, jobs: Record<string, readonly string[]>, more?: More): Promise<string[]> {
  const [added] = await addJobs(kit.db, [asked(pipelineId, jobs, more)], queueDefaults, memory);
  if ('refused' in added!) throw added.refused;
  line.live.hint(...added!.topics);
  return added!.jobs.map((job) => job.name);
}

test('jobs may be added to a pipeline until it is closed, which then ends with its last job', async () => {
  const more = { pool: 'open' };
  const pipelineId = await open({}, more);
  const worker = await line.worker('open');
  expect(await settle(kit.db, [pipelineId])).toEqual([]);
  expect(await add(pipelineId, { a: [] }, more)).toEqual(['a']);
  await kit.end((await line.take(worker))!, 'passed');
  expect(await settle(kit.db, [pipelineId])).toEqual([]);
  expect(await add(pipelineId, { b: ['a'], c: ['b'] }, more)).toEqual(['b', 'c']);
  expect(await line.order(worker, (held) => kit.end(held, 'passed'))).toEqual(['b', 'c']);
  await kit.db.transaction((tx) => closePipeline(tx, pipelineId));
  await kit.db.transaction((tx) => closePipeline(tx, pipelineId));
  expect(await settle(kit.db, [pipelineId])).toMatchObject([{ id: pipelineId, verdict: 'passed' }]);
  await expect(add(pipelineId, { d: [] })).rejects.toMatchObject({ code: 'cannot-add' });
  await expect(add(pipelineId, { d: ['a'] })).rejects.toMatchObject({ code: 'cannot-add' });
});

test('a pipeline that was never kept open, or is not there, takes no jobs', async () => {
  const { pipelineId } = await kit.submitJobs({ a: [] }, { pool: 'closed' });
  await expect(add(pipelineId, { b: [] })).rejects.toMatchObject({ code: 'cannot-add' });
  await expect(add(999_999, { b: [] })).rejects.toMatchObject({ code: 'not-found' });
  await expect(kit.db.transaction((tx) => closePipeline(tx, 999_999))).rejects.toMatchObject({ code: 'not-found' });
});

describe('what comes twice', () => {
  const plain: More = { pool: 'twice' };
  const special: More = { pool: 'twice', order: { coalesce: 3, concurrencyGroup: 'twice' } };

  for (const [kind, more] of [
    ['plain', plain],
    ['special', special],
  ] as const) {
    test(`is passed over, and named in the answer: ${kind} jobs`, async () => {
      const pipelineId = await open({});
      const jobs = { a: [], b: ['a'], c: ['a', 'b'] };
      await add(pipelineId, jobs, more);
      const before = await kit.states(pipelineId);
      expect(new Set(await add(pipelineId, jobs, more))).toEqual(new Set(['a', 'b', 'c']));
      expect(await add(pipelineId, { a: [] }, more)).toEqual(['a']);
      expect(await kit.states(pipelineId)).toEqual(before);
    });

    test(`may come with more that needs it: ${kind} jobs`, async () => {
      const pool = `more-${kind}`;
      const own: More = { pool, order: more.order ? { ...more.order, concurrencyGroup: pool } : {} };
      const pipelineId = await open({});
      await add(pipelineId, { a: [] }, own);
      expect(new Set(await add(pipelineId, { a: [], b: ['a'] }, own))).toEqual(new Set(['a', 'b']));
      expect((await kit.states(pipelineId))['b']).toBe('waiting');
      const worker = await line.worker(pool);
      expect(await line.order(worker, (held) => kit.end(held, 'passed'))).toEqual(['a', 'b']);
      expect(new Set(await add(pipelineId, { b: ['a'], c: ['a', 'b'] }, own))).toEqual(new Set(['b', 'c']));
      expect(await line.order(worker, (held) => kit.end(held, 'passed'))).toEqual(['c']);
    });
  }

  test('from several callers at once is there once', async () => {
    const pipelineId = await open({});
    const callers = Array.from({ length: 12 }, (_, index) =>
      addJobs(
        kit.db,
        [asked(pipelineId, index % 2 ? { a: [], b: ['a'] } : { a: [], c: [] }, plain)],
        queueDefaults,
        memory,
      ),
    );
    const answers = (await Promise.all(callers)).flat();
    expect(answers.map((one) => ('refused' in one ? one.refused : one.jobs.length))).toEqual(answers.map(() => 2));
    expect(await kit.states(pipelineId)).toEqual({ a: 'ready', b: 'waiting', c: 'ready' });
    const edges = await kit.db.query(sql`
      select 1 from edge join job on job.id = edge.to_job where job.pipeline_id = ${pipelineId}`);
    expect(edges.length).toBe(1);
  });
});

describe('a need', () => {
  test('that has passed is met; one that did not is told, and what follows is skipped', async () => {
    const more = { pool: 'needs' };
    const pipelineId = await open({ good: [], bad: [] }, more);
    const worker = await line.worker('needs');
    await kit.end((await line.take(worker))!, 'passed');
    await kit.end((await line.take(worker))!, 'failed');
    await add(pipelineId, { a: ['good'], b: ['bad'], c: ['b', 'good'], d: ['good', 'a'] }, more);
    expect(await kit.states(pipelineId)).toEqual({
      good: 'passed',
      bad: 'failed',
      a: 'ready',
      b: 'skipped',
      c: 'skipped',
      d: 'waiting',
    });
    expect(await line.order(worker, (held) => kit.end(held, 'passed'))).toEqual(['a', 'd']);
  });

  test('that is not there, a circle, and two jobs of one name are refused, and hold up no other caller', async () => {
    const pipelineId = await open({});
    const other = await open({});
    const [nowhere, circle, twins, good] = await addJobs(
      kit.db,
      [
        asked(pipelineId, { a: ['nowhere'] }),
        asked(pipelineId, { a: ['b'], b: ['c'], c: ['a'] }),
        { pipelineId, jobs: [jobNamed('a'), jobNamed('a')] },
        asked(other, { a: [] }, { pool: 'refused' }),
      ],
      queueDefaults,
      memory,
    );
    expect(nowhere).toMatchObject({ refused: { code: 'bad-request', message: /needs "nowhere"/ } });
    expect(circle).toMatchObject({ refused: { code: 'bad-request', message: /a → b → c → a/ } });
    expect(twins).toMatchObject({ refused: { code: 'bad-request', message: /same name/ } });
    expect(good).toMatchObject({ jobs: [{ name: 'a' }] });
    expect(await kit.states(pipelineId)).toEqual({});
  });
});

test('jobs added at the very moment at which what they need ends are freed or skipped, never forgotten', async () => {
  const more = { pool: 'race' };
  const worker = await line.worker('race');
  for (let race = 0; race < 40; race += 1) {
    const verdict = race % 3 === 2 ? 'failed' : 'passed';
    const end = { verdict, reason: passed, steps: null, logBytes: [] } as const;
    const pipelineId = await open({ a: [] }, more);
    const hold = (await line.take(worker))!;
    // In one of two it ends a moment later, so that both orders come.
    const ending = (async () => {
      for (let wait = 0; wait < race % 5; wait += 1) await kit.db.query(sql`select 1`);
      const [ended] = await finishAlone(kit.db, [{ hold, end }]);
      if (!ended) await kit.end(hold, verdict);
      return ended !== undefined;
    })();
    await Promise.all([ending, add(pipelineId, { b: ['a'], c: ['b'] }, more)]);
    const after = verdict === 'passed' ? { b: 'ready', c: 'waiting' } : { b: 'skipped', c: 'skipped' };
    expect(await kit.states(pipelineId)).toEqual({ a: verdict, ...after });
    await line.order(worker, (held) => kit.end(held, 'passed'));
  }
});

test('a job that is added behind one which is skipped at this very moment is skipped, too', async () => {
  const more = { pool: 'behind' };
  const pipelineId = await open({ a: [], b: ['a'] }, more);
  const hold = (await kit.claimOne('behind'))!;
  let both: Promise<unknown> = Promise.resolve();
  await kit.db.transaction(async (tx) => {
    // Who adds has looked at what is needed, and waits for the lane that is just being made here; the end waits for who adds.
    await tx.query(sql`insert into lane (repo_id, branch, name) select id, 'main', 'behind b' from repo`);
    const adding = add(pipelineId, { 'behind b': ['b'] }, more);
    await heldUp(kit.db, 1);
    both = Promise.all([adding, kit.end(hold, 'failed')]);
    await heldUp(kit.db, 2);
  });
  await both;
  expect(await kit.states(pipelineId)).toEqual({ a: 'failed', b: 'skipped', 'behind b': 'skipped' });
});

test('a job that is added while the pipeline is being closed is either refused or runs before its end', async () => {
  for (let race = 0; race < 20; race += 1) {
    const pipelineId = await open({}, { pool: 'closing' });
    const [added] = await Promise.all([
      add(pipelineId, race % 2 ? { a: [] } : { a: [], b: ['a'] }, { pool: 'closing' }).catch((error: Error) => error),
      kit.db.transaction((tx) => closePipeline(tx, pipelineId)).then(() => settle(kit.db, [pipelineId])),
    ]);
    const [pipeline] = await kit.db.query<{ isOver: boolean; open: number }>(sql`
      select finished_at is not null as "isOver",
             (select count(*) from job where pipeline_id = pipeline.id and finished_at is null)::int as open
      from pipeline where id = ${pipelineId}`);
    expect(pipeline).toEqual(
      added instanceof Error ? { isOver: true, open: 0 } : { isOver: false, open: race % 2 ? 1 : 2 },
    );
  }
});
