// One job's whole way and all that happens beside it, by the functions that the servers call, so that a test can look at each
// statement of it: with batches as large as a busy server's, on a queue with a past.
import { randomUUID } from 'node:crypto';
import { type Db, sql } from '../../src/base/index.ts';
import { addMemory } from '../../src/queue/add-plain.ts';
import { claim } from '../../src/queue/claim.ts';
import {
  addJobs,
  closePipeline,
  createRenew,
  expireLeases,
  finish,
  finishAlone,
  forgetPipelines,
  forgetWorkers,
  giveDueSlots,
  learnLanes,
  noteAnswering,
  queueDefaults,
  type RunHold,
  type SubmittedJob,
  setGroup,
  settle,
  submit,
  tidyGroups,
} from '../../src/queue/index.ts';
import { LineFloors } from '../../src/queue/line-floors.ts';
import { Lineup, poolsInLineStatement } from '../../src/queue/lineup.ts';
import { AllPoolFacts } from '../../src/queue/pool-facts.ts';
import { recognise } from '../../src/queue/recognise.ts';
import { append, ended, missed, openArchiveStore, recordDefaults, stillWriting } from '../../src/record/index.ts';
import { sealBatch } from '../../src/record/seal.ts';
import { putBackToSeal } from '../../src/record/to-seal.ts';
import { forgetPushes } from '../../src/source/index.ts';
import { chunksOf } from '../record/kit.ts';
import { broken, failed, jobNamed, passed } from './kit.ts';

/** The files whose statements are all on that way. */
export const hotFiles = [
  ...filesOf(
    'queue',
    'absorb-older add-jobs add-plain build-id claim dependents enter-groups errored-workers expire finish',
  ),
  ...filesOf(
    'queue',
    'finish-alone insert-jobs job-rows lanes learn-lanes line-floors lineup pool-facts recognise renew settle submit',
  ),
  ...filesOf('record', 'append facts seal still-writing to-seal why-not-appended'),
  ...filesOf('queue', 'forget-pipelines forget-workers'),
  ...filesOf('source', 'forget-pushes'),
];

function filesOf(room: string, names: string): string[] {
  return names.split(' ').map((name) => `${room}/${name}.ts`);
}

/**
 * `db` sees each statement, `plain` none; `did` names what was done since the last time, and how many pages (8 kB) the dearest
 * statement of it may touch; `mayReadWhole`: a table that it reads on purpose, because it is rare and looks at all. Most of them are written to: a job's row is in five indexes, a run's in six.
 */
