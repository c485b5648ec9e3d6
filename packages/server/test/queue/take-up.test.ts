// A worker comes back after its lease: it goes on with its run, unless somebody else has the job or nobody wants it any more.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, sql } from '../../src/base/index.ts';
import { claim } from '../../src/queue/claim.ts';
import { whyLost } from '../../src/queue/expire.ts';
import {
  cancelJob,
  cancelPipeline,
  createRenew,
  expireLeases,
  queueDefaults,
  rerunJob,
  settle,
  takeUp,
} from '../../src/queue/index.ts';
import { append, ended, recordDefaults, reopenLog } from '../../src/record/index.ts';
import { takeToSeal } from '../../src/record/to-seal.ts';
import { chunksOf } from '../record/kit.ts';
import { type Held, heldUp, makeWorker, type QueueKit, queueKit } from './kit.ts';

let kit: QueueKit;
let db: Db;
let other: number;
beforeAll(async () => {
  kit = await queueKit();
  db = kit.db;
  other = await makeWorker(db, 'w2');
});
afterAll(() => kit.drop());

const limits = { ...queueDefaults, retrySeconds: 0, quarantineAfter: 0 };
const comeBack = async (held: Held) => {
  const taken = await db.transaction((tx) => takeUp(tx, held, limits, reopenLog));
  return typeof taken === 'string' ? taken : 'taken up';
};
const confirm = (held: Held, workerId = kit.workerId) =>
  createRenew(db, queueDefaults)({ id: workerId, tokenId: null }, [held]);
/** Its worker is silent until somebody gives it up. */
async function lose(held: Held): Promise<void> {
  await db.query(sql`update run set lease_until = now() - interval '1 second' where id = ${held.runId}`);
  await db.query(sql`update lease_clock set last_look_at = now(), last_answer_at = now(), was_away = false`);
  await expireLeases(db, limits, (tx, runId) => ended(tx, [runId]));
}
const submitAndHold = async (attempts = 3) => {
  const { pipelineId, ids } = await kit.submitJobs({ a: [] }, { attempts });
  const held = (await kit.claimOne())!;
  await confirm(held);
  return { pipelineId, jobId: ids['a']!, held };
};
const only = async <Row>(statement: ReturnType<typeof sql>) => (await db.query<Row>(statement))[0]!;
const runOf = (held: Held) =>
  only<{ endedAt: string | null; verdict: string | null; reason: unknown; retried: boolean; isHeld: boolean }>(sql`
    select ended_at as "endedAt", verdict, reason, retried, lease_until > now() + interval '50 seconds' as "isHeld"
    from run where id = ${held.runId}`);
const jobOf = (jobId: number) =>
  only<{
    state: string;
    verdict: string | null;
    erroredCount: number;
    avoid: number[];
    inLine: number;
    open: number;
  }>(sql`
    select state, verdict, errored_count as "erroredCount", avoid,
           (select count(*) from ready where job_id = job.id) as "inLine",
           (select count(*) from run where job_id = job.id and ended_at is null) as open
    from job where id = ${jobId}`);
const open = { endedAt: null, verdict: null, reason: null, retried: false, isHeld: true };
const running = { state: 'running', verdict: null, erroredCount: 0, avoid: [], inLine: 0, open: 1 };

