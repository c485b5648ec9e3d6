// The promises of docs/how-it-survives.md that only real processes can break: cuts, repeated requests, a lost PostgreSQL, servers
// that come and go. After each: one run a job, the right verdict, every byte. And all the while the clock of one server is an
// hour fast, and that of another an hour slow: only the clock of the database counts.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from '../../packages/server/src/base/index.ts';
import { checkInvariants } from '../../packages/server/src/flow/invariants/index.ts';
import { directoryToRemove } from '../kit/temporary.ts';
import { until } from '../kit/wait.ts';
import type { JobPlan } from './jobs.ts';
import { judge } from './judge.ts';
import { mend } from './mend.ts';
import type { Weather } from './proxy.ts';
import { randomFrom } from './random.ts';
import type { Fate } from './requests.ts';
import { type Work, workOf } from './work.ts';
import { openWorld, type World } from './world.ts';
import { wrongClock } from './wrong-clock.ts';

/** The network is cut for 1 s, 30 s and 10 minutes by the clock, too, which is too long for every day. */
const takeLong = process.env['LONG_CUTS'] === '1';
const pools = ['a', 'b', 'c', 'd'] as const;
let world: World;
let work: Work;
let clocks: Awaited<ReturnType<typeof directoryToRemove>>;
beforeAll(async () => {
  clocks = await directoryToRemove('clocks');
  const env = [{}, await wrongClock(clocks.path, 60), await wrongClock(clocks.path, -60)];
  world = await openWorld({ servers: 3, workers: pools.map((pool) => [pool]), env: (server) => env[server]! });
  work = await workOf(world, 1);
  await work.begin();
}, 240_000);
afterAll(async () => {
  await work?.close();
  await world?.close();
  await clocks?.remove();
});
beforeEach(() => {
  for (const { requests } of world.servers) requests.fate = () => ({ kind: 'once' });
});

/** Prints, waits for a word, and prints again. */
const longJob = (name: string, pool: string, word: string): JobPlan => ({
  name,
  pool,
  needs: [],
  hasArtifact: true,
  steps: [
    { lines: 200, rests: 0, restMs: 0, exitCode: 0 },
    { lines: 200, rests: 2, restMs: 100, exitCode: 0, waitsFor: word },
  ],
});
const shortJobs = (count: number): JobPlan[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `job${index + 1}`,
    pool: pools[index % pools.length]!,
    needs: index % 5 === 4 ? [`job${index}`] : [],
    hasArtifact: index % 6 === 0,
    steps: [{ lines: 300, rests: 2, restMs: 150, exitCode: 0 }],
  }));
const say = (word: string) => writeFile(join(world.directory, 'journal', word), '');
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** Jobs of a push that run now. */
const running = (revision: string, count: number) =>
  until(
    `${count} runs`,
    async () => {
      const [now] = await world.db.query<{ count: number }>(sql`
        select count(*) from run join job on job.id = run.job_id join pipeline on pipeline.id = job.pipeline_id
          join push on push.id = pipeline.push_id
        where push.revision = ${revision} and run.started_at is not null and run.ended_at is null and run.steps -> 2 ->> 'state' = 'running'`);
      return now!.count >= count;
    },
    { seconds: 60 },
  );

async function hasEnded(revision: string): Promise<boolean> {
  const ended = await world.db.query(sql`
    select 1 from pipeline join push on push.id = pipeline.push_id
    where push.revision = ${revision} and pipeline.finished_at is not null`);
  return ended.length > 0;
}

/** All that was asked for is there; gives the number of runs of each job of the push. */
async function wellEnded(revision: string): Promise<Record<string, number>> {
  await mend(world, work.asked, () => undefined);
  const { problems } = await judge(world, work.asked);
  const broken = (await checkInvariants(world.db, 0)).filter((report) => report.count > 0);
  expect([...problems, ...broken]).toEqual([]);
  const jobs = await world.db.query<{ name: string; runs: number }>(sql`
    select job.name, job.run_count as runs
    from job join pipeline on pipeline.id = job.pipeline_id join push on push.id = pipeline.push_id
    where push.revision = ${revision}`);
  return Object.fromEntries(jobs.map((job) => [job.name, job.runs]));
}

