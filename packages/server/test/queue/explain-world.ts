// Small worlds of jobs, workers, gates, groups and pauses, made from a list of acts through the face of the queue: whatever the
// list, what comes out is a state that a real server could be in. Each world has pools and branches of its own in one database.
import { Refused } from '@signalbox/protocol';
import fc from 'fast-check';
import { type Db, sql, type Tx } from '../../src/base/index.ts';
import {
  answerGate,
  cancelJob,
  finish,
  giveDueSlots,
  holdWorker,
  letWorkerGo,
  pause,
  queueDefaults,
  raiseJob,
  registerWorker,
  rerunJob,
  resume,
  type SubmittedJob,
  setGroup,
  setPool,
  signOffWorker,
  submit,
} from '../../src/queue/index.ts';
import { broken, claimFirst, failed, jobNamed, passed, type QueueKit } from './kit.ts';

const which = fc.nat({ max: 20 });
const pool = fc.nat({ max: 2 });
const job = fc.record({
  needs: fc.nat({ max: 7 }),
  pool,
  gate: fc.nat({ max: 7 }).map((one) => one === 0),
  group: fc.option(fc.nat({ max: 1 }), { freq: 2 }),
  delaySeconds: fc.constantFrom(0, 0, 0, 0, 0, 3600),
  priority: fc.integer({ min: -1, max: 1 }),
});
const submission = fc.record({
  act: fc.constant('submit' as const),
  branch: fc.nat({ max: 1 }),
  cause: fc.constantFrom('push' as const, 'push' as const, 'try' as const, 'release' as const),
  level: fc.integer({ min: 1, max: 2 }),
  jobs: fc.array(job, { minLength: 1, maxLength: 4 }),
});
const worker = fc.record({
  act: fc.constant('worker' as const),
  pools: fc.constantFrom([0], [0], [1], [1], [0, 1]),
  cost: fc.constantFrom(0, 0, 0, 3),
  capacity: fc.integer({ min: 1, max: 2 }),
});
const one = <Name extends string>(act: Name) => fc.record({ act: fc.constant(act), which });
const run = fc.record({
  act: fc.constant('run' as const),
  which,
  pool,
  end: fc.constantFrom('passed', 'failed', 'errored', 'errored later', 'goes on', 'goes on'),
});
const act = fc.oneof(
  { arbitrary: submission, weight: 6 },
  { arbitrary: worker, weight: 4 },
  { arbitrary: run, weight: 6 },
  one('offline'),
  one('sign off'),
  one('hold'),
  one('let go'),
  one('cancel'),
  one('rerun'),
  one('raise'),
  one('answer'),
  one('resume'),
  fc.record({ act: fc.constant('pause' as const), which, kind: fc.constantFrom('pool', 'branch', 'lane') }),
  fc.record({ act: fc.constant('slots' as const), which, slots: fc.nat({ max: 2 }) }),
  fc.record({ act: fc.constant('wait budget' as const), pool, seconds: fc.constantFrom(0, 600) }),
);
/** What is done to a world, in order. */
export const acts = fc.array(act, { minLength: 4, maxLength: 24 });
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

export type World = {
  /** Of this world alone. */
  readonly pools: readonly string[];
  readonly pipelines: readonly number[];
};

let worlds = 0;

