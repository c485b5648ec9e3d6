// What the queue's tests begin with: a database with a push in it, and short ways to submit, claim and finish.
import { randomUUID } from 'node:crypto';
import type { FinishAnswer, Reason, Verdict } from '@signalbox/protocol';
import { testDatabase } from '../../../../test/kit/database.ts';
import { until } from '../../../../test/kit/wait.ts';
import { type Db, sql } from '../../src/base/index.ts';
import { type Claim, claim } from '../../src/queue/claim.ts';
import { pick } from '../../src/queue/decide/pick.ts';
import {
  finish,
  queueDefaults,
  registerWorker,
  type Submission,
  type SubmittedJob,
  settle,
  submit,
} from '../../src/queue/index.ts';
import { Lineup } from '../../src/queue/lineup.ts';
import { AllPoolFacts } from '../../src/queue/pool-facts.ts';

export type QueueKit = {
  readonly db: Db;
  readonly workerId: number;
  readonly pushId: number;
  /** Another push of the repository. */
  push(branch?: string): Promise<number>;
  /** Submits jobs given as `name: needs`; returns the ids by name. `pipeline`: what is not as usual about it. */
  submitJobs(
    jobs: Record<string, readonly string[]>,
    more?: Partial<SubmittedJob>,
    pipeline?: Partial<Submission>,
  ): Promise<{ pipelineId: number; ids: Record<string, number> }>;
  claimOne(pool?: string, workerId?: number): Promise<Held | undefined>;
  end(held: Held, verdict: Verdict, reason?: Reason): Promise<Pick<FinishAnswer, 'retried'>>;
  /** `state verdict` of each job by name. */
  states(pipelineId: number): Promise<Record<string, string>>;
  drop(): Promise<void>;
};
export type Held = {
  readonly runId: number;
  readonly claimId: string;
  readonly jobId: number;
  readonly attempt: number;
};

export const passed: Reason = { code: 'all-steps-passed', text: 'All steps passed' };
export const failed: Reason = { code: 'step-failed', text: 'Step "test" exited with 1' };
export const broken: Reason = { code: 'worker-failed', text: 'The worker failed' };

export async function queueKit(): Promise<QueueKit> {
  const { db, drop } = await testDatabase();
  const pushId = await makePush(db);
  const workerId = await makeWorker(db, 'w1');
  let requests = 0;
  return {
    db,
    workerId,
    pushId,
    drop,
    push: (branch = 'main') => pushTo(db, branch),
    async submitJobs(jobs, more = {}, pipeline = {}) {
      requests += 1;
      const requestKey = `request ${requests}`;
      const submission = {
        pushId,
        cause: 'push',
        requestKey,
        leftOut: [],
        problem: null,
        jobs: Object.entries(jobs).map(([name, needs]) => ({ ...jobNamed(name, needs), ...more })),
        ...pipeline,
      } as const;
      const { pipelineId } = await submit(db, submission, queueDefaults);
      const rows = await db.query<{ id: number; name: string }>(
        sql`select id, name from job where pipeline_id = ${pipelineId}`,
      );
      return { pipelineId, ids: Object.fromEntries(rows.map((row) => [row.name, row.id])) };
    },
    async claimOne(pool = 'default', by = workerId) {
      const [got] = await claimFirst(db, pool, [by]);
      return got;
    },
    async end(held, verdict, reason = reasonOf(verdict)) {
      const ended = await db.transaction((tx) =>
        finish(tx, held, { verdict, reason, steps: [], logBytes: [] }, { ...queueDefaults, retrySeconds: 0 }),
      );
      await settle(db, [ended.pipelineId]);
      return ended;
    },
    async states(pipelineId) {
      const rows = await db.query<{ name: string; state: string; verdict: string | null }>(sql`
        select name, state, verdict from job where pipeline_id = ${pipelineId} order by id`);
      return Object.fromEntries(rows.map((row) => [row.name, row.verdict ?? row.state]));
    },
  };
}

/** What the waiting room does in one round, for these workers: again while others are faster. */
export async function claimFirst(db: Db, pool: string, workerIds: readonly number[]): Promise<Claim[]> {
  // Tests make up pools as they go: whoever asks at a line serves it.
  await db.query(sql`
    update worker set pools = array_append(pools, ${pool}::text)
    where id = any (${workerIds}::bigint[]) and not ${pool}::text = any (pools)`);
  const facts = new AllPoolFacts(db, 60);
  let asking = workerIds.map((workerId) => ({ claimId: randomUUID(), workerId, cost: 0 }));
  const got: Claim[] = [];
  for (;;) {
    const lineup = new Lineup(pool);
    const now = Date.now();
    await lineup.refresh(db, now);
    const [shares, poolFacts] = [await facts.shares(pool, now), await facts.of(pool, now)];
    const picks = pick({ ...shares, lines: lineup.lines, asking, pool: poolFacts, isWarm: () => false, now });
    if (picks.length === 0) return got;
    const asked = picks.map((one) => ({ ...one.asking, jobId: one.candidate.jobId }));
    got.push(...(await claim(db, asked, 30)));
    const done = new Set(got.map((one) => one.claimId));
    asking = asking.filter((one) => !done.has(one.claimId));
  }
}

/** Until so many statements wait for locks of others. */
export async function heldUp(db: Db, count: number): Promise<void> {
  await until(`${count} statements that wait for a lock`, async () => {
    const waiting = await db.query(sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    return waiting.length >= count;
  });
}

export function jobNamed(name: string, needs: readonly string[] = []): SubmittedJob {
  return {
    name,
    needs,
    pool: 'default',
    attempts: 3,
    attributes: { template: name, platform: null, variant: null, group: null, symbol: 'J' },
    spec: { steps: [], env: {}, checkout: false, artifacts: [], secrets: [], timeoutSeconds: 60 },
  };
}

export function makeWorker(db: Db, name: string, pools = ['default'], cost = 0): Promise<number> {
  return registerWorker(db, { name, pools, capacity: 1, version: '0', platform: 'linux-x64', cost }, null, 60);
}

async function makePush(db: Db): Promise<number> {
  await db.query(sql`insert into repo (name, url, default_branch) values ('r', '/r', 'main')`);
  return pushTo(db, 'main');
}

async function pushTo(db: Db, branch: string): Promise<number> {
  const [row] = await db.query<{ id: number }>(sql`
    insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
    select id, ${branch}, 'forward', 'a', 'A', 't', 't', '[]', 1, now() from repo where name = 'r'
    returning id`);
  return row!.id;
}

const reasonOf = (verdict: Verdict): Reason =>
  verdict === 'passed' ? passed : verdict === 'errored' ? broken : failed;
