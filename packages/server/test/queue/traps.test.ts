// The traps into which queues in a database have fallen, each set up for real: an old snapshot that keeps dead rows, a crowd that
// claims, a worker with a thousand runs. What counts is pages touched and statements sent, not time: a slow machine changes neither.
import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../../test/kit/wait.ts';
import { type Db, sql } from '../../src/base/index.ts';
import { claim } from '../../src/queue/claim.ts';
import { createRenew, finishAlone, queueDefaults, type RunHold } from '../../src/queue/index.ts';
import { Lineup } from '../../src/queue/lineup.ts';
import { atTheLine } from './at-the-line.ts';
import { explainedDb, pages, removed } from './explained.ts';
import { jobNamed, makeWorker, passed, type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
beforeEach(async () => {
  kit = await queueKit();
});
afterEach(() => kit.drop());

/** In one pipeline; all are ready at the same instant. */
const submitMany = (count: number) =>
  kit.submitJobs({}, {}, { jobs: Array.from({ length: count }, (_, place) => jobNamed(`job ${place}`)) });

describe('while an old snapshot keeps every row that was', () => {
  let old: PoolClient;
  beforeEach(async () => {
    old = await kit.db.pool.connect();
    await old.query('begin isolation level repeatable read');
    await old.query('select 1 from job');
  });
  afterEach(async () => {
    await old.query('commit');
    old.release();
  });

  /** Takes and ends the first of the line; says how many pages it touched to look (0: it did not) and, if asked, to claim and to end. */
  async function round(lineup: Lineup, now: number, { most = 50, explains = false } = {}) {
    const { db, seen } = explainedDb(kit.db);
    await lineup.refresh(db, now);
    const look = Math.max(0, ...seen.splice(0).map(({ plan }) => pages(plan)));
    const first = [...lineup.lines.values()].flat().slice(0, most);
    lineup.drop(first);
    const asked = first.map(({ jobId }) => ({ claimId: randomUUID(), workerId: kit.workerId, jobId }));
    const held = await claim(explains ? db : kit.db, asked, 30);
    const claims = Math.max(0, ...seen.splice(0).map(({ plan }) => pages(plan)));
    await finishAlone(
      explains ? db : kit.db,
      held.map((hold) => ({ hold, end: { verdict: 'passed', reason: passed, steps: [], logBytes: [] } })),
    );
    return { look, claims, ends: Math.max(0, ...seen.map(({ plan }) => pages(plan))), held: held.length };
  }

  /** As a look that passes many dead rows: it takes its time. */
  const slow = (): Db => ({
    ...kit.db,
    async query(statement) {
      await kit.db.query(sql`select pg_sleep(0.02)`);
      return kit.db.query(statement);
    },
  });

  test('3,000 claims and ends of a long line cost no more at the end than at the beginning', async () => {
    await submitMany(3500);
    const lineup = new Lineup('default');
    const rounds: Awaited<ReturnType<typeof round>>[] = [];
    for (let turn = 0; turn < 60; turn += 1) {
      // Something came or went elsewhere, as always on a busy server; a round takes 20 ms.
      lineup.touch();
      rounds.push(await round(lineup, turn * 20, { explains: turn % 10 === 9 }));
    }
    expect(rounds.map(({ held }) => held)).toEqual(rounds.map(() => 50));
    const looks = rounds.map(({ look }) => look).filter((look) => look > 0);
    const touched = (of: 'claims' | 'ends') => rounds.map((one) => one[of]).filter((pagesOfOne) => pagesOfOne > 0);
    // In the pages of an index of 3,000 dead rows and of their table; walked for each claim they would be 5,000 a round.
    expect(looks.reduce((sum, look) => sum + look)).toBeLessThan(rounds.length * 50);
    for (const pagesOfAll of [touched('claims'), touched('ends')]) {
      expect(pagesOfAll).toHaveLength(6);
      expect(pagesOfAll.at(-1)).toBeLessThan(pagesOfAll[0]! * 1.5);
    }
  }, 60_000);

  test('a look for new jobs does not pass all that were before, once that has cost too much', async () => {
    const lineup = new Lineup('default');
    let now = 0;
    for (let turn = 0; turn < 5; turn += 1) {
      await submitMany(500);
      for (let held = -1; held !== 0; now += 10_000) ({ held } = await round(lineup, now, { most: 500 }));
    }
    const atAll = await round(new Lineup('default'), now);
    await lineup.refresh(slow(), now);
    await submitMany(1);
    lineup.touch();
    const fromFloor = await round(lineup, now + 1);
    expect([atAll.held, fromFloor.held]).toEqual([0, 1]);
    expect(atAll.look).toBeGreaterThan(60);
    expect(fromFloor.look).toBeLessThan(30);
  }, 60_000);

  test('what comes in before that is seen by the next look at all', async () => {
    const lineup = new Lineup('default');
    await submitMany(3);
    await lineup.refresh(slow(), 0);
    lineup.drop([...lineup.lines.values()].flat());
    const { ids } = await kit.submitJobs({ first: [] }, { order: { priority: 10 } });
    const { ids: later } = await kit.submitJobs({ last: [] });
    const seen = async (now: number) => {
      lineup.touch();
      await lineup.refresh(kit.db, now);
      return [...lineup.lines.values()].flat().map(({ jobId }) => jobId);
    };
    expect(await seen(1)).toEqual([later['last']]);
    // These three were given to nobody in the end, so they are there again, too.
    const all = await seen(10_000);
    expect([all[0], all.length]).toEqual([ids['first'], 5]);
  });
});

test('a hundred workers that wait in one process are served by a few statements', async () => {
  const asked: string[] = [];
  const line = atTheLine({
    ...kit.db,
    query(statement) {
      asked.push(statement.text);
      return kit.db.query(statement);
    },
  });
  const workers = await Promise.all(Array.from({ length: 100 }, (_, place) => makeWorker(kit.db, `worker ${place}`)));
  const waiting = workers.map((worker) => line.ask(worker));
  await until('the hundred', () => asked.some((text) => text.includes('left join worker w on')));
  asked.length = 0;
  await submitMany(100);
  line.live.hint('ready:default');
  const answers = await Promise.all(waiting);
  expect(new Set(answers.map(({ claim: got }) => got?.jobId)).size).toBe(100);
  const claims = asked.filter((text) => text.includes('insert into run'));
  expect(claims.length).toBeLessThanOrEqual(3);
  // Besides: looks at the line, and each second which pools have one.
  expect(asked.length).toBeLessThan(30);
  await line.stop();
});

test('a worker renews its thousand runs by one statement, and nothing is compared each with each', async () => {
  await submitMany(1000);
  const { rows } = await kit.db.pool.query<{ id: number }>('select id from job order by id');
  const held: RunHold[] = [];
  for (let at = 0; at < rows.length; at += 100) {
    const asked = rows
      .slice(at, at + 100)
      .map(({ id }) => ({ claimId: randomUUID(), workerId: kit.workerId, jobId: id }));
    held.push(...(await claim(kit.db, asked, 30)));
  }
  const { db, seen } = explainedDb(kit.db);
  expect(await createRenew(db, queueDefaults)({ id: kit.workerId, tokenId: null }, held)).toEqual({
    lost: [],
    cancelled: [],
  });
  const updates = seen.filter(({ text, mode }) => text.includes('update run') && mode === 'generic');
  expect(updates).toHaveLength(1);
  expect(removed(updates[0]!.plan)).toBeLessThan(2000);
});