export async function makeWorld(kit: QueueKit, done: readonly Act[]): Promise<World> {
  worlds += 1;
  const { db } = kit;
  const own = (name: string) => `${name}-${worlds}`;
  const pools = [own('a'), own('b'), own('c')];
  const branches = [own('main'), own('dev')];
  const groups = [own('g'), own('h')];
  const [repo] = await db.query<{ id: number }>(sql`select id from repo where name = 'r'`);
  const pipelines: number[] = [];
  const workers: number[] = [];
  const pauses: number[] = [];
  const nth = <Item>(items: readonly Item[], index: number): Item | undefined =>
    items[index % Math.max(1, items.length)];
  const jobs = () =>
    db.query<{ id: number; isGrouped: boolean; gate: string | null }>(sql`
      select id, concurrency_group_id is not null as "isGrouped", gate from job
      where pipeline_id = any (${pipelines}::bigint[]) order by id`);
  const write = (work: (tx: Tx) => Promise<unknown>) => db.transaction(work);

  for (const [index, what] of done.entries()) await orRefused(() => apply(what, index));
  return { pools, pipelines };

  async function apply(what: Act, index: number): Promise<unknown> {
    switch (what.act) {
      case 'submit': {
        const pushId = await kit.push(branches[what.branch]);
        const name = (at: number) => `${index}-${at}`;
        const wanted: SubmittedJob[] = what.jobs.map((each, at) => ({
          ...jobNamed(name(at), [0, 1, 2].filter((need) => need < at && each.needs & (1 << need)).map(name)),
          pool: pools[each.pool]!,
          attempts: 5,
          order: {
            gate: each.gate ? 'Go?' : null,
            concurrencyGroup: each.group === null || each.gate ? null : groups[each.group]!,
            delaySeconds: each.delaySeconds,
            // In a group all are alike: whoever comes later waits behind who is there, whatever becomes of the others.
            priority: each.group === null ? each.priority : 0,
          },
        }));
        const { cause, level } = what;
        const { pipelineId } = await submit(
          db,
          {
            pushId,
            cause,
            level,
            person: 'ada',
            requestKey: own(`${index}`),
            jobs: wanted,
            leftOut: [],
            problem: null,
          },
          queueDefaults,
        );
        return pipelines.push(pipelineId);
      }
      case 'worker': {
        const facts = {
          name: own(`w${index}`),
          version: '0',
          platform: 'linux-x64',
          capacity: what.capacity,
          cost: what.cost,
        };
        const id = await registerWorker(db, { ...facts, pools: what.pools.map((at) => pools[at]!) }, null, 60);
        return workers.push(id);
      }
      case 'run': {
        const able = await db.query<{ id: number }>(sql`
          select id from worker
          where id = any (${workers}::bigint[]) and ${pools[what.pool]} = any (pools) and hold is null and state = 'active'
          order by id`);
        const by = nth(able, what.which);
        const [held] = by === undefined ? [] : await claimFirst(db, pools[what.pool]!, [by.id]);
        if (!held || what.end === 'goes on') return undefined;
        const verdict = what.end === 'errored later' ? 'errored' : (what.end as 'passed' | 'failed' | 'errored');
        const reason = { passed, failed, errored: broken }[verdict];
        const retrySeconds = what.end === 'errored later' ? 300 : 0;
        return write((tx) =>
          finish(tx, held, { verdict, reason, steps: [], logBytes: [] }, { ...queueDefaults, retrySeconds }),
        );
      }
      case 'offline':
        return db.query(sql`
          update worker set last_seen_at = now() - interval '10 minutes' where id = ${nth(workers, what.which) ?? 0}`);
      case 'sign off':
        return signOffWorker(db, { id: nth(workers, what.which) ?? 0, tokenId: null, session: null });
      case 'hold':
        return write((tx) => holdWorker(tx, nth(workers, what.which) ?? 0, { kind: 'drained', reason: 'disk' }, 'ada'));
      case 'let go':
        return write((tx) => letWorkerGo(tx, nth(workers, what.which) ?? 0));
      case 'cancel':
        return write(async (tx) => cancelJob(tx, nth(await jobs(), what.which)?.id ?? 0, 'ada'));
      case 'rerun':
        return write(async (tx) => rerunJob(tx, nth(await jobs(), what.which)?.id ?? 0));
      case 'raise': {
        const plain = (await jobs()).filter(({ isGrouped }) => !isGrouped);
        return write((tx) => raiseJob(tx, nth(plain, what.which)?.id ?? 0, 10, queueDefaults));
      }
      case 'answer': {
        const gates = (await jobs()).filter(({ gate }) => gate !== null);
        return write((tx) => answerGate(tx, nth(gates, what.which)?.id ?? 0, { answer: 'approve', by: 'ada' }));
      }
      case 'pause': {
        const tree = { repo: 'r', branch: nth(branches, what.which)! };
        const lane = (
          await db.query<{ name: string }>(sql`select name from lane where branch = ${tree.branch} limit 1`)
        )[0];
        const target = {
          pool: { kind: 'pool' as const, pool: nth(pools, what.which)! },
          branch: { kind: 'branch' as const, ...tree },
          lane: { kind: 'lane' as const, ...tree, lane: lane?.name ?? 'none' },
        }[what.kind as 'pool' | 'branch' | 'lane'];
        return pauses.push(
          await write((tx) => pause(tx, { ...target, reason: 'red' }, 'ada')).then(
            (made) => (made as { id: number }).id,
          ),
        );
      }
      case 'resume':
        return write((tx) => resume(tx, nth(pauses, what.which) ?? 0));
      case 'slots': {
        const name = nth(groups, what.which)!;
        return write((tx) => setGroup(tx, { repoId: repo!.id, name, slots: what.slots, by: 'ada' }));
      }
      case 'wait budget':
        return write((tx) => setPool(tx, pools[what.pool]!, what.seconds));
    }
  }
}

async function orRefused(work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
  });
}

/** As if hours had gone by: every time has come, every wait budget is spent. */
export async function letTimePass(db: Db, { pools }: World): Promise<void> {
  await db.query(sql`
    update ready
    set not_before = now(), since = since - interval '1 day', rank = rank - interval '1 day'
    where pool = any (${pools}::text[])`);
  await db.query(sql`
    update concurrency_slot set not_before = now()
    from job where job.id = concurrency_slot.job_id and job.pool = any (${pools}::text[]) and concurrency_slot.not_before > now()`);
  await db.transaction(giveDueSlots);
}