describe('a run whose lease has ended', () => {
  test('goes on when its worker comes back before anybody else has the job', async () => {
    const { pipelineId, jobId, held } = await submitAndHold();
    await lose(held);
    expect(await runOf(held)).toMatchObject({ verdict: 'errored', retried: true });
    expect(await jobOf(jobId)).toMatchObject({ state: 'ready', erroredCount: 1, avoid: [kit.workerId], open: 0 });
    expect(await comeBack(held)).toBe('taken up');
    expect(await runOf(held)).toEqual(open);
    expect(await jobOf(jobId)).toEqual(running);
    expect(await kit.claimOne('default', other)).toBeUndefined();
    expect((await confirm(held)).lost).toEqual([]);
    await kit.end(held, 'passed');
    expect(await kit.states(pipelineId)).toEqual({ a: 'passed' });
  });

  test('goes on again and again, and never costs an attempt', async () => {
    const { jobId, held } = await submitAndHold(2);
    for (let time = 1; time <= 3; time += 1) {
      await lose(held);
      expect(await comeBack(held)).toBe('taken up');
    }
    expect(await jobOf(jobId)).toEqual(running);
    await kit.end(held, 'passed');
  });

  test('has its attempt back also when it errors at the moment at which it is taken up', async () => {
    const { held } = await submitAndHold(2);
    await lose(held);
    let ending: ReturnType<QueueKit['end']> = Promise.reject(new Error('it has not begun'));
    ending.catch(() => undefined);
    await db.transaction(async (tx) => {
      expect(await takeUp(tx, held, limits, reopenLog)).toMatchObject({ jobId: held.jobId });
      ending = kit.end(held, 'errored');
      await heldUp(db, 1);
    });
    expect(await ending).toMatchObject({ retried: true });
    expect(await jobOf(held.jobId)).toMatchObject({ state: 'ready', erroredCount: 1 });
    await kit.end((await kit.claimOne('default', other))!, 'passed');
  });

  test('goes on also when nobody had ever heard of its claim', async () => {
    const { ids } = await kit.submitJobs({ a: [] }, { attempts: 1 });
    const held = (await kit.claimOne())!;
    await lose(held);
    expect(await comeBack(held)).toBe('taken up');
    expect(await jobOf(ids['a']!)).toEqual(running);
    await kit.end(held, 'passed');
  });

  test('stays lost once another has the job: the fence holds, and the other one ends it', async () => {
    const { pipelineId, held } = await submitAndHold();
    await lose(held);
    const second = (await kit.claimOne('default', other))!;
    expect(await comeBack(held)).toBe('lost');
    expect((await confirm(held)).lost).toEqual([held.runId]);
    await expect(kit.end(held, 'passed')).rejects.toMatchObject({ code: 'claim-lost' });
    await lose(second);
    // The job is nobody's again, but the first one is not the last to have had it.
    expect(await comeBack(held)).toBe('lost');
    expect(await comeBack(second)).toBe('taken up');
    await kit.end(second, 'failed');
    expect(await kit.states(pipelineId)).toEqual({ a: 'failed' });
  });

  test('stays lost for whoever does not know its claim id', async () => {
    const { held } = await submitAndHold();
    await lose(held);
    expect(await comeBack({ ...held, claimId: randomUUID() })).toBe('lost');
    await comeBack(held);
    expect(await comeBack({ ...held, claimId: randomUUID() })).toBe('lost');
    expect(await comeBack(held)).toBe('open');
    await kit.end(held, 'passed');
  });

  test('stays lost when a person has cancelled the job, or its pipeline, meanwhile', async () => {
    for (const whole of [false, true]) {
      const { pipelineId, jobId, held } = await submitAndHold();
      await lose(held);
      await db.transaction((tx) => (whole ? cancelPipeline(tx, pipelineId, 'ada') : cancelJob(tx, jobId, 'ada')));
      expect(await comeBack(held)).toBe('lost');
      expect(await kit.states(pipelineId)).toEqual({ a: 'cancelled' });
    }
  });
});

describe('a run that was the last of its job', () => {
  const gone = async () => {
    const { pipelineId, ids } = await kit.submitJobs({ a: [], b: ['a'], c: ['b'], d: [] }, { attempts: 1 });
    const held = (await kit.claimOne())!;
    await confirm(held);
    const beside = (await kit.claimOne())!;
    await confirm(beside);
    await lose(held);
    await settle(db, [pipelineId]);
    return { pipelineId, ids, held, beside };
  };

  test('goes on, and what was skipped because of it waits for it again', async () => {
    const { pipelineId, held, beside } = await gone();
    await kit.end(beside, 'passed');
    expect(await kit.states(pipelineId)).toEqual({ a: 'errored', b: 'skipped', c: 'skipped', d: 'passed' });
    expect(await comeBack(held)).toBe('taken up');
    expect(await kit.states(pipelineId)).toEqual({ a: 'running', b: 'waiting', c: 'waiting', d: 'passed' });
    expect(await only(sql`select verdict, finished_at as "finishedAt" from pipeline where id = ${pipelineId}`)).toEqual(
      {
        verdict: null,
        finishedAt: null,
      },
    );
    await kit.end(held, 'passed');
    await kit.end((await kit.claimOne())!, 'passed');
    await kit.end((await kit.claimOne())!, 'passed');
    expect(await kit.states(pipelineId)).toEqual({ a: 'passed', b: 'passed', c: 'passed', d: 'passed' });
    expect(await only(sql`select verdict from pipeline where id = ${pipelineId}`)).toEqual({ verdict: 'passed' });
  });

  test('stays lost when the pipeline was cancelled since', async () => {
    const { pipelineId, held, beside } = await gone();
    await db.transaction((tx) => cancelPipeline(tx, pipelineId, 'ada'));
    expect(await comeBack(held)).toBe('lost');
    await kit.end(beside, 'passed');
    expect(await comeBack(held)).toBe('lost');
    expect(await kit.states(pipelineId)).toEqual({ a: 'errored', b: 'skipped', c: 'skipped', d: 'cancelled' });
  });

  test('stays lost when a person has asked for the job anew', async () => {
    const { pipelineId, ids, held, beside } = await gone();
    await db.transaction((tx) => rerunJob(tx, ids['a']!));
    expect(await comeBack(held)).toBe('lost');
    await kit.end(beside, 'passed');
    const again = (await kit.claimOne())!;
    expect(again.attempt).toBe(2);
    expect(await comeBack(held)).toBe('lost');
    await kit.end(again, 'failed');
    expect(await kit.states(pipelineId)).toEqual({ a: 'failed', b: 'skipped', c: 'skipped', d: 'passed' });
  });

  test('goes on in its concurrency group only where there is room', async () => {
    const order = { concurrencyGroup: 'only one' };
    const one = async () => {
      const { pipelineId } = await kit.submitJobs({ a: [] }, { attempts: 1, order });
      return { pipelineId, claimIt: () => kit.claimOne() };
    };
    const first = await one();
    const held = (await first.claimIt())!;
    await confirm(held);
    const next = await one();
    expect(await next.claimIt()).toBeUndefined();
    await lose(held);
    const beside = (await next.claimIt())!;
    expect(await comeBack(held)).toBe('lost');
    await kit.end(beside, 'passed');
    expect(await comeBack(held)).toBe('taken up');
    const last = await one();
    expect(await last.claimIt()).toBeUndefined();
    await kit.end(held, 'passed');
    await kit.end((await last.claimIt())!, 'passed');
  });
});

