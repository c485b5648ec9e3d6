// What is said of a job holds: whatever the state of the queue, who asks now gets exactly the jobs that nothing blocks; and in the
// end exactly those that were to be patient have run, while none of those that somebody must help, or that never will, was given.
import { randomUUID } from 'node:crypto';
import type { Explanation } from '@signalbox/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Live, sql, startLive } from '../../src/base/index.ts';
import {
  answerGate,
  explainJob,
  finish,
  queueDefaults,
  startWaitingRoom,
  type WaitingRoom,
} from '../../src/queue/index.ts';
import { older } from './at-the-line.ts';
import { acts, letTimePass, makeWorld, type World } from './explain-world.ts';
import { claimFirst, makeWorker, passed, type QueueKit, queueKit } from './kit.ts';

/** `WORLDS=500 SEED=7 npx vitest run …` makes more of them, and others. */
const worlds = Number(process.env['WORLDS'] ?? 12);
const seed = Number(process.env['SEED'] ?? 4);

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

test('who asks gets exactly what nothing blocks; what is to be patient comes, and nothing else', async () => {
  const property = fc.asyncProperty(acts, async (done) => {
    const world = await makeWorld(kit, done);
    const before = await explainAll(world);
    for (const told of before) checkForm(told);
    for (const pool of world.pools) await checkFirstRound(world, pool, before);
    const now = await explainAll(world);
    await drain(world, now);
    await checkOutlooks(world, now);
  });
  await fc.assert(property, { numRuns: worlds, seed, endOnFailure: true });
}, 300_000);

test('the places that are told are the order in which jobs are given, while nothing ends', async () => {
  const pool = 'places';
  const worker = await makeWorker(kit.db, 'places-1', [pool]);
  const numbers = fc.sample(fc.nat(), { numRuns: 200, seed });
  const upTo = (most: number) => numbers.pop()! % (most + 1);
  const ids: number[] = [];
  for (let index = 0; index < 30; index += 1) {
    const pushId = await kit.push(`branch ${upTo(3)}`);
    const order = { priority: upTo(2) * 10 };
    const made = await kit.submitJobs({ a: [] }, { pool, order }, { pushId, level: 1 + upTo(2) });
    ids.push(made.ids['a']!);
    await older(kit.db, [made.ids['a']!], upTo(6) * 3600);
    // Some run already, so that shares differ.
    if (index === 12) for (let run = 0; run < 5; run += 1) await claimFirst(kit.db, pool, [worker]);
  }
  const places = await Promise.all(ids.map((id) => explainJob(kit.db, id, queueDefaults)));
  const told = places.filter(({ place }) => place !== null).sort((a, b) => a.place!.ahead - b.place!.ahead);
  expect(told.map(({ place }) => place!.ahead)).toEqual(told.map((_, index) => index));
  const room = startWaitingRoom({ db: kit.db, live, limits: queueDefaults });
  const given: number[] = [];
  for (const _ of told) given.push((await askOne(room, worker))!.jobId);
  room.stop();
  expect(given).toEqual(told.map(({ jobId }) => jobId));
});

type Told = Explanation & { readonly job: Job };
type Job = { id: number; state: string; pool: string; verdict: string | null; runCount: number; isGrouped: boolean };

const jobsOf = ({ pipelines }: World) =>
  kit.db.query<Job>(sql`
    select id, state, pool, verdict, run_count as "runCount", concurrency_group_id is not null as "isGrouped" from job
    where pipeline_id = any (${pipelines}::bigint[]) order by id`);

async function explainAll(world: World): Promise<Told[]> {
  const jobs = await jobsOf(world);
  return Promise.all(jobs.map(async (job) => ({ ...(await explainJob(kit.db, job.id, queueDefaults)), job })));
}

function checkForm({ state, outlook, blockers, place }: Explanation): void {
  if (state === 'running' || state === 'done') expect([outlook, blockers, place]).toEqual([null, [], null]);
  else if (state !== 'ready') expect(blockers.length).toBeGreaterThan(0);
  expect(outlook).toBe(blockers[0]?.outlook ?? null);
  expect(place !== null).toBe(state === 'ready');
  for (const blocker of blockers) {
    expect(blocker.what).not.toMatch(/undefined|null|NaN|contradict/);
    if (blocker.outlook !== 'be-patient') expect([blocker.who, blocker.cure]).not.toContain(null);
  }
}

