// Coalescing inside a lane: the newest push's job stands for older ones that wait. They end as skipped, never as green; and whatever
// somebody asked for is built itself.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/base/index.ts';
import { claim } from '../../src/queue/claim.ts';
import { queueDefaults, raiseJob, rerunJob, type Submission } from '../../src/queue/index.ts';
import { type AtTheLine, atTheLine, older } from './at-the-line.ts';
import { type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
let line: AtTheLine;
beforeAll(async () => {
  kit = await queueKit();
  line = atTheLine(kit.db);
});
afterAll(async () => {
  await line.stop();
  await kit.drop();
});

type Sent = { readonly jobId: number; readonly pipelineId: number };
/** A push whose job `lane` of this pool (and lane name) may stand for five others. */
async function send(lane: string, order: object = {}, pipeline: Partial<Submission> = {}): Promise<Sent> {
  const { pipelineId, ids } = await kit.submitJobs(
    { [lane]: [] },
    { pool: lane, order: { coalesce: 5, ...order } },
    { pushId: await kit.push(), ...pipeline },
  );
  return { pipelineId, jobId: ids[lane]! };
}
const raise = (jobId: number, priority = 1) => kit.db.transaction((tx) => raiseJob(tx, jobId, priority, queueDefaults));
/** How each of them stands: its state or verdict, and the job that stands for it. */
async function stands(sent: readonly Sent[]): Promise<string[]> {
  const rows = await kit.db.query<{ id: number; stand: string; into: number | null; code: string | null }>(sql`
    select id, coalesce(verdict, state) as stand, coalesced_into as into, reason ->> 'code' as code from job
    where id = any (${sent.map((one) => one.jobId)}::bigint[])`);
  return sent.map(({ jobId }) => {
    const row = rows.find((one) => one.id === jobId)!;
    const into = sent.findIndex((one) => one.jobId === row.into);
    return row.into === null ? row.stand : `${row.stand}, ${row.code} into ${into}`;
  });
}

test('the newest stands for the older ones, which end as skipped, coalesced into it', async () => {
  const sent = [await send('newest'), await send('newest'), await send('newest')];
  expect(await stands(sent)).toEqual(['skipped, coalesced into 1', 'skipped, coalesced into 2', 'ready']);
  const got = (await line.take(await line.worker('newest')))!;
  expect(got.jobId).toBe(sent[2]!.jobId);
  await kit.end(got, 'passed');
  expect(await stands(sent)).toEqual(['skipped, coalesced into 1', 'skipped, coalesced into 2', 'passed']);
});

test('it stands for as many as its limit says, all in all, and leaves out none between', async () => {
  const order = { coalesce: 2 };
  const sent = [await send('limit', order), await send('limit', order), await send('limit', order)];
  expect(await stands(sent)).toEqual(['skipped, coalesced into 1', 'skipped, coalesced into 2', 'ready']);
  // The third stands for two already: a fourth would stand for three.
  sent.push(await send('limit', order));
  expect((await stands(sent)).slice(2)).toEqual(['ready', 'ready']);
  // Of those two the newer one may be joined; the older one is beyond the limit, and nothing older is taken past it.
  sent.push(await send('limit', order));
  expect((await stands(sent)).slice(2)).toEqual(['ready', 'skipped, coalesced into 4', 'ready']);
});

test('what needed a job that is stood for is skipped, too', async () => {
  const order = { coalesce: 3 };
  const submitPair = async () =>
    kit.submitJobs({ build: [], test: ['build'] }, { pool: 'pair', order }, { pushId: await kit.push() });
  const first = await submitPair();
  const second = await submitPair();
  expect(await kit.states(first.pipelineId)).toEqual({ build: 'skipped', test: 'skipped' });
  expect(await kit.states(second.pipelineId)).toEqual({ build: 'ready', test: 'waiting' });
});

test('jobs that become ready when what they need has passed are joined, too', async () => {
  const order = { coalesce: 3 };
  const submitPair = async (number: number) =>
    kit.submitJobs(
      { [`first${number}`]: [], later: [`first${number}`] },
      { pool: 'later', order },
      { pushId: await kit.push() },
    );
  const made = [await submitPair(1), await submitPair(2)];
  const worker = await line.worker('later');
  const held = [(await line.take(worker))!, (await line.take(worker))!];
  for (const each of held) await kit.end(each, 'passed');
  const states = await Promise.all(made.map(({ pipelineId }) => kit.states(pipelineId)));
  expect(states.map((one) => one['later'])).toEqual(['skipped', 'ready']);
});

test('who waits for a slot of its group is joined as who waits for a worker, and the newest has the oldest place', async () => {
  const order = { concurrencyGroup: 'deploy' };
  const first = await send('grouped', order);
  const worker = await line.worker('grouped');
  const running = (await line.take(worker))!;
  expect(running.jobId).toBe(first.jobId);
  const waiting = [await send('grouped', order), await send('grouped', order)];
  const other = await kit.submitJobs({ other: [] }, { pool: 'grouped', order }, { pushId: await kit.push() });
  waiting.push(await send('grouped', order));
  expect(await stands(waiting)).toEqual(['skipped, coalesced into 1', 'skipped, coalesced into 2', 'held']);
  await kit.end(running, 'passed');
  expect([(await stands(waiting))[2], await kit.states(other.pipelineId)]).toEqual(['ready', { other: 'held' }]);
  // Ready with its slot, it still waits for a worker: the next push stands for it, and takes the slot over.
  waiting.push(await send('grouped', order));
  expect((await stands(waiting)).slice(2)).toEqual(['skipped, coalesced into 3', 'ready']);
  const got = (await line.take(worker))!;
  expect(got.jobId).toBe(waiting[3]!.jobId);
  await kit.end(got, 'passed');
  expect(await kit.states(other.pipelineId)).toEqual({ other: 'ready' });
});

test('who stands for others keeps the oldest place in line and the highest priority, through its attempts', async () => {
  const first = await send('place', { priority: 7 });
  await older(kit.db, [first.jobId], 1000);
  const before = await place(first);
  const second = await send('place');
  const after = await place(second);
  expect(after.priority).toBe(7);
  expect([after.since, after.rank]).toEqual([before.since, before.rank]);
  await kit.end((await line.take(await line.worker('place')))!, 'errored');
  expect(await place(second)).toEqual(after);

  async function place({ jobId }: Sent) {
    const [row] = await kit.db.query<{ priority: number; since: number; rank: number }>(sql`
      select job.priority, extract(epoch from ready.since)::int as since, extract(epoch from ready.rank)::int as rank
      from ready join job on job.id = ready.job_id where job_id = ${jobId}`);
    return row!;
  }
});

describe('never', () => {
  const usual = ['ready', 'ready'];

  test('across branches', async () => {
    const sent = [await send('branches'), await send('branches', {}, { pushId: await kit.push('other') })];
    expect(await stands(sent)).toEqual(usual);
  });

  for (const cause of ['manual', 'nightly', 'try', 'release', 'api'] as const) {
    test(`with a ${cause} job, on either side`, async () => {
      const lane = `cause-${cause}`;
      const sent = [await send(lane), await send(lane, {}, { cause, person: 'ada' }), await send(lane)];
      expect(await stands(sent)).toEqual(['skipped, coalesced into 2', 'ready', 'ready']);
    });
  }

  test('with an older job of another lane, or one that does not coalesce', async () => {
    const sent = [await send('plain', { coalesce: 0 }), await send('plain'), await send('plain', { coalesce: 0 })];
    expect(await stands(sent)).toEqual(['ready', 'ready', 'ready']);
  });

  test('with a job that waits for what it needs, or that runs', async () => {
    const running = await send('running');
    const held = (await line.take(await line.worker('running')))!;
    const sent = [running, await send('running')];
    expect(await stands(sent)).toEqual(['running', 'ready']);
    await kit.end(held, 'passed');
  });

  test('into an older push, though it becomes ready later', async () => {
    const pushId = await kit.push();
    const newer = await send('late');
    const late = await send('late', {}, { pushId });
    expect(await stands([late, newer])).toEqual(['ready', 'ready']);
  });
});

describe('a raised job (bug 555664)', () => {
  test('is built itself, whatever comes after it', async () => {
    const raised = await send('raised');
    await raise(raised.jobId);
    const sent = [raised, await send('raised'), await send('raised')];
    expect(await stands(sent)).toEqual(['ready', 'skipped, coalesced into 2', 'ready']);
    const worker = await line.worker('raised');
    expect((await line.take(worker))?.jobId).toBe(raised.jobId);
    const [built] = await kit.db.query<{ pushId: number }>(sql`
      select pipeline.push_id as "pushId" from job join pipeline on pipeline.id = job.pipeline_id
      join run on run.job_id = job.id where job.id = ${raised.jobId}`);
    const [own] = await kit.db.query<{ pushId: number }>(sql`
      select push_id as "pushId" from pipeline where id = ${raised.pipelineId}`);
    expect(built).toEqual(own);
  });

  test('does not join those that were waiting', async () => {
    const order = { coalesce: 0 };
    const sent = [await send('raised-newer', order), await send('raised-newer', order), await send('raised-newer')];
    await raise(sent[2]!.jobId);
    expect(await stands(sent)).toEqual(['ready', 'ready', 'ready']);
    expect(await stands([...sent, await send('raised-newer')])).toEqual(['ready', 'ready', 'ready', 'ready']);
  });

  test('raised while it waits for another job, it is built itself, too', async () => {
    const pair = { first: [], second: ['first'] };
    const more = { pool: 'raised-waiting', order: { coalesce: 3 } };
    const one = await kit.submitJobs(pair, more, { pushId: await kit.push() });
    const worker = await line.worker('raised-waiting');
    await raise(one.ids['second']!);
    await kit.end((await line.take(worker))!, 'passed');
    const two = await kit.submitJobs(pair, more, { pushId: await kit.push() });
    const raised = (await line.take(worker))!;
    expect(raised.jobId).toBe(one.ids['second']);
    await kit.end((await line.take(worker))!, 'passed');
    expect(await kit.states(two.pipelineId)).toEqual({ first: 'passed', second: 'ready' });
  });
});

test('a job that is run again by hand builds its own revision, and none that comes later takes it', async () => {
  const sent = [await send('rerun'), await send('rerun')];
  expect(await stands(sent)).toEqual(['skipped, coalesced into 1', 'ready']);
  await kit.db.transaction((tx) => rerunJob(tx, sent[0]!.jobId));
  sent.push(await send('rerun'));
  expect(await stands(sent)).toEqual(['ready', 'skipped, coalesced into 2', 'ready']);
});

test('30 claims and 30 newer pushes at once: a job is either run or stood for, never both', async () => {
  const worker = await line.worker('race');
  for (let race = 0; race < 30; race += 1) {
    const first = await send('race');
    const claimId = crypto.randomUUID();
    const [claims, second] = await Promise.all([
      claim(kit.db, [{ claimId, workerId: worker, jobId: first.jobId }], 30),
      send('race'),
    ]);
    const [state] = await stands([first, second]);
    expect(state).toBe(claims.length > 0 ? 'running' : 'skipped, coalesced into 1');
    for (const held of [...claims, (await line.take(worker))!]) await kit.end(held, 'passed');
    const left = await kit.db.query(sql`select 1 from ready where pool = 'race'`);
    expect(left).toEqual([]);
  }
});

test('newer pushes of one lane that come at once: all but one are stood for, or run, and none is lost', async () => {
  for (let race = 0; race < 10; race += 1) {
    const lane = `crowd${race}`;
    const sent = await Promise.all([1, 2, 3, 4].map(() => send(lane)));
    const states = await stands(sent);
    const ready = states.filter((state) => state === 'ready').length;
    expect(ready + states.filter((state) => state.startsWith('skipped, coalesced')).length).toBe(4);
    expect(ready).toBeGreaterThan(0);
    const worker = await line.worker(lane);
    const names = await line.order(worker, (held) => kit.end(held, 'passed'));
    expect(names.length).toBe(ready);
  }
});