describe('at the same instant', () => {
  const times = 15;
  const rounds = async (round: () => Promise<void>) => {
    for (let time = 0; time < times; time += 1) await round();
  };

  test('a take-up and a claim of another worker: exactly one has the job', async () => {
    let round = 0;
    await rounds(async () => {
      const { pipelineId, jobId, held } = await submitAndHold();
      await lose(held);
      // Its claim comes a little later each time, so that both are first in some of the rounds.
      const asked = { claimId: randomUUID(), workerId: other, jobId };
      round += 1;
      const late = async () => {
        for (let turn = 0; turn < round % 8; turn += 1) await db.query(sql`select 1`);
        return (await claim(db, [asked], 30))[0];
      };
      const [back, second] = await Promise.all([comeBack(held), late()]);
      expect([back === 'taken up', second !== undefined].filter(Boolean).length).toBe(1);
      expect(await jobOf(jobId)).toMatchObject({ state: 'running', inLine: 0, open: 1 });
      await kit.end(second ?? held, 'passed');
      expect(await kit.states(pipelineId)).toEqual({ a: 'passed' });
    });
  });

  test('take-ups by several calls of one worker: one takes it up, the others find it open', async () => {
    await rounds(async () => {
      const { jobId, held } = await submitAndHold();
      await lose(held);
      const all = await Promise.all(Array.from({ length: 4 }, () => comeBack(held)));
      expect(all.sort()).toEqual(['open', 'open', 'open', 'taken up']);
      expect(await jobOf(jobId)).toEqual(running);
      await kit.end(held, 'passed');
    });
  });

  test('a take-up and a cancel: the job is cancelled, at once or by its worker', async () => {
    await rounds(async () => {
      const { pipelineId, jobId, held } = await submitAndHold();
      await lose(held);
      const [back] = await Promise.all([comeBack(held), db.transaction((tx) => cancelPipeline(tx, pipelineId, 'ada'))]);
      if (back === 'taken up') {
        expect((await confirm(held)).cancelled.map((run) => run.runId)).toEqual([held.runId]);
        await kit.end(held, 'passed');
      }
      expect(await jobOf(jobId)).toMatchObject({ state: 'done', verdict: 'cancelled', inLine: 0, open: 0 });
    });
  });

  test('a take-up of a job that had ended, and a cancel of its pipeline: never a run that goes on in a cancelled pipeline', async () => {
    await rounds(async () => {
      const { pipelineId } = await kit.submitJobs({ a: [], b: [] }, { attempts: 1 });
      const held = (await kit.claimOne())!;
      await confirm(held);
      await lose(held);
      const [back] = await Promise.all([comeBack(held), db.transaction((tx) => cancelPipeline(tx, pipelineId, 'ada'))]);
      if (back === 'taken up') {
        expect((await confirm(held)).cancelled.map((run) => run.runId)).toEqual([held.runId]);
        await kit.end(held, 'passed');
      }
      const a = back === 'taken up' ? 'cancelled' : 'errored';
      expect(await kit.states(pipelineId)).toEqual({ a, b: 'cancelled' });
    });
  });

  test('a take-up and a rerun: one of them has the job, and it has one run', async () => {
    await rounds(async () => {
      const { jobId, held } = await submitAndHold(1);
      await lose(held);
      const [back, again] = await Promise.allSettled([comeBack(held), db.transaction((tx) => rerunJob(tx, jobId))]);
      const isTaken = back.status === 'fulfilled' && back.value === 'taken up';
      expect(isTaken).toBe(again.status === 'rejected');
      const job = await jobOf(jobId);
      if (isTaken) expect(job).toEqual(running);
      else expect(job).toMatchObject({ state: 'ready', inLine: 1, open: 0 });
      await kit.end(isTaken ? held : (await kit.claimOne())!, 'passed');
    });
  });

  test('a take-up, an expiry and a renewal: the run is held or given up, never half', async () => {
    await rounds(async () => {
      const { jobId, held } = await submitAndHold();
      await db.query(sql`update run set lease_until = now() - interval '1 second' where id = ${held.runId}`);
      await Promise.all([
        expireLeases(db, limits, (tx, runId) => ended(tx, [runId])),
        comeBack(held),
        confirm(held),
        comeBack(held),
      ]);
      const job = await jobOf(jobId);
      if (job.state === 'ready') expect(await comeBack(held)).toBe('taken up');
      expect(await jobOf(jobId)).toEqual(running);
      expect(await runOf(held)).toEqual(open);
      await kit.end(held, 'passed');
    });
  });
});