export async function goAllTheWay(
  { db, plain, archive, turn }: { db: Db; plain: Db; archive: string; turn: number },
  did: (what: string, mostPages: number, mayReadWhole?: string) => void,
): Promise<void> {
  const pool = `pool ${turn}`;
  const lineup = new Lineup(pool);
  await lineup.refresh(db, 0);
  did('the first look at a line of 5,000 in 20 shares', 3000);
  const floors = new LineFloors();
  floors.found([...lineup.lines.values()].map((line) => line[0]!));
  await db.query(floors.statement(pool, 100));
  did('a look from the floors of 20 shares', 5000);
  await db.query(poolsInLineStatement());
  did('which of 20 pools have a line, every second', 200);
  const facts = new AllPoolFacts(db, 60);
  await facts.of(pool, Date.now());
  did('who works where, of 14,000 workers, every 2 s', 700, 'worker');
  await facts.shares(pool, Date.now());
  did('whose 5,000 runs there are, every 2 s', 30_000);

  const workers = await plain.query<{ id: number }>(sql`
    select id from worker where hold is null and ${pool}::text = any (pools) order by id desc limit 100`);
  const asked = [...lineup.lines.values()]
    .flat()
    .slice(0, 100)
    .map(({ jobId }, place) => ({ claimId: randomUUID(), workerId: workers[place]!.id, jobId }));
  await recognise(db, asked);
  await plain.query(sql`update worker set last_seen_at = now() - interval '1 minute' where id = ${workers[0]!.id}`);
  await recognise(db, asked.slice(0, 1));
  did('100 workers come', 1000);
  const held = await claim(db, asked, 30);
  if (held.length !== 100) throw new Error(`${held.length} of 100 claims got a run`);
  did('100 claims', 10_000, 'worker');

  await finishAlone(
    db,
    held.slice(0, 50).map((hold) => ({ hold, end: { verdict: 'passed', reason: passed, ...nothing } })),
  );
  did('50 runs end', 6000);
  const end = (hold: RunHold, verdict: 'passed' | 'failed' | 'errored') => {
    const reason = { passed, failed, errored: broken }[verdict];
    return db.transaction((tx) => finish(tx, hold, { verdict, reason, ...nothing }, queueDefaults));
  };
  await end(held[50]!, 'errored');
  await plain.query(sql`update worker set errored_in_a_row = 10 where id = ${asked[51]!.workerId}`);
  await end(held.find((hold) => hold.claimId === asked[51]!.claimId)!, 'errored');
  did('a run errors, and its worker is looked at', 1000, 'worker');
  const needed = await plain.query<RunHold>(sql`
    select run.id as "runId", claim_id as "claimId" from run join job on job.id = run.job_id
    where needed and ended_at is null order by run.id desc limit 2`);
  await end(needed[0]!, 'passed');
  await end(needed[1]!, 'failed');
  did('a run ends that another job needs', 3000);
  await plain.query(sql`update run set ended_at = now() where ended_at > now() - interval '1 minute'`);
  await learnLanes(db, 120);
  did('the lanes of a minute are learned', 30_000, 'lane');
  const [, second] = await plain.query<{ id: number }>(sql`select id from worker order by id limit 2`);
  const many = await plain.query<RunHold>(sql`
    update run set worker_id = ${second!.id}
    where id in (select id from run where ended_at is null order by id desc limit 1000 offset 200)
    returning id as "runId", claim_id as "claimId"`);
  await createRenew(db, queueDefaults)({ id: second!.id, tokenId: null }, many);
  did('1,000 runs are renewed', 25_000);

  const pipelineIds: number[] = [];
  for (const _ of ['absorbed', 'absorbing']) pipelineIds.push(await push(db, plain, pool));
  did('a push with 100 jobs comes', 5000);
  const [{ repoId } = { repoId: 0 }] = await plain.query<{ repoId: number }>(sql`select min(id) as "repoId" from repo`);
  await db.transaction((tx) => setGroup(tx, { repoId, name: `group ${turn}`, slots: 5, by: 'me' }));
  await db.transaction(giveDueSlots);
  await db.transaction(tidyGroups);
  did('the slots of a group are given', 1000);
  await addMore(db, plain, pipelineIds[0]!);
  did('jobs are added to a pipeline', 2000);
  await settle(db, pipelineIds);
  await plain.query(
    sql`update job set state = 'done', verdict = 'passed', finished_at = now() where pipeline_id = ${pipelineIds[1]!}`,
  );
  await settle(db, pipelineIds);
  did('a pipeline ends', 1000);
  await settle(db, 'all');
  did('1,000 open pipelines are looked at, every 10 s', 10_000);

  await plain.query(sql`
    update run set lease_until = now() - interval '1 s' where id in (select id from run where ended_at is null order by id limit 20)`);
  // The look after it gives everybody a lease; this one does not.
  await noteAnswering(db);
  await plain.query(sql`update lease_clock set last_look_at = now(), last_answer_at = now(), was_away = false`);
  await expireLeases(db, queueDefaults, async () => undefined);
  did('20 leases end', 1500, 'worker');
  await plain.query(sql`update lease_clock set last_look_at = now() - interval '1 hour'`);
  await expireLeases(db, queueDefaults, async () => undefined);
  did('5,000 leases are lengthened after an outage', 200_000);

  const { chunks, body } = chunksOf([{ step: 0, offset: 0, text: 'one\n' }]);
  await append(db, held[60]!, chunks, body, recordDefaults);
  await append(db, held[60]!, chunks, body, recordDefaults);
  did('a chunk of log is appended', 100);
  const runIds = held.slice(0, 50).map((run) => run.runId);
  await ended(db, runIds);
  await plain.query(sql`delete from to_seal where run_id = any (${runIds}::bigint[])`);
  await plain.query(sql`update run set ended_at = now() - interval '6 s' where id = any (${runIds}::bigint[])`);
  await missed(db, 600);
  did('50 runs come in line to be sealed', 1500);
  const store = await openArchiveStore({ kind: 'disk', directory: archive, durable: false });
  await sealBatch(db, store, { ...recordDefaults, smallLogBytes: turn === 0 ? 10 : recordDefaults.smallLogBytes });
  await putBackToSeal(db, runIds);
  did('50 logs are sealed', 10_000);
  await forgetPipelines(db, 10 * day, stillWriting);
  // These have lost their last job: their lanes go.
  await plain.query(sql`insert into lane (repo_id, branch, name) values (${repoId}, ${pool}, 'gone')`);
  await plain.query(sql`
    update job set lane_id = (select max(id) from lane)
    where id = (select min(job.id) from job join pipeline on pipeline.id = job.pipeline_id where pipeline.finished_at < now() - interval '10 days')`);
  await forgetPipelines(db, 10 * day, stillWriting);
  did('300 jobs of the past are forgotten', 10_000);
  await plain.query(
    sql`update push set received_at = now() - interval '11 days' where id in (select id from push order by id limit 100)`,
  );
  await forgetPushes(db, 10 * day);
  did('their pushes are forgotten', 1000);
  await forgetWorkers(db, 10 * day);
  did('workers are forgotten, every minute', 1000, 'worker');
}