test('servers whose clocks are wrong lose no lease, hold up no job, and write down the right times', async () => {
  const hours = world.servers.map(({ station }) => {
    const line = station.program.output.split('\n').find((each) => each.includes('listens on'))!;
    const { time } = JSON.parse(line) as { time: string };
    return Math.abs((Date.parse(time) - Date.now()) / 3_600_000).toFixed(1);
  });
  expect(hours, 'they are wrong indeed').toEqual(['0.0', '1.0', '1.0']);
  // Longer than a lease, in each pool, and so by each server; and a job that follows from one to the next.
  const long = pools.map((pool) => ({
    ...shortJobs(1)[0]!,
    name: `long-${pool}`,
    pool,
    steps: [{ lines: 200, rests: 7, restMs: 1000, exitCode: 0 }],
  }));
  const next = pools.map((pool, index) => ({
    ...shortJobs(1)[0]!,
    name: `next-${pool}`,
    pool,
    needs: [`long-${pools[(index + 1) % pools.length]}`],
  }));
  const revision = await work.push([...long, ...next]);
  const runs = await wellEnded(revision);
  expect(Object.entries(runs).filter(([, count]) => count !== 1)).toEqual([]);
  const wrong = await world.db.query(sql`
    select run.id, run.claimed_at, run.ended_at, job.ready_at from run join job on job.id = run.job_id
    where run.claimed_at not between now() - interval '10 minutes' and now() or run.ended_at < run.claimed_at
      or run.claimed_at - job.ready_at > interval '15 seconds'`);
  expect(wrong).toEqual([]);
}, 120_000);

test('three servers share the work, and each is stopped and started again in turn without a run being lost', async () => {
  const before = world.servers.map(({ requests }) => requests.counts.once ?? 0);
  const revision = await work.push([
    ...shortJobs(16),
    ...pools.map((pool) => longJob(`long-${pool}`, pool, 'after-the-turns')),
  ]);
  await running(revision, 2);
  const shared = world.servers.map(({ requests }, index) => (requests.counts.once ?? 0) - before[index]!);
  expect(
    shared.every((count) => count > 0),
    `each has answered: ${shared}`,
  ).toBe(true);
  for (const { station } of world.servers) {
    await station.stop();
    await station.start();
  }
  await say('after-the-turns');
  const runs = await wellEnded(revision);
  expect(Object.entries(runs).filter(([, count]) => count !== 1)).toEqual([]);
}, 240_000);

test('a worker that is cut off goes on with its run: a moment, half a lease, half-open, and longer than two leases', async () => {
  // A lease lasts 6 s here instead of 60: these are 10 s, 30 s twice, and 140 s.
  const lengths = takeLong ? [1, 30, 30, 600] : [1, 3, 3, 14];
  const kinds: (Weather['kind'] & ('refuse' | 'hold' | 'half-open'))[] = ['refuse', 'hold', 'half-open', 'refuse'];
  const cuts = kinds.map((kind, index) => [kind, lengths[index]!] as const);
  const revision = await work.push(cuts.map((_, index) => longJob(`cut${index}`, pools[index]!, 'after-the-cuts')));
  await running(revision, cuts.length);
  await Promise.all(
    cuts.map(async ([kind, length], index) => {
      const { ways } = world.workers[index]!;
      for (const way of ways) way.turn({ kind });
      await seconds(length);
      for (const way of ways) way.turn({ kind: 'clear' });
    }),
  );
  await say('after-the-cuts');
  expect(await wellEnded(revision)).toEqual({ cut0: 1, cut1: 1, cut2: 1, cut3: 1 });
}, 1_000_000);

test('requests that come twice, late, out of order, or whose answers are lost change nothing', async () => {
  const random = randomFrom(7);
  const fate = (): Fate => {
    const kind = random.weighted({
      twice: 2,
      'twice-at-once': 2,
      'again-later': 2,
      late: 1,
      'answer-lost': 1,
      once: 2,
    });
    return kind === 'again-later' || kind === 'late' ? { kind, ms: random.whole(10, 1500) } : { kind };
  };
  for (const { requests } of world.servers) requests.fate = fate;
  const revision = await work.push(shortJobs(12));
  await until('the end of the pipeline', () => hasEnded(revision), { seconds: 120 });
  const runs = await wellEnded(revision);
  expect(Object.keys(runs)).toHaveLength(12);
  // A claim that was repeated after its worker had given it up costs a run that nobody heard of, and no attempt.
  const heard = await world.db.query<{ name: string; count: number }>(sql`
    select job.name, count(*) from run join job on job.id = run.job_id join pipeline on pipeline.id = job.pipeline_id
      join push on push.id = pipeline.push_id
    where push.revision = ${revision} and run.started_at is not null group by job.name`);
  expect(heard.filter((job) => job.count !== 1)).toEqual([]);
  expect(world.servers.reduce((sum, { requests }) => sum + (requests.counts['again-later'] ?? 0), 0)).toBeGreaterThan(
    5,
  );
}, 240_000);

test('kill -9 of PostgreSQL under load interrupts no run', async () => {
  const revision = await work.push([
    ...shortJobs(12),
    ...pools.map((pool) => longJob(`long-${pool}`, pool, 'after-the-kills')),
  ]);
  await running(revision, 2);
  for (let times = 0; times < 3; times += 1) {
    world.killPostgres();
    await until('PostgreSQL to be back', () => world.db.query(sql`select 1`), { seconds: 60 });
    await seconds(0.5);
  }
  await say('after-the-kills');
  const runs = await wellEnded(revision);
  expect(Object.entries(runs).filter(([, count]) => count !== 1)).toEqual([]);
}, 180_000);