describe('the log of a lost run', () => {
  const send = (held: Held, offset: number, text: string) => {
    const { chunks, body } = chunksOf([{ step: 0, offset, text }]);
    return append(db, held, chunks, body, recordDefaults);
  };
  const sizeOf = async (held: Held) =>
    (await only<{ size: number }>(sql`select size_bytes as size from log where run_id = ${held.runId}`)).size;
  const seal = async (limitsOfRecord = recordDefaults) => takeToSeal(db, limitsOfRecord);

  test('waits for its worker, and goes on where it was', async () => {
    const { held } = await submitAndHold();
    await send(held, 0, 'before\n');
    await lose(held);
    await expect(send(held, 7, 'after\n')).rejects.toMatchObject({ code: 'claim-lost' });
    expect(await seal()).not.toContain(held.runId);
    expect(await comeBack(held)).toBe('taken up');
    await expect(send(held, 9, 'a gap\n')).rejects.toMatchObject({ code: 'log-gap', extra: { step: 0, expected: 7 } });
    await send(held, 7, 'after\n');
    expect(await sizeOf(held)).toBe(13);
    expect(await seal()).not.toContain(held.runId);
    await kit.end(held, 'passed');
  });

  test('is sealed at once when another has the job, or a person has done with it', async () => {
    const one = await submitAndHold();
    await lose(one.held);
    const second = (await kit.claimOne('default', other))!;
    expect(await seal()).toContain(one.held.runId);
    await kit.end(second, 'passed');

    const two = await submitAndHold();
    await lose(two.held);
    await db.transaction((tx) => cancelJob(tx, two.jobId, 'ada'));
    expect(await seal()).toContain(two.held.runId);

    const three = await submitAndHold(1);
    await lose(three.held);
    await db.transaction((tx) => rerunJob(tx, three.jobId));
    expect(await seal()).toContain(three.held.runId);
    await kit.end((await kit.claimOne())!, 'passed');
  });

  test('is sealed when its worker stays away, and then the run stays lost', async () => {
    const { held } = await submitAndHold();
    await lose(held);
    expect(await seal({ ...recordDefaults, lostLogSeconds: 0 })).toContain(held.runId);
    expect(await comeBack(held)).toBe('lost');
    expect(await runOf(held)).toMatchObject({ verdict: 'errored', retried: true });
    await kit.end((await kit.claimOne('default', other))!, 'passed');
  });

  test('is either closed or goes on when sealing and take-up meet', async () => {
    for (let time = 0; time < 15; time += 1) {
      const { held } = await submitAndHold();
      await lose(held);
      const [sealed, back] = await Promise.all([seal({ ...recordDefaults, lostLogSeconds: 0 }), comeBack(held)]);
      expect(sealed.includes(held.runId)).toBe(back === 'lost');
      await kit.end(back === 'lost' ? (await kit.claimOne('default', other))! : held, 'passed');
    }
  });
});