const day = 86_400;
const nothing = { steps: [], logBytes: [] };

/** Some need others, some coalesce, some are of a group, and one is a gate. */
async function push(db: Db, plain: Db, pool: string): Promise<number> {
  const [last] = await plain.query<{ id: number }>(sql`
    insert into push (repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at)
    select repo_id, branch, kind, revision, author, title, message, commits, commit_count, committed_at
    from push order by id desc limit 1
    returning id`);
  const jobs = Array.from({ length: 100 }, (_, place): SubmittedJob => {
    const needs = place >= 80 ? [`job ${place - 80}`] : [];
    const order = {
      coalesce: place < 10 ? 5 : 0,
      concurrencyGroup: place >= 10 && place < 20 ? `group ${pool.slice('pool '.length)}` : null,
      gate: place === 99 ? 'Go?' : null,
    };
    return { ...jobNamed(place < 90 ? `job ${place}` : `${pool} job ${last!.id} ${place}`, needs), pool, order };
  });
  const submission = { pushId: last!.id, cause: 'push', requestKey: 'push', leftOut: [], problem: null, jobs } as const;
  return (await submit(db, submission, queueDefaults)).pipelineId;
}

/** Plain ones in one statement, then one that needs what is there, and one that was there before; then it is closed. */
async function addMore(db: Db, plain: Db, pipelineId: number): Promise<void> {
  await plain.query(sql`update pipeline set open_for_jobs = true where id = ${pipelineId}`);
  const memory = addMemory();
  for (const jobs of [
    [jobNamed('new lane')],
    [jobNamed('job 1'), jobNamed('later', ['job 1'])],
    [jobNamed('job 98')],
  ]) {
    const [added] = await addJobs(db, [{ pipelineId, jobs }], queueDefaults, memory);
    if (!added || 'refused' in added) throw added?.refused ?? new Error('nothing was added');
  }
  for (const _ of ['closed', 'closed before']) await db.transaction((tx) => closePipeline(tx, pipelineId));
}