type Place = { workerId: number; pools: string[] };

/** Places that are free, of workers that are there and may take runs; the cheapest first. */
const freePlaces = ({ pools }: World) =>
  kit.db.query<Place>(sql`
    select worker.id as "workerId", worker.pools from worker
    cross join lateral generate_series(1, worker.capacity - (
      select count(*) from run where run.worker_id = worker.id and ended_at is null)) as place
    where worker.pools && ${pools}::text[] and state = 'active' and hold is null and last_seen_at > now() - interval '60 seconds'
    order by worker.cost, place, worker.id`);

/** All of them ask at once, at a server that has just started. */
async function ask(places: readonly Place[]) {
  const room = startWaitingRoom({ db: kit.db, live, limits: queueDefaults });
  const claims = await Promise.all(places.map(({ workerId }) => askOne(room, workerId)));
  room.stop();
  return claims.filter((claim) => claim !== null);
}

async function askOne(room: WaitingRoom, workerId: number) {
  const { signal } = new AbortController();
  return (await room.ask({ claimId: randomUUID(), workerId, tokenId: null, waitSeconds: 0, signal })).claim;
}

async function checkFirstRound(world: World, pool: string, told: readonly Told[]): Promise<void> {
  const free = (await freePlaces(world)).filter(({ pools }) => pools.includes(pool));
  const unblocked = told.filter(
    ({ job, state, blockers }) => job.pool === pool && state === 'ready' && blockers.length === 0,
  );
  // Whoever serves two pools may be given a job of the other one.
  if (free.some(({ pools }) => pools.length > 1)) return;
  const got = await ask(free);
  expect(got.map(({ jobId }) => jobId).sort()).toEqual(unblocked.map(({ jobId }) => jobId).sort());
}

/**
 * Everything that is given passes at once, and time goes by, until nobody gets anything more. Gates that open meanwhile are
 * answered: nobody could have done so before. Those that were open already are not.
 */
async function drain(world: World, told: readonly Told[]): Promise<void> {
  const toCome = told.filter(({ state }) => state === 'waiting').map(({ jobId }) => jobId);
  for (let idle = 0; idle < 2; ) {
    const running = await kit.db.query<{ runId: number; claimId: string }>(sql`
      select run.id as "runId", run.claim_id as "claimId" from run join job on job.id = run.job_id
      where job.pipeline_id = any (${world.pipelines}::bigint[]) and run.ended_at is null order by run.id`);
    for (const hold of running) {
      const end = { verdict: 'passed', reason: passed, steps: [], logBytes: [] } as const;
      await kit.db.transaction((tx) => finish(tx, hold, end, queueDefaults));
    }
    const opened = await kit.db.query<{ id: number }>(sql`
      select id from job where id = any (${toCome}::bigint[]) and gate is not null and state = 'held'`);
    for (const { id } of opened) {
      await kit.db.transaction((tx) => answerGate(tx, id, { answer: 'approve', by: 'ada' }));
    }
    await letTimePass(kit.db, world);
    let given = 0;
    for (const pool of world.pools) {
      given += (await ask((await freePlaces(world)).filter(({ pools }) => pools[0] === pool))).length;
    }
    idle = given + running.length + opened.length === 0 ? idle + 1 : 0;
  }
}

async function checkOutlooks(world: World, told: readonly Told[]): Promise<void> {
  // A slot that was free may go to a job that came later, has the better place, and then does not go on: nobody knew before.
  const mayBeOvertaken = told.some(({ state, job }) => state === 'waiting' && job.isGrouped);
  const then = new Map((await jobsOf(world)).map((job) => [job.id, job]));
  for (const { jobId, state, outlook, blockers, job } of told) {
    if (state === 'running' || state === 'done') continue;
    const now = then.get(jobId)!;
    const why = JSON.stringify(blockers);
    if (outlook !== null && outlook !== 'be-patient') expect(now.runCount, why).toBe(job.runCount);
    else if (now.state !== 'done') {
      const again = JSON.stringify((await explainJob(kit.db, jobId, queueDefaults)).blockers);
      expect(mayBeOvertaken && /will-never-run|someone-must-act/.test(again) && again, why).toContain(
        'Concurrency group',
      );
    }
  }
}