describe('a worker that was cut off', () => {
  test('is not held against its will for the runs that it lost and took up again', async () => {
    const worker = await makeWorker(db, 'w3', ['far']);
    await makeWorker(db, 'w4', ['far']);
    await kit.submitJobs({ a: [], b: [], c: [] }, { pool: 'far' });
    const held = [1, 2, 3].map(() => kit.claimOne('far', worker));
    const runs = (await Promise.all(held)).map((one) => one!);
    for (const run of runs) await confirm(run, worker);
    await db.query(
      sql`update run set lease_until = now() - interval '1 second' where worker_id = ${worker} and ended_at is null`,
    );
    const strict = { ...limits, quarantineAfter: 3 };
    await expireLeases(db, strict, (tx, runId) => ended(tx, [runId]));
    const stand = () => only(sql`select hold, errored_in_a_row as errored from worker where id = ${worker}`);
    expect(await stand()).toEqual({ hold: 'quarantined', errored: 3 });
    for (const run of runs) await db.transaction((tx) => takeUp(tx, run, strict, reopenLog));
    expect(await stand()).toEqual({ hold: null, errored: 0 });
    for (const run of runs) await kit.end(run, 'passed');
  });

  test('keeps the marks of its own errors when it takes up a claim that had cost it none', async () => {
    const worker = await makeWorker(db, 'w5', ['unheard']);
    await kit.submitJobs({ a: [] }, { pool: 'unheard' });
    const held = (await kit.claimOne('unheard', worker))!;
    await db.query(sql`update worker set errored_in_a_row = 2 where id = ${worker}`);
    await lose(held);
    expect(await comeBack(held)).toBe('taken up');
    expect(await only(sql`select errored_in_a_row as errored from worker where id = ${worker}`)).toEqual({
      errored: 2,
    });
    await kit.end(held, 'passed');
  });

  test('is told apart: silent, there without the run, or never heard of', () => {
    const silence = {
      worker: 'w7',
      started: true,
      claimedAt: '11:59:00Z',
      lastSeenAt: '12:01:07Z',
      leaseUntil: '12:02:07Z',
      silentSeconds: 61.4,
    };
    expect(whyLost(silence, 60)).toBe(
      'Worker w7 was last heard of at 12:01:07Z, 61 s ago, and its lease ended: it or its network is down',
    );
    expect(whyLost({ ...silence, silentSeconds: 3 }, 60)).toMatch(/^Worker w7 is there .* did not renew this run/);
    expect(whyLost({ ...silence, started: false }, 60)).toMatch(/^Worker w7 never confirmed its claim of 11:59:00Z/);
  });
});

describe('silence', () => {
  const look = async () => (await expireLeases(db, limits, (tx, runId) => ended(tx, [runId]))).ended.length;
  const clock = (answeredSecondsAgo: number) =>
    db.query(sql`
      update lease_clock set last_look_at = now(), last_answer_at = now() - make_interval(secs => ${answeredSecondsAgo})`);
  const silent = () =>
    db.query(sql`
      with heard as (update worker set last_seen_at = now() - interval '1 hour')
      update run set lease_until = now() - interval '1 second' where ended_at is null`);

  test('does not count against a worker while no server answers, and every holder gets a whole lease after', async () => {
    const { held } = await submitAndHold();
    await silent();
    for (const seconds of [30, 300]) {
      await clock(seconds);
      expect(await look()).toBe(0);
    }
    // A server answers again: now the worker has its time, and so have the logs that are on their way.
    await clock(0);
    await db.query(sql`update lease_clock set logs_taken_since = null`);
    expect(await look()).toBe(0);
    expect(await only(sql`select logs_taken_since = last_look_at as "fromNowOn" from lease_clock`)).toEqual({
      fromNowOn: true,
    });
    expect(await runOf(held)).toEqual(open);
    await clock(0);
    expect(await look()).toBe(0);
    await silent();
    expect(await look()).toBe(1);
    await comeBack(held);
    await kit.end(held, 'passed');
  });

  test('counts where a server of the version before answers: it notes nothing, but workers are heard', async () => {
    const { held } = await submitAndHold();
    await silent();
    await clock(300);
    await db.query(sql`update lease_clock set was_away = false`);
    await db.query(sql`update worker set last_seen_at = now() where id = ${other}`);
    expect(await look()).toBe(1);
    await comeBack(held);
    await kit.end(held, 'passed');
  });
});
